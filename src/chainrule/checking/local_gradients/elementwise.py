"""Functions of one number, applied to each entry: g is the upstream gradient, y the output, x the argument."""

from __future__ import annotations

import math

import numpy as np

from chainrule.checking.local_gradients.table import entrywise

ROOT_PI = math.sqrt(math.pi)

entrywise("exp", "math.exp", by=(lambda g, y, x: g * y,), plain=True)  # (eˣ)' = eˣ
entrywise("expm1", "math.expm1", by=(lambda g, y, x: g * (y + 1.0),))  # (eˣ - 1)' = eˣ
entrywise("exp2", "math.exp2", by=(lambda g, y, x: g * y * math.log(2.0),))  # 2ˣ = exp(x ln 2)
entrywise("log", by=(lambda g, y, x: g / x,), plain=True)  # (ln x)' = 1/x
entrywise("log2", "math.log2", by=(lambda g, y, x: g / (x * math.log(2.0)),))  # log₂ x = ln x / ln 2
entrywise("log10", "math.log10", by=(lambda g, y, x: g / (x * math.log(10.0)),))  # log₁₀ x = ln x / ln 10
entrywise("log1p", "math.log1p", by=(lambda g, y, x: g / (1.0 + x),))  # (ln(1+x))' = 1/(1+x)
entrywise("sqrt", "math.sqrt", by=(lambda g, y, x: g / (2.0 * y),), plain=True)  # (√x)' = 1/(2√x)
entrywise("cbrt", "math.cbrt", by=(lambda g, y, x: g / (3.0 * y * y),))  # (∛x)' = 1/(3 ∛x²)
entrywise("square", by=(lambda g, y, x: 2.0 * g * x,), plain=True)  # (x²)' = 2x
entrywise("reciprocal", by=(lambda g, y, x: -g * y * y,))  # (1/x)' = -1/x²
entrywise("negative", by=(lambda g, y, x: -g,), plain=True)  # (-x)' = -1
entrywise("positive", by=(lambda g, y, x: g,))  # (+x)' = 1
entrywise(  # |x|' = sign x, and 0 at 0
    "abs", "absolute", "fabs", "builtins.abs", "math.fabs", by=(lambda g, y, x: g * np.sign(x),)
)

entrywise("tanh", "math.tanh", by=(lambda g, y, x: g * (1.0 - y * y),), plain=True)  # tanh' = 1 - tanh²
entrywise("sinh", "math.sinh", by=(lambda g, y, x: g * np.cosh(x),))  # sinh' = cosh
entrywise("cosh", "math.cosh", by=(lambda g, y, x: g * np.sinh(x),))  # cosh' = sinh
entrywise("sin", "math.sin", by=(lambda g, y, x: g * np.cos(x),))  # sin' = cos
entrywise("cos", "math.cos", by=(lambda g, y, x: -g * np.sin(x),))  # cos' = -sin
entrywise("tan", "math.tan", by=(lambda g, y, x: g * (1.0 + y * y),))  # tan' = 1 + tan²
entrywise(  # arcsin' = 1/√(1 - x²)
    "arcsin", "asin", "math.asin", by=(lambda g, y, x: g / np.sqrt(1.0 - x * x),)
)
entrywise(  # arccos' = -1/√(1 - x²)
    "arccos", "acos", "math.acos", by=(lambda g, y, x: -g / np.sqrt(1.0 - x * x),)
)
entrywise("arctan", "atan", "math.atan", by=(lambda g, y, x: g / (1.0 + x * x),))  # arctan' = 1/(1 + x²)
entrywise(  # arsinh' = 1/√(x² + 1)
    "arcsinh", "asinh", "math.asinh", by=(lambda g, y, x: g / np.sqrt(x * x + 1.0),)
)
entrywise(  # arcosh' = 1/√(x² - 1)
    "arccosh", "acosh", "math.acosh", by=(lambda g, y, x: g / np.sqrt(x * x - 1.0),)
)
entrywise("arctanh", "atanh", "math.atanh", by=(lambda g, y, x: g / (1.0 - x * x),))  # artanh' = 1/(1 - x²)
entrywise("deg2rad", "radians", "math.radians", by=(lambda g, y, x: g * (math.pi / 180.0),))  # π/180 x
entrywise("rad2deg", "degrees", "math.degrees", by=(lambda g, y, x: g * (180.0 / math.pi),))  # 180/π x
entrywise("nan_to_num", by=(lambda g, y, x: g * np.isfinite(x),))  # x where finite, a constant elsewhere

entrywise("scipy.special.expit", by=(lambda g, y, x: g * y * (1.0 - y),))  # σ' = σ (1 - σ)
entrywise("scipy.special.log_expit", by=(lambda g, y, x: g * (1.0 - np.exp(y)),))  # (ln σ)' = 1 - σ
entrywise("scipy.special.logit", by=(lambda g, y, x: g / (x * (1.0 - x)),))  # (ln x - ln(1-x))' = 1/x + 1/(1-x)
entrywise(  # erf' = 2/√π exp(-x²)
    "scipy.special.erf", "math.erf", by=(lambda g, y, x: g * (2.0 / ROOT_PI) * np.exp(-x * x),)
)
entrywise(  # erfc = 1 - erf
    "scipy.special.erfc", "math.erfc", by=(lambda g, y, x: -g * (2.0 / ROOT_PI) * np.exp(-x * x),)
)
entrywise("scipy.special.entr", by=(lambda g, y, x: -g * (np.log(x) + 1.0),))  # (-x ln x)' = -ln x - 1
