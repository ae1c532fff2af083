"""What the numbers on a tape should have been: the tape done again with other numbers, and the chain rule along it."""
