"""Correct programs in many hands' styles, and how to run each of them directly.

==================  ========================================================================================
``sources/``        the programs as their authors wrote them; kept as text, so nobody formats or types them
``namespace.py``    running such a text without what it imports: course modules, plots, Python 2
``draws.py``        the numbers a program is run on; ``layer_draws.py`` those of layers
``doors.py``        how each kind of program is called; ``calls.py`` how the unusual ones are
``training.py``     what the programs' own training learns
``program.py``      one program
``corpus.py``       the table of them all: ``classes.py``, ``functions.py``, ``others.py``
``oracle.py``       whether a program is right, by finite differences; knows nothing of the check
==================  ========================================================================================
"""
