"""What searches have found after the same time: see ``benchmarks.tuning.equal_time.__main__``."""
