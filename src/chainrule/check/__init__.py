"""Whether a gradient is right, judged by nudging a number and seeing how the loss moves."""
