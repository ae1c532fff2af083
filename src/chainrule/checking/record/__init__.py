"""What a program did, operation by operation, as plain data: the tape."""
