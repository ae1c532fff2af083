"""Calls that are made for functions and classes which the program itself does not run."""
