"""The programs: the file of each, its door, its draws, and what its author calls things.

``roles`` tells the planter the words of the field for the names in the text, and ``backward`` the first and the last
line of each stretch that computes gradients; neither is known to the check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.checking.programs.doors import Opened, network_class
from tests.checking.programs.draws import Draw, two_layers

SOURCES = Path(__file__).parent / "sources"


@dataclass(frozen=True)
class Program:
    """One correct program."""

    file: str
    door: Opened
    draw: Callable[[int], Draw]
    backward: tuple[tuple[str, str], ...]
    roles: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the name that the tables show."""
        return self.file.split(".")[0]

    @property
    def suffix(self) -> str:
        """Return ``.py`` or ``.ipynb``: what the author's file ended with."""
        return ".ipynb" if ".ipynb" in self.file else ".py"

    @property
    def text(self) -> str:
        """Return the file as it stands."""
        return (SOURCES / self.file).read_text()


CLASS = {"X": "X", "W1": "W1", "b1": "b1", "W2": "W2", "b2": "b2", "reg": "reg"}

PROGRAMS = (
    Program(
        "class_inplace_mask.py.txt",
        network_class("TwoLayerNet"),
        two_layers,
        (("dscores = probs", "grads['W1'] += 2 * reg * W1"),),
        CLASS
        | {
            "N": "N",
            "z1": "z1",
            "a1": "a1",
            "scores": "scores",
            "probs": "probs",
            "dscores": "dscores",
            "da1": "dhidden",
            "dz1": "dhidden",
            "dW1": "grads['W1']",
            "db1": "grads['b1']",
            "dW2": "grads['W2']",
            "db2": "grads['b2']",
        },
    ),
    Program(
        "class_python2.py.txt",
        network_class("TwoLayerNet"),
        two_layers,
        (("onehot = np.zeros_like(p)", "db1 = dh1.sum(axis=0)"),),
        CLASS
        | {
            "N": "num_train",
            "z1": "h1",
            "a1": "h1_relu",
            "scores": "scores",
            "probs": "p",
            "dscores": "dscore",
            "dz1": "dh1",
            "dW1": "dW1",
            "db1": "db1",
            "dW2": "dW2",
            "db2": "db2",
        },
    ),
    Program(
        "class_one_letter.py.txt",
        network_class("Net"),
        two_layers,
        (("g = np.exp(s - l[:, None])", "G['W1'], G['b1'] = X.T @ e + 2 * reg * P['W1'], e.sum(0)"),),
        {
            "X": "X",
            "N": "m",
            "W1": "P['W1']",
            "b1": "P['b1']",
            "W2": "P['W2']",
            "b2": "P['b2']",
            "reg": "reg",
            "z1": "u",
            "a1": "v",
            "scores": "s",
            "dscores": "g",
            "dz1": "e",
            "dW1": "G['W1']",
            "dW2": "G['W2']",
        },
    ),
    Program(
        "class_chain_exp.py.txt",
        network_class("TwoLayerNet"),
        two_layers,
        (("dlosses = np.ones(N) / N", 'grads["W2"] += 2 * reg * W2'),),
        CLASS
        | {
            "N": "N",
            "z1": "hid",
            "a1": "relu",
            "scores": "scores",
            "dscores": "dscores",
            "da1": "drelu",
            "dz1": "dhid",
            "dW1": "grads['W1']",
            "db1": "grads['b1']",
            "dW2": "grads['W2']",
            "db2": "grads['b2']",
        },
    ),
    Program(
        "class_stored_transposed.py.txt",
        network_class("TwoLayerNet"),
        lambda seed: _transposed(two_layers(seed, row_biases=True)),
        (("delta2 = prob.copy()", "db1 = delta1.sum(axis=0, keepdims=True)"),),
        {
            "X": "X",
            "N": "n",
            "W1": "w1",
            "b1": "b1",
            "W2": "w2",
            "b2": "b2",
            "reg": "reg",
            "z1": "fc1",
            "a1": "out1",
            "scores": "scores",
            "probs": "prob",
            "dscores": "delta2",
            "da1": "delta1",
            "dz1": "delta1",
            "dW1": "dw1",
            "db1": "db1",
            "dW2": "dw2",
            "db2": "db2",
        },
    ),
    Program(
        "class_aliases.py.txt",
        network_class("TwoLayerNet"),
        two_layers,
        (("dz2 = scores", "dW2 += 2 * reg * W2"),),
        CLASS
        | {
            "N": "N",
            "z1": "z1",
            "a1": "a1",
            "scores": "scores",
            "dscores": "dz2",
            "da1": "da1",
            "dz1": "dz1",
            "dW1": "dW1",
            "db1": "db1",
            "dW2": "dW2",
            "db2": "db2",
        },
    ),
    Program(
        "class_leaky.py.txt",
        network_class("LeakyNet"),
        two_layers,
        (("target = np.zeros(prob.shape)", "'b2': dscores.sum(axis=0),"),),
        CLASS
        | {
            "N": "batch_size",
            "z1": "pre",
            "a1": "hidden",
            "scores": "scores",
            "probs": "prob",
            "dscores": "dscores",
            "dz1": "dpre",
        },
    ),
)


def _transposed(draw: Draw) -> Draw:
    return draw.with_values({name: draw.values[name].T.copy() for name in ("W1", "W2")})
