"""Measures chainrule beside others doing the same: ``python -m benchmarks.steps`` and ``python -m benchmarks.training``.

``steps`` times mini-batch steps; ``training`` times whole runs to a validation accuracy. ``make bench`` sets up an
environment with everyone in it.

===================  ===================================================================================
``problems.py``      what is computed: sizes, rules, data, order of examples
``contenders/``      who computes it, one a file
``worker.py``        a contender in a process of its own, told what to do line by line
``workers.py``       the other end of that line
``agreement.py``     who computes something else is not timed
``measure.py``       rounds in which the contenders take turns
``report.py``        ratios, table, JSON
===================  ===================================================================================
"""
