"""Mistakes planted in correct programs.

=================  ====================================================================================
``source.py``      a file as the code in it, and back: a program, or the cells of a notebook
``scan.py``        what a mutation looks at, and the edits that it makes
``catalogue/``     the mistakes, a group a file
``by_hand.py``     those that no rule makes, written down program by program (``by_hand/*.toml``)
``planting.py``    all mutants of a program, singly and in pairs; those that are still right are dropped
=================  ====================================================================================
"""
