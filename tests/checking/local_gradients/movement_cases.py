"""The operations under test that move entries."""

from __future__ import annotations

import numpy as np

from tests.checking.local_gradients.cases import Make, case, normal

STRIDED = np.lib.stride_tricks


def with_key(*key: object) -> Make:
    """An array of shape (4, 5), and what it is indexed by."""
    return lambda r: (r.normal(size=(4, 5)), key[0] if len(key) == 1 else key)


KEYS: tuple[object, ...] = (
    0, -1, np.int64(2), None, True, slice(1, None, 2), (slice(None), None, 2), (Ellipsis, 1), (1, 2), [0, 0, 3],
    (np.int64(1), slice(0, 3)), np.array([[1, 1], [2, 0]]), (np.array([0, 0, 3]), np.array([1, 1, 4])),
    (np.arange(4), [0, 1, 1, 0]), np.arange(20).reshape(4, 5) % 3 == 0, np.array([], dtype=int),
    (slice(None), np.array([True, False, True, True, False])),
)  # fmt: skip
for one in KEYS:
    case("getitem", with_key(one))
case("getitem", lambda r: ([r.normal(size=2), r.normal(size=3)], 1))

case("reshape", lambda r: (r.normal(size=(2, 6)), (3, -1)))
case("reshape", lambda r: (r.normal(size=(2, 6)), 4, 3))
case("reshape", lambda r: (r.normal(size=(2, 6)), (3, 4)), order="F")
case("reshape", lambda r: (r.normal(size=(2, 6)), (3, 4), "F"))
case("reshape", lambda r: (float(r.normal()), (1, 1)))
case("ravel flatten squeeze transpose T copy array asarray atleast_1d atleast_2d atleast_3d", normal(3, 1, 2))
case("ravel flatten array", normal(3, 2), order="F")
case("atleast_1d atleast_2d array asarray ravel", lambda r: (float(r.normal()),))
case("atleast_2d", lambda r: (r.normal(size=2), float(r.normal())))
case("array asarray", lambda r: ([[float(r.normal()), 2], [np.float64(r.normal()), r.normal()]],))
case("array", lambda r: ([r.normal(size=3), r.normal(size=3), [1, 2.5, np.array(r.normal())]],), dtype=float)
case("array", lambda r: ([r.normal(size=(2, 2)), np.ones((2, 2), dtype=int)],))
case("array", normal(3), ndmin=3)
case("array", lambda r: (r.normal(size=3) + 0.5, int))
case("astype", lambda r: (r.normal(size=3), float))
case("astype", lambda r: (r.normal(size=3), "int64"))
case("item", normal(1, 1))
case("item", lambda r: (r.normal(size=(2, 3)), 4))
case("transpose", lambda r: (r.normal(size=(2, 3, 4)), (2, 0, 1)))
case("transpose", lambda r: (r.normal(size=(2, 3, 4)), 1, 2, 0))
case("transpose", normal(2, 3, 4), axes=(0, 2, 1))
case("swapaxes moveaxis", lambda r: (r.normal(size=(2, 3, 4)), 0, 2))
case("expand_dims", lambda r: (r.normal(size=(2, 3)), 1))
case("expand_dims", normal(2, 3), axis=(0, 3))
case("squeeze", normal(2, 1, 3), axis=1)

