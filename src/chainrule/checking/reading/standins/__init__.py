"""What a stranger's program finds in the place of what it imports and this machine does not have."""
