"""The same grid of settings, trained by everyone who can search one: see ``benchmarks.tune``."""
