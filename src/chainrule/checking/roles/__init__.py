"""What the numbers on a tape are for, by the flow of data: parameters, what moves them, the loss, targets."""
