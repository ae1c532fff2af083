"""Small programs in many manners of Python and NumPy, by name; each keeps what it computed in global names."""

PROGRAMS = {
    "floats": """
a, b = 1.5, -2.0
c = a * b - a / b + a ** 2 - (-b) % 0.7 + a // 0.4
d = max(a, b) + min(a, b, 0.25) + abs(b) + round(c, 3) + float("0.5") + pow(a, 3)
e = math.exp(-a) + math.log(a) * math.tanh(b)
small = a > b, a == b, 0.0 < a < 2.0, not a
""",
    "one number under two names": """
a = b = 0.5
a += 1.0
c = d = np.ones(2)
c += 1.0
""",
    "lists of floats": """
w = [0.5, -0.25, 1.0]
x = [1.0, 2.0, 3.0]
total = 0.0
for i in range(len(w)):
    total += w[i] * x[i]
    w[i] -= 0.1 * x[i]
both = w + x
table = [[0.0] * 2 for _ in range(3)]
table[1][0] = total
table[2][1] -= 1.5
pairs = [p * q for p, q in zip(w, x)]
last = sum(pairs, 0.5) / len(pairs)
""",
    "views and aliases": """
A = np.arange(12.0).reshape(3, 4)
row, column, block = A[1], A[:, 2], A[:2, 1:3]
alias = A
row *= 2.0
column[0] = -5.0
block += 100.0
flat = A.ravel()
flat[0] = 7.0
turned = A.T[::-1]
turned[0, 0] = 0.5
s = A.sum() + alias[0, 0] + turned.mean()
""",
    "in place": """
x = np.linspace(-1.0, 1.0, 6)
x[x < 0] = 0.0
x[[1, 4]] = [3.0, 4.0]
x[-1] *= 2
x += x
x /= 3.0
x **= 2
x[2:4] -= x[:2]
y = x.copy()
y[...] = y - 1.0
y[:] = y[::-1]
z = np.zeros((2, 3))
z[0], z[1, 1] = y[:3], 9.0
z[np.arange(2), [0, 2]] += 1.0
y.fill(2.5)
x.sort()
""",
    "old values stay where they were read": """
x = np.array([1.0, 2.0])
before = x * 3.0
kept = x[0] + 0.0
x += 10.0
after = x * before
x[0] = kept
end = x - after
""",
    "attributes": """
class Box:
    size = 3.0

    def __init__(self):
        self.w = np.ones(3)
        self.b = 0.5
        self.d = {"a": 1.0}

box = Box()
box.w -= 0.25 * np.arange(3.0)
box.w[1] *= 4.0
box.b += 1.5
box.d["a"] *= box.size
Box.size += 1.0
seen = box.w + box.b + box.d["a"] + box.size
""",
    "vectorize": """
def step(v):
    if v > 0.0:
        return v * 2.0
    return 0.0

x = np.array([[-1.0, 0.5], [2.0, -3.0]])
y = np.vectorize(step)(x)
z = np.vectorize(lambda a, b: a * b)(x, 0.5)
""",
    "add.at": """
table = np.zeros((4, 2))
rows = np.array([[1, 1], [3, 1]])
np.add.at(table, rows, np.ones((2, 2, 2)))
np.subtract.at(table, ([0, 0], [1, 1]), 0.5)
np.multiply.at(table, 3, 2.0)
s = table.sum(axis=0)
""",
    "out": """
a, b = np.arange(3.0), np.ones(3)
into = np.zeros(3)
c = np.add(a, b, out=into)
np.exp(a, a)
np.multiply(a, 0.5, out=a)
d = c + a + into
np.copyto(b, d)
e = np.zeros((2, 2))
np.fill_diagonal(e, 3.0)
""",
    "global names": """
rate, w, count = 0.1, np.ones(2), 0

def move(g):
    global rate, count, w
    count += 1
    rate *= 0.5
    w = w - rate * g
    return w.sum()

seen = [move(np.array([1.0, -1.0])) for _ in range(3)]
""",
    "closures": """
def counter(start):
    total = start

    def add(x):
        nonlocal total
        total = total + x
        total *= 2.0
        return total

    return add

add = counter(np.zeros(2))
first = add(np.ones(2))
second = add(3.0)
funcs = [lambda x, k=k: x * k for k in (1.0, 2.0)]
third = [f(1.5) for f in funcs]
""",
    "comprehensions": """
A = np.arange(6.0).reshape(2, 3)
rows = [row * 2.0 for row in A]
sums = {i: row.sum() for i, row in enumerate(A)}
nested = np.array([[v ** 2 for v in row if v > 1.0] for row in A.tolist()[1:]])
total = sum(v for row in A for v in row)
largest = max(v * 0.5 for v in A.flatten())
different = sorted({v % 2.0 for v in A[0]})
""",
    "generators": """
def batches(X, size):
    for i in range(0, len(X), size):
        yield X[i:i + size] / size

def both(X):
    yield from batches(X, 2)
    yield X.sum()

X = np.arange(5.0)
means = [b.sum() for b in batches(X, 2)]
it = both(X)
first = next(it) + 1.0
rest = list(it)
""",
    "classes": """
class Layer:
    count = 0

    def __init__(self, n):
        Layer.count += 1
        self.n = n
        self.w = np.full((n, 2), 0.5)

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        self.x = x
        return x @ self.w

    @property
    def size(self):
        return self.w.sum()

    @staticmethod
    def twice(x):
        return x * 2.0

    @classmethod
    def made(cls, n):
        return cls(n)

class Steep(Layer):
    def forward(self, x):
        return np.tanh(super().forward(x))

layers = [Layer(3), Steep.made(2)]
h = np.arange(6.0).reshape(2, 3)
for layer in layers:
    h = Layer.twice(layer(h))
sizes, count = layers[0].size + layers[1].size, Layer.count
""",
    "operators of a class": """
class Number:
    def __init__(self, v):
        self.v = v

    def __add__(self, other):
        return Number(self.v + other.v)

    def __mul__(self, other):
        return Number(self.v * other)

    def __neg__(self):
        return Number(-self.v)

    def __getitem__(self, key):
        return self.v * key

    def __iadd__(self, other):
        self.v += other.v
        return self

    def __lt__(self, other):
        return self.v < other.v

one = Number(2.0) + Number(0.5) * 3.0
same = one
one += -Number(1.0)
v = one.v + same.v + one[2.0]
less = one < Number(10.0)
""",
    "dictionaries": """
P = {"W": np.ones((2, 2)), "b": 0.5, 3: np.zeros(2)}
G = dict(W=np.eye(2), b=0.25)
for k in G:
    P[k] = P[k] - 0.1 * G[k]
P["W"][0] += 1.0
P[3][1] -= 2.0
P.setdefault("c", 1.5)
P.update({k + "2": v * 2.0 for k, v in P.items() if k != 3})
merged = {**P, "b": 9.0}
popped = P.pop("b") + P.get("missing", 0.0)
""",
    "loops over arrays": """
A = np.arange(6.0).reshape(3, 2)
total = np.zeros(2)
for row in A:
    total += row
    row -= 1.0
for i, (p, q) in enumerate(zip(A, A[::-1])):
    total = total + i * p * q
for v in A[0]:
    total[0] += v
for v in A.flat:
    total[1] *= 1.0 + 0.1 * v
for p in reversed(A[:, 0]):
    total -= p
else:
    total = -total
n = 0
while total[0] < 50.0:
    total[0] = total[0] * 1.5 + 30.0
    n += 1
    if n > 5:
        break
""",
    "unpacking": """
a, (b, *c), d = 1.0, np.arange(4.0), [2.0, 3.0]
(p, q), r = np.ones((2, 2)), 5.0
a, b = b, a
x = np.zeros(3)
x[0], x[2] = a, b
first, *_, last = x
rows, columns = np.ones((2, 3)).shape
q[0] = 8.0
s = a + b + c[0] + d[1] + p.sum() * q.sum() * r + first - last + rows * columns
""",
    "star arguments": """
def f(x, *rest, scale=1.0, **more):
    return x * scale + sum(rest) + more.get("shift", 0.0)

args, kwargs = (2.0, 3.0), {"scale": 0.5, "shift": np.ones(2)}
a = f(1.0, *args, **kwargs)
b = f(*args)
c = np.maximum(*np.eye(2))
d = np.concatenate([*np.eye(2), np.zeros(1)])
shape = (2, 2)
e = np.arange(4.0).reshape(*shape)
""",
    "arrays that Python makes": """
x = [[1.0, 2.0], [3.0, 4.5]]
a = np.array(x)
b = np.asarray(a)
b[0, 0] = 9.0
c = np.array([a[0, 0] * 2.0, x[1][1]])
d = np.stack([row for row in a])
e = np.vstack((a, c, d[0]))
f = np.hstack([a, d]).T
g = np.c_[a, np.ones(2)]
h, i = np.split(e, 2)
j = np.where(a > 2.0, a, 0.0) + np.clip(a, 1.5, 3.0)
""",
    "products and sums": """
r = np.random.RandomState(3)
A, B = r.randn(3, 4), r.randn(4, 2)
C = A.dot(B) + A @ B - np.matmul(A, B)
D = np.einsum("ij,jk->ik", A, B) + np.tensordot(A, B, 1)
E = np.outer(A[0], B[:, 0]) * A.mean(axis=0, keepdims=True)
F = np.sum(C ** 2, axis=1) / np.linalg.norm(C, axis=1) + C.max(1)
k = np.argmax(C, axis=1)
G = C[np.arange(3), k] - np.take(C, k)
H = A.reshape(2, -1).transpose(1, 0).sum(axis=(0, 1)) + A.std() + A[:, None, :].squeeze().var()
""",
    "draws": """
np.random.seed(4)
a = np.random.randn(3) * 0.1
rng = np.random.default_rng(5)
order = rng.permutation(3)
b = a[order] + rng.normal(size=3)
mask = (np.random.rand(3) < 0.5) / 0.5
c = b * mask
random.seed(2)
d = random.random() * random.uniform(1.0, 2.0)
""",
    "whole numbers": """
n = 7
k = n // 2 + n % 4 << 1
i = np.arange(5)
j = i[i % 2 == 0] * 2
i += 3
onehot = np.eye(5)[j // 2]
bits = (i > 4) & ~(i == 6) | (i < 0)
share = bits.mean() + onehot.sum() / n
""",
    "names of their own": """
def first(x):
    def inner(y):
        return y * x
    return inner

@staticmethod
def dressed(x):
    return x + 1.0

def walk(n):
    return 1.0 if n == 0 else n * walk(n - 1)

a = first(2.0)(3.0) + walk(4)
text = f"{a:.2f} {a!r}" + "%.1f" % a
try:
    b = [1.0][2]
except IndexError:
    b = -a
finally:
    a = a * 0.5
if (c := a + b) > 0.0:
    a = c
with np.errstate(all="ignore"):
    d = np.log(np.zeros(1) + a)
match text:
    case str():
        e = a - 1.0
del text
assert a != b
""",
    "shuffled": "b = np.arange(3.0)\nnp.random.shuffle(b)\nc = b * 2.0\n",
    "rows of an array of lists": "c = np.maximum(*np.array([[1.0, -1.0], [0.0, 5.0]]))\n",
}

SINGLE = {
    "astype": "x = np.arange(3.0).astype(np.float32) * 0.1\n",
    "astype by name": "x = np.arange(3.0).astype('float32') / 7\n",
    "dtype": "x = np.array([0.1, 0.2], dtype=np.float32) + 1\n",
    "dtype of zeros": "x = np.zeros(2, dtype='float32') + 0.1\n",
    "a number": "x = np.float32(0.1) * 3\n",
    "a draw": "x = np.random.default_rng(0).random(3).astype(np.float32) * 2\n",
}
"""Programs that would compute in single precision."""
