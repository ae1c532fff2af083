"""Neural networks whose every gradient is written by hand and proved."""
