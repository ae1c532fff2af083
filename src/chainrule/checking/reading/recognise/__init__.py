"""What of a program can be checked: one file a style, each makes ``Experiment``s of what it recognises."""
