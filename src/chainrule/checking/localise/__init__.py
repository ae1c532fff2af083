"""Where a mistake is, told by putting the truth in the place of what statements compute."""
