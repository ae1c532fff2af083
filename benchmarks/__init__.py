"""Measures chainrule beside others doing the same.

``python -m benchmarks.steps`` times mini-batch steps; ``python -m benchmarks.training`` whole runs to a
validation accuracy. ``make bench`` sets up an environment with everyone in it, and runs the first.

======================  =================================================================================
``problems.py``         what is computed: sizes, rules, data, order of examples
``contenders/``         who computes it, one a file
``worker.py``           a contender in a process of its own, told what to do line by line
``workers.py``          the other end of that line
``agreement.py``        who computes something else is not timed
``measure.py``          rounds in which the contenders take turns
``report.py``           ratios, table, JSON
``machine.py``          what it was measured on
``divisions.py``        how a large product is best divided among threads
``small_products.py``   whether BLAS is worth calling for small layers
``whole_runs.py``       the runs that ``training`` times, and ``runners.py`` who does them
======================  =================================================================================
"""
