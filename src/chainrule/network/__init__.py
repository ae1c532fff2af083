"""The mathematics of a fully connected network, one idea a file, forward above backward.

Pure functions on NumPy arrays, in float32 or float64: nothing given is written to. This is the reference that is
proved against finite differences, and the twin that the compiled engine is compared with.
"""
