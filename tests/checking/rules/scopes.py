"""What is within reach in programs of several styles: rows, columns, recurrent cells, loops, steps."""

from __future__ import annotations

from chainrule.checking.rules import Scope, Variable
from chainrule.checking.rules.variables import Kind, Shape


def of_kind(kind: Kind, role: str, **shapes: Shape) -> tuple[Variable, ...]:
    return tuple(Variable(name, kind, shape, role, _value(name, role)) for name, shape in shapes.items())


def named(kind: Kind, role: str, shapes: dict[str, Shape]) -> tuple[Variable, ...]:
    return tuple(Variable(text, kind, shape, role) for text, shape in shapes.items())


def _value(name: str, role: str) -> str:
    return name[1:] if role == "gradient" and name[1:2].isupper() else ""


N, D, H, C, T = 7, 4, 6, 3, 5
"""Examples, inputs, hidden units, classes, steps: all different."""

NET = Scope(
    (
        *of_kind("array", "input", X=(N, D)),
        *of_kind("array", "parameter", W1=(D, H), b1=(H,), W2=(H, C), b2=(C,)),
        *of_kind("array", "forward", z1=(N, H), a1=(N, H), scores=(N, C), probs=(N, C)),
        *of_kind("array", "gradient", dscores=(N, C), da1=(N, H), dz1=(N, H), dW1=(D, H), dW2=(H, C), db1=(H,)),
        *of_kind("array", "target", Y=(N, C)),
        *of_kind("integers", "target", y=(N,)),
        *of_kind("mask", "", on=(N, H)),
        *of_kind("number", "", N=(), reg=(), loss=(), alpha=()),
    ),
    "np",
    ("sigmoid", "sigmoid_prime", "relu"),
)
COLUMNS = Scope(
    (
        *named("array", "input", {"X": (D, N)}),
        *named("array", "target", {"Y": (C, N)}),
        *named("array", "parameter", {"params['W1']": (H, D), "params['b1']": (H, 1), "params['W2']": (C, H)}),
        *named("array", "parameter", {"params['b2']": (C, 1), "params['W' + str(l)]": (H, D)}),
        *named("array", "forward", {"cache['Z1']": (H, N), "cache['A1']": (H, N), "cache['A2']": (C, N)}),
        *named("array", "gradient", {"dZ2": (C, N), "dZ1": (H, N), "grads['dW1']": (H, D), "grads['db1']": (H, 1)}),
        *named("number", "", {"m": (), "L": (), "rate": ()}),
    ),
    "np",
    ("relu", "relu_prime"),
    ("l",),
)
CELL = Scope(
    (
        *named("array", "parameter", {"self.Wf": (H, D), "self.Wi": (H, D), "self.bf": (H, 1), "self.bi": (H, 1)}),
        *named("array", "parameter", {"self.U": (H, H)}),
        *named("array", "forward", {"f": (H, N), "i": (H, N), "o": (H, N), "c[t]": (H, N), "c[t - 1]": (H, N)}),
        *named("array", "forward", {"h[t]": (H, N), "h[t - 1]": (H, N), "tc": (H, N)}),
        *named("array", "gradient", {"dh": (H, N), "dc": (H, N), "dh_next": (H, N), "dc_next": (H, N), "di": (H, N)}),
        *named("array", "input", {"x": (D, N), "xs": (T, D, N)}),
        *named("number", "", {"T": (), "n": ()}),
    ),
    "np",
    ("sigmoid", "tanh"),
    ("t",),
)
CONV = Scope(
    (
        *of_kind("array", "parameter", filters=(3, 3, 2), biases=(2,)),
        *of_kind(
            "array", "", padded=(6, 8, 8, 2), out=(6, 4, 4, 3), d_out=(6, 4, 4, 3), C=(9, 5), emb=(6, 5), dC=(9, 5)
        ),
        *of_kind("integers", "", idx=(6,)),
        *of_kind("number", "", stride=(), f=(), n_h=(), label=(), i=(), h=(), w=()),
        *named("array", "", {"A[i]": (4,), "B[h]": (4,)}),
    ),
    "np",
    (),
    ("i", "h", "w"),
)
STEP = Scope(
    (
        *of_kind("array", "parameter", W=(D, H), b=(H,), V=(D, H)),
        *of_kind("array", "gradient", dW=(D, H), db=(H,), dV=(D, H)),
        *of_kind("array", "", m=(D, H), v=(D, H), v_hat=(D, H), speed=(D, H)),
        *of_kind("number", "", lr=(), beta=(), eps=(), decay=(), t=()),
    ),
    "np",
    (),
    ("t",),
)
PLAIN = Scope(
    of_kind("number", "", w=(), b=(), p=(), q=(), d_q=(), d_p=(), x=(), y=(), rate=()), "", ("sigmoid", "log")
)
NORM = Scope(
    (
        *of_kind("array", "parameter", gamma=(D,), beta=(D,)),
        *of_kind("array", "forward", x=(N, D), xhat=(N, D), xmu=(N, D), mu=(D,), var=(D,), std=(D,)),
        *of_kind("array", "gradient", dout=(N, D), dxhat=(N, D), dx=(N, D)),
        *of_kind("array", "", Q=(2, N, D), K=(2, N, D), A=(2, N, N), dA=(2, N, N), dS=(2, N, N)),
        *of_kind("number", "", m=(), eps=()),
    ),
    "np",
)
HELPER = Scope(of_kind("array", "", z=(N, H), s=(N, C), p=(N, C), g=(N, C)), "np", ("sigmoid", "softmax"))

SCOPES = {
    "net": NET,
    "columns": COLUMNS,
    "cell": CELL,
    "conv": CONV,
    "step": STEP,
    "plain": PLAIN,
    "norm": NORM,
    "helper": HELPER,
}
