"""From prepared rows to trained weights: mini-batches, update rules, schedules, the loop, and the run folder."""
