"""Repairs: small changes of one statement, tried by running the program with them."""