case("stack concatenate hstack vstack dstack column_stack", lambda r: ([r.normal(size=(2, 3)), r.normal(size=(2, 3))],))
case("hstack vstack stack column_stack", lambda r: ((r.normal(size=3), np.arange(3), r.normal(size=3)),))
case("concatenate", lambda r: ((r.normal(size=(2, 3)), np.ones((2, 1))),), axis=1)
case("concatenate", lambda r: ((r.normal(size=(2, 3)), r.normal(size=2)),), axis=None)
case("stack", lambda r: (r.normal(size=(2, 3)),), axis=1)
case("hstack", lambda r: ([float(r.normal()), r.normal(size=2)],))
case("block", lambda r: ([[r.normal(size=(2, 2)), np.zeros((2, 1))], [r.normal(size=(1, 3))]],))
case("append", lambda r: (r.normal(size=(2, 3)), r.normal(size=(2, 2)), 1))
case("append", lambda r: (r.normal(size=(2, 3)), 1.5))
case("append", lambda r: ([1.5, 2.5], [r.normal(), 1]))
case("insert", lambda r: (r.normal(size=(2, 3)), 1, r.normal(size=2)), axis=1)
case("insert", lambda r: (r.normal(size=3), 0, 1))
case("delete", lambda r: (r.normal(size=(2, 3)), 1, 1))
case("split", lambda r: (r.normal(size=(6, 2)), 3))
case("split", lambda r: (r.normal(size=(2, 5)), [1, 3]), axis=1)
case("array_split", lambda r: (r.normal(size=7), 3))
case("hsplit vsplit", lambda r: (r.normal(size=(4, 4)), 2))

case("repeat", lambda r: (r.normal(size=(2, 3)), 2))
case("repeat", lambda r: (r.normal(size=(2, 3)), [1, 0, 2]), axis=1)
case("repeat tile full_like_number".replace(" full_like_number", ""), lambda r: (float(r.normal()), 3))
case("tile", lambda r: (r.normal(size=(2, 3)), (2, 1, 2)))
case("broadcast_to", lambda r: (r.normal(size=(1, 3)), (2, 4, 3)))
case("broadcast_to", lambda r: (float(r.normal()), (2, 2)))
case("broadcast_arrays", lambda r: (r.normal(size=(1, 3)), r.normal(size=(2, 1))))
case("meshgrid", lambda r: (r.normal(size=3), r.normal(size=2)), indexing="ij")
case("meshgrid", lambda r: (r.normal(size=3), r.normal(size=2)))
case("roll", lambda r: (r.normal(size=(2, 3)), 1), axis=1)
case("roll", lambda r: (r.normal(size=(2, 3)), 2))
case("flip fliplr flipud rot90 tril triu diagonal diag", normal(3, 4))
case("diag diagflat", normal(3))
case("diag diagonal tril triu", lambda r: (r.normal(size=(3, 4)), 1))
case("pad", lambda r: (r.normal(size=(2, 3)), ((1, 0), (2, 1))))
case("pad", lambda r: (r.normal(size=(2, 3)), 1, "constant"), constant_values=7.0)
case("pad", lambda r: (r.normal(size=(2, 3)), 1), mode="edge")
case("pad", lambda r: (r.normal(size=(3, 3)), 2), mode="reflect")
case("pad", lambda r: (r.normal(size=(3, 3)), 1), mode="mean")
case("take", lambda r: (r.normal(size=(2, 3)), [0, 0, 5]))
case("take", lambda r: (r.normal(size=(2, 3)), np.array([[0, 2], [2, 2]])), axis=1)
case("take_along_axis", lambda r: (r.normal(size=(2, 3)), np.array([[0], [2]]), 1))
case("compress", lambda r: ([True, False, True], r.normal(size=(2, 3))), axis=1)
case("choose", lambda r: ([0, 1, 0], [r.normal(size=3), r.normal(size=3)]))
case(
    "select",
    lambda r: (
        [np.array([True, False, False]), np.array([True, True, False])],
        [r.normal(size=3), r.normal(size=3)],
        0.5,
    ),
)
case("sort", normal(3, 4))
case("sort", normal(3, 4), axis=0)
case("full", lambda r: ((2, 3), float(r.normal())))
case("full", lambda r: ((2, 3), r.normal(size=3)))
case("full_like", lambda r: (r.normal(size=(2, 3)), float(r.normal())))
case("lib.stride_tricks.sliding_window_view", lambda r: (r.normal(size=(4, 5)), (2, 3)))
case("lib.stride_tricks.as_strided", lambda r: (r.normal(size=(4, 5)), (3, 4, 2, 2), (40, 8, 40, 8)))
case("lib.stride_tricks.as_strided", lambda r: (r.normal(size=(4, 5)).T.copy(), (2, 3), (8, 40)))
