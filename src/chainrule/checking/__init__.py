"""Whether hand-written gradients are right, and if not, which line is wrong: the trusted thing is a nudged number."""
