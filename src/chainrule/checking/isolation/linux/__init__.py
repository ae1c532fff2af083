"""Isolation as Linux has it, from the outside in.

``forked`` asks ``server`` for a run; the server forks a ``keeper``, which watches (``watch``) and forks the first
process of new namespaces (``namespaces``), which forks the guest (both in ``sandbox``). The guest gives up
``capabilities``, files (``landlock``) and system calls (``seccomp``) before the stranger's code runs.
"""
