"""Correct programs in many hands' styles, and how to run each of them directly.

=================  =========================================================================================
``sources/``       the programs as their authors wrote them; kept as text, so nobody formats or types them
``namespace.py``   running such a text without what it imports: course modules, plots, Python 2
``draws.py``       the numbers a program is run on
``doors.py``       how each kind of program is called
``corpus.py``      the table of them all
``oracle.py``      whether a program is right, by finite differences; knows nothing of the check
=================  =========================================================================================
"""
