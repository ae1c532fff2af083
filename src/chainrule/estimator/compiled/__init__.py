"""The steps of ``estimator/reference.py`` compiled, from the same pieces as ``chainrule.engine``."""
