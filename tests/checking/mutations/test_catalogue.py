"""Each mutation of the catalogue, on one small example: the line before and after."""

from __future__ import annotations

import pytest

from tests.checking.mutations.catalogue import CATALOGUE
from tests.checking.mutations.kinds import KINDS
from tests.checking.mutations.mutant import applied
from tests.checking.mutations.scan import Mutation, Scan
from tests.checking.programs.doors import by
from tests.checking.programs.draws import two_layers
from tests.checking.programs.program import Program

EXAMPLE = """\
def loss(W1, b1, W2, b2, X, y, reg):
    N = len(X)
    z1 = X @ W1 + b1
    a1 = np.maximum(0, z1)
    scores = a1 @ W2 + b2
    e = np.exp(scores)
    probs = e / e.sum(axis=1, keepdims=True)
    logp = np.log(probs[range(N), y])
    data = -logp.sum() / N
    r = np.sum(W1**2) + np.sum(W2**2)
    total = data + reg * r

    dscores = probs.copy()
    dscores[range(N), y] -= 1
    dscores /= N
    dW2 = a1.T @ dscores
    db2 = dscores.sum(axis=0)
    da1 = dscores @ W2.T
    dz1 = da1 * (z1 > 0)
    dW1 = X.T @ dz1
    db1 = np.zeros_like(b1)
    for n in range(N):
        for h in range(len(b1)):
            db1[h] += dz1[n, h]
    dW2 += 2 * reg * W2
    dW1 += reg * W1 - -reg * W1
    return total, (dW1, db1, dW2, db2)
"""
WORDS = "X W1 b1 W2 b2 reg N z1 a1 scores probs dscores dW1 db1 dW2 db2 da1 dz1"

