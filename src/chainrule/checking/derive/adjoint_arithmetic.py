"""Adjoints of sums, products, quotients, powers, and choices between two arrays."""

from __future__ import annotations

from chainrule.checking.derive.adjoints import adjoint
from chainrule.checking.derive.text import constant
from chainrule.checking.derive.values import Operation, Scatter, Value, broadcast, made, reduced


def _of(o: Operation, argument: int, value: Value) -> Value:
    return reduced(value, o.args[argument].shape, o.out, o.manner)


@adjoint("add")
def add(o: Operation, i: int) -> Value | Scatter:
    """The gradient goes to both, summed where one was broadcast."""
    return _of(o, i, o.up)


@adjoint("subtract")
def subtract(o: Operation, i: int) -> Value | Scatter:
    """And with the other sign to what is taken away."""
    if i == 0:
        return _of(o, i, o.up)
    summed = _of(o, i, o.up)
    return made("-u", u=summed)


@adjoint("multiply")
def multiply(o: Operation, i: int) -> Value | Scatter:
    """``d(x * y) = u * y`` for ``x``."""
    x, y = o.args[:2]
    other = (y, x)[i]
    if constant(other.node) is not None or (not other.shape and not o.args[i].shape):
        return _of(o, i, made("y * u", u=o.up, y=other))
    return _of(o, i, made("u * y", u=o.up, y=other))


@adjoint("true_divide", "divide")
def divide(o: Operation, i: int) -> Value | Scatter:
    """``u / y`` above, ``-u * x / y ** 2`` below."""
    x, y = o.args[:2]
    if i == 0:
        return _of(o, i, made("u / y", u=o.up, y=y))
    if o.out_named:
        return _of(
            o, i, Value(o.np("-u * q / y", u=o.up.node, q=o.out.node, y=y.node), broadcast(o.up.shape, o.out.shape))
        )
    return _of(o, i, made("-u * x / y ** 2", u=o.up, x=x, y=y))


@adjoint("power", "builtins.pow", "math.pow")
def power(o: Operation, i: int) -> Value | Scatter:
    """``n * x ** (n - 1) * u``."""
    x, n = o.args[:2]
    exponent = constant(n.node)
    if i == 1:
        return _of(o, i, Value(o.np("u * y * np.log(x)", u=o.up.node, y=o.out.node, x=x.node), o.out.shape))
    if exponent is None:
        return _of(o, i, made("n * x ** (n - 1) * u", n=n, x=x, u=o.up))
    if exponent == 2:
        return made("2 * x * u" if o.up.shape else "2 * u * x", x=x, u=o.up)
    if exponent == 0.5:
        return Value(o.np("u / (2 * y)", u=o.up.node, y=o.out.node), broadcast(o.up.shape, x.shape))
    if exponent == -1:
        return made("-u / x ** 2", x=x, u=o.up)
    if exponent == -0.5:
        return made("-0.5 * u * x ** -1.5", x=x, u=o.up)
    less = exponent - 1
    return made(f"{exponent!r} * x ** {less!r} * u", x=x, u=o.up)


@adjoint("maximum", "minimum")
def maximum(o: Operation, i: int) -> Value | Scatter:
    """The gradient goes to the larger of two."""
    x, other = o.args[i], o.args[1 - i]
    sign = ">" if o.op == "maximum" else "<"
    if o.out_named and constant(other.node) == 0 and o.op == "maximum":
        return made("u * (y > 0)", u=o.up, y=o.out)
    return _of(o, i, made(f"u * (x {sign} y)", u=o.up, x=x, y=other))


@adjoint("builtins.max", "builtins.min")
def larger(o: Operation, i: int) -> Value | Scatter:
    """Of two numbers."""
    o.op = "maximum" if o.op == "builtins.max" else "minimum"
    return maximum(o, i)


@adjoint("where")
def where(o: Operation, i: int) -> Value | Scatter:
    """Where the condition holds to the one, elsewhere to the other."""
    condition = o.args[0]
    if i == 1:
        return _of(o, i, made("u * c", u=o.up, c=condition))
    return _of(
        o, i, Value(o.np("np.where(c, 0, u)", c=condition.node, u=o.up.node), broadcast(o.up.shape, condition.shape))
    )


@adjoint("nan_to_num")
def plain(o: Operation, _: int) -> Value | Scatter:
    """Of numbers that are numbers."""
    return o.up


@adjoint("logaddexp")
def logaddexp(o: Operation, i: int) -> Value | Scatter:
    """``u * exp(x - y)``."""
    x = o.args[i]
    return _of(o, i, Value(o.np("u * np.exp(x - y)", u=o.up.node, x=x.node, y=o.out.node), o.out.shape))


@adjoint("hypot")
def hypot(o: Operation, i: int) -> Value | Scatter:
    """``u * x / y``."""
    return _of(o, i, made("u * x / y", u=o.up, x=o.args[i], y=o.out))
