"""Adjoints of functions of single entries: the gradient is multiplied by the slope."""

from __future__ import annotations

from chainrule.checking.derive.adjoints import adjoint
from chainrule.checking.derive.values import Operation, Scatter, Value, broadcast

SLOPES = {
    "exp": "u * y",
    "log": "u / x",
    "log2": "u / (x * np.log(2))",
    "log10": "u / (x * np.log(10))",
    "log1p": "u / (1 + x)",
    "expm1": "u * (y + 1)",
    "sqrt": "u / (2 * y)",
    "square": "2 * x * u",
    "reciprocal": "-u * y ** 2",
    "negative": "-u",
    "positive": "u",
    "abs": "u * np.sign(x)",
    "tanh": "u * (1 - y ** 2)",
    "sin": "u * np.cos(x)",
    "cos": "-u * np.sin(x)",
    "arctan": "u / (1 + x ** 2)",
    "sinh": "u * np.cosh(x)",
    "cosh": "u * np.sinh(x)",
    "sigmoid": "u * y * (1 - y)",
    "softplus": "u / (1 + np.exp(-x))",
    "relu": "u * (x > 0)",
    "swish": "u * (y + (1 - y) / (1 + np.exp(-x)))",
}
SAME = {
    "absolute": "abs",
    "fabs": "abs",
    "builtins.abs": "abs",
    "math.exp": "exp",
    "math.log": "log",
    "math.sqrt": "sqrt",
    "math.tanh": "tanh",
    "math.sin": "sin",
    "math.cos": "cos",
    "scipy.special.expit": "sigmoid",
}


@adjoint(*SLOPES, *SAME)
def slope(o: Operation, _: int) -> Value | Scatter:
    """``du = u * f'(x)``, through the output where it has a name."""
    op = SAME.get(o.op, o.op)
    text = SLOPES[op]
    if op == "relu" and o.out_named:
        text = "u * (y > 0)"
    if op == "square" and not o.up.shape:
        text = "2 * u * x"
    made = o.np(text, u=o.up.node, x=o.args[0].node, y=o.out.node)
    plain = text in ("u", "-u")
    return Value(made, o.up.shape if plain else broadcast(o.up.shape, o.args[0].shape))


@adjoint("softmax")
def softmax(o: Operation, _: int) -> Value | Scatter:
    """``dx = y * (u - sum(u * y))`` along the axis that sums to one."""
    axis = o.keywords.get("axis", -1)
    sums = "(u * y).sum()" if axis is None or len(o.out.shape) == 1 else f"(u * y).sum(axis={axis}, keepdims=True)"
    if o.manner.sums == "function":
        sums = (
            "np.sum(u * y)" if axis is None or len(o.out.shape) == 1 else f"np.sum(u * y, axis={axis}, keepdims=True)"
        )
    return Value(o.np(f"y * (u - {sums})", u=o.up.node, y=o.out.node), o.out.shape)


@adjoint("astype", "copy", "asarray", "array", "ascontiguousarray", "builtins.float", "item", "real", "asfarray")
def same(o: Operation, _: int) -> Value | Scatter:
    """A copy has the gradient of its original."""
    shape = o.args[0].shape
    if shape != o.out.shape and shape:
        return Value(o.np("np.reshape(u, x.shape)", u=o.up.node, x=o.args[0].node), shape)
    return o.up


@adjoint("clip")
def clip(o: Operation, _: int) -> Value | Scatter:
    """What was cut off has no gradient."""
    x = o.args[0]
    low = o.keywords.get("low")
    high = o.keywords.get("high")
    if low is not None and high is not None:
        node = o.np("u * ((x > a) & (x < b))", u=o.up.node, x=x.node, a=low, b=high)
    elif low is not None:
        node = o.np("u * (x > a)", u=o.up.node, x=x.node, a=low)
    elif high is not None:
        node = o.np("u * (x < b)", u=o.up.node, x=x.node, b=high)
    else:
        return o.up
    return Value(node, broadcast(o.up.shape, x.shape))