# of each mutation the first place where it can be made; nothing after the arrow is a line left out
TABLE = """\
12 ReLU on the scores: scores = a1 @ W2 + b2  ->  scores = np.maximum(0, a1 @ W2 + b2)
13 bias left out: z1 = X @ W1 + b1  ->  z1 = X @ W1
13 bias added twice: z1 = X @ W1 + b1  ->  z1 = X @ W1 + b1 + b1
13 bias summed first: z1 = X @ W1 + b1  ->  z1 = X @ W1 + np.sum(b1)
14 minimum for maximum: a1 = np.maximum(0, z1)  ->  a1 = np.minimum(0, z1)
14 leaky in the forward alone: a1 = np.maximum(0, z1)  ->  a1 = np.maximum(0.01 * z1, z1)
14 clipped in the forward alone: a1 = np.maximum(0, z1)  ->  a1 = np.clip(z1, 0, 1)
14 absolute value in the forward: a1 = np.maximum(0, z1)  ->  a1 = np.abs(z1)
14 activation left out: a1 = np.maximum(0, z1)  ->  a1 = z1
17 normalised over everything: probs = e / e.sum(axis=1, keepdims=True)  ->  probs = e / e.sum()
18 reduced along the other axis: probs = e / e.sum(axis=1, keepdims=True)  ->  probs = e / e.sum(axis=0, keepdims=True)
21 sum where the mean was meant: data = -logp.sum() / N  ->  data = -logp.sum()
21 sign of the loss: data = -logp.sum() / N  ->  data = logp.sum() / N
23 one added at the true class: dscores[range(N), y] -= 1  ->  dscores[range(N), y] += 1
23 no one at the true class: dscores[range(N), y] -= 1  ->
24 1/N left out: dscores /= N  ->
24 1/N applied twice: dscores /= N  ->  dscores /= (N ** 2)
24 a toy size for N: dscores /= N  ->  dscores /= 5.0
24 1/N once more on one gradient: dW2 = a1.T @ dscores  ->  dW2 = (a1.T @ dscores) / N
24 1/N once more on one gradient: db2 = dscores.sum(axis=0)  ->  db2 = (dscores.sum(axis=0)) / N
50 1/N once more on one gradient: da1 = dscores @ W2.T  ->  da1 = (dscores @ W2.T) / N
27 difference the other way round: dW1 += reg * W1 - -reg * W1  ->  dW1 += -reg * W1 - reg * W1
30 stray factor: dW2 = a1.T @ dscores  ->  dW2 = 2 * (a1.T @ dscores)
42 stray factor: db2 = dscores.sum(axis=0)  ->  db2 = 2 * (dscores.sum(axis=0))
30 stray factor: dscores = probs.copy()  ->  dscores = 0.5 * (probs.copy())
35 = for +=: db1[h] += dz1[n, h]  ->  db1[h] = dz1[n, h]
36 index of another loop: db1[h] += dz1[n, h]  ->  db1[n] += dz1[n, h]
29 [:, y] for [range(N), y]: logp = np.log(probs[range(N), y])  ->  logp = np.log(probs[:, y])
31 transpose left out: dW2 = a1.T @ dscores  ->  dW2 = a1 @ dscores
31 factors swapped: dW2 = a1.T @ dscores  ->  dW2 = np.dot(dscores, a1.T)
31 product transposed: dW2 = a1.T @ dscores  ->  dW2 = np.dot(a1.T, dscores).T
34 entry by entry for the matrix product: dW2 = a1.T @ dscores  ->  dW2 = a1.T * dscores
34 matrix product for entry by entry: dz1 = da1 * (z1 > 0)  ->  dz1 = np.dot(da1, z1 > 0)
32 z1 for a1: dW2 = a1.T @ dscores  ->  dW2 = z1.T @ dscores
32 X for a1: dW2 = a1.T @ dscores  ->  dW2 = X.T @ dscores
32 a1 for X: dW1 = X.T @ dz1  ->  dW1 = a1.T @ dz1
32 z1 for X: dW1 = X.T @ dz1  ->  dW1 = z1.T @ dz1
26 scores for probs: dscores = probs.copy()  ->  dscores = scores.copy()
33 scores for dscores: dscores[range(N), y] -= 1  ->  scores[range(N), y] -= 1
33 probs for dscores: dscores[range(N), y] -= 1  ->  probs[range(N), y] -= 1
41 dscores for dz1: dW1 = X.T @ dz1  ->  dW1 = X.T @ dscores
41 dz1 for dscores: dscores[range(N), y] -= 1  ->  dz1[range(N), y] -= 1
44 W1 for W2: da1 = dscores @ W2.T  ->  da1 = dscores @ W1.T
44 W2 for W1: dW1 += reg * W1 - -reg * W1  ->  dW1 += reg * W2 - -reg * W1
33 dW2 for W2: da1 = dscores @ W2.T  ->  da1 = dscores @ dW2.T
49 X for z1: dz1 = da1 * (z1 > 0)  ->  dz1 = da1 * (X > 0)
49 scores for z1: dz1 = da1 * (z1 > 0)  ->  dz1 = da1 * (scores > 0)
51 a1 for z1: dz1 = da1 * (z1 > 0)  ->  dz1 = da1 * (a1 > 0)
52 da1 for dz1: dW1 = X.T @ dz1  ->  dW1 = X.T @ da1
52 dscores for da1: dz1 = da1 * (z1 > 0)  ->  dz1 = dscores * (z1 > 0)
11 the second layer fed z1: scores = a1 @ W2 + b2  ->  scores = z1 @ W2 + b2
38 mean for sum: db2 = dscores.sum(axis=0)  ->  db2 = dscores.mean(axis=0)
39 summed over everything: db2 = dscores.sum(axis=0)  ->  db2 = dscores.sum()
40 summed along the wrong axis: db2 = dscores.sum(axis=0)  ->  db2 = dscores.sum(axis=1)
40 never summed: db2 = dscores.sum(axis=0)  ->  db2 = dscores
45 mask from the upstream gradient: dz1 = da1 * (z1 > 0)  ->  dz1 = da1 * (da1 > 0)
45 ReLU of the gradient for the mask: dz1 = da1 * (z1 > 0)  ->  dz1 = np.maximum(0, da1)
46 no mask: dz1 = da1 * (z1 > 0)  ->  dz1 = da1
47 mask inverted: dz1 = da1 * (z1 > 0)  ->  dz1 = da1 * (z1 <= 0)
48 multiplied by the value: dz1 = da1 * (z1 > 0)  ->  dz1 = da1 * (z1)
49 mask with another threshold: dz1 = da1 * (z1 > 0)  ->  dz1 = da1 * (z1 > 1)
53 factor of the penalty: total = data + reg * r  ->  total = data + 2 * reg * r
54 penalty left out: total = data + reg * r  ->  total = data
55 penalty divided by N: total = data + reg * r  ->  total = data + reg / N * r
56 bias in the loss alone: r = np.sum(W1**2) + np.sum(W2**2)  ->  r = (np.sum(W1**2) + np.sum(b1 ** 2)) + np.sum(W2**2)
56 bias in the gradient alone: db2 = dscores.sum(axis=0)  ->  db2 = dscores.sum(axis=0) + 2 * reg * b2
57 one matrix only: r = np.sum(W1**2) + np.sum(W2**2)  ->  r = np.sum(W2**2)
58 the other matrix: r = np.sum(W1**2) + np.sum(W2**2)  ->  r = np.sum(W2**2) + np.sum(W2**2)
59 absolute values: r = np.sum(W1**2) + np.sum(W2**2)  ->  r = np.sum(np.abs(W1)) + np.sum(W2**2)
59 norm without the square: r = np.sum(W1**2) + np.sum(W2**2)  ->  r = np.linalg.norm(W1) + np.sum(W2**2)
"""


def _scan() -> Scan:
    stretch = ("dscores = probs", "return total")
    words = {word: word for word in WORDS.split()}
    door = by(lambda names, draw: names["loss"](**draw.values))
    return Scan(EXAMPLE, Program("example.py", door, two_layers, (stretch,), words))


@pytest.mark.parametrize(
    ("mutation", "row"), list(zip(CATALOGUE, TABLE.splitlines(), strict=True)), ids=lambda one: getattr(one, "name", "")
)
def test_mutation(mutation: Mutation, row: str) -> None:
    title, _, change = row.partition(": ")
    before, after = (text.strip() for text in change.split(" ->"))
    assert title == f"{mutation.kind} {mutation.name}"
    first = min(mutation.edits(_scan()), key=lambda edit: (edit.start, edit.end))
    mutated = applied(EXAMPLE, first)
    lines = [line.strip() for line in EXAMPLE.splitlines()]
    lines[lines.index(before)] = after
    assert [line for line in lines if line] == [line.strip() for line in mutated.splitlines() if line.strip()]


def test_each_kind_has_words() -> None:
    assert {mutation.kind for mutation in CATALOGUE} <= set(KINDS)
