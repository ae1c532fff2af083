"""Tests of the rules: small changes of statements that undo mistakes."""
