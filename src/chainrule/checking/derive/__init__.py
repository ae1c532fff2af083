"""The backward pass of a forward pass, derived line by line in the manner of its file, and proved."""
