"""CSV, Parquet and .npz give the rows, labels and names that were written; what is of no use is named by its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from chainrule.data.dataset import Dataset
from chainrule.data.open import open_data
from chainrule.errors import InputError

Write = Callable[[Path], Path]


def csv(text: str | bytes, name: str = "flowers.csv") -> Write:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return folder / name

    return write


def parquet(**columns: object) -> Write:
    def write(folder: Path) -> Path:
        pyarrow.parquet.write_table(pa.table(columns), folder / "flowers.parquet")
        return folder / "flowers.parquet"

    return write


def npz(**arrays: object) -> Write:
    def write(folder: Path) -> Path:
        np.savez(folder / "flowers.npz", **arrays)  # type: ignore[arg-type]
        return folder / "flowers.npz"

    return write


def check_flowers(dataset: Dataset, label: str = "species") -> None:
    assert dataset.feature_names == ("width", "height")
    assert dataset.classes == ("iris", "rose")
    assert dataset.train.X.dtype == np.float32
    assert dataset.train.y.dtype == np.int64
    np.testing.assert_array_equal(dataset.train.X, np.array([[1.5, -2], [0.1, 4e3], [0, 7]], np.float32))
    np.testing.assert_array_equal(dataset.train.y, [1, 0, 1])
    assert (dataset.name, dataset.test, dataset.image_shape) == ("flowers", None, None)


FLOWERS = "width,{0},height\n1.5,rose,-2\n.1,iris,4e3\n0,rose,7\n"
GOOD: dict[str, tuple[Write, str | None]] = {
    **{f"column {name}": (csv(FLOWERS.format(name)), None) for name in ("label", "target", "class", "y")},
    "a named column": (csv(FLOWERS.format("species")), "species"),
    "Windows": (csv("\ufeff" + FLOWERS.format("y").replace("\n", "\r\n")), None),
    "blanks": (csv(FLOWERS.format("y").replace(",", " , ")), None),
    "quotes": (csv('"width","y","height"\n"1.5","rose",-2\n.1,"iris",4e3\n0,rose,7'), None),
    "another suffix": (csv(FLOWERS.format("y"), "flowers.txt"), None),
    "parquet": (parquet(width=[1.5, 0.1, 0.0], y=["rose", "iris", "rose"], height=[-2, 4000, 7]), None),
    "parquet categories": (
        parquet(
            width=pa.array([1.5, 0.1, 0.0], pa.float32()),
            height=pa.array([-2, 4000, 7], pa.int16()),
            species=pa.array(["rose", "iris", "rose"]).dictionary_encode(),
            __index_level_0__=[0, 1, 2],
        ),
        "species",
    ),
}


@pytest.mark.parametrize(("write", "label"), GOOD.values(), ids=GOOD)
def test_tables(write: Write, label: str | None, tmp_path: Path) -> None:
    check_flowers(open_data(write(tmp_path), label=label))


@pytest.mark.parametrize(
    ("labels", "classes", "y"),
    [
        (["10", "9", "-1", "9"], ("-1", "9", "10"), [2, 1, 0, 1]),
        (["10.0", "9.0", "9.0", "10.0"], ("9", "10"), [1, 0, 0, 1]),
        (["007", "7", "007", "7"], ("007", "7"), [0, 1, 0, 1]),
        (["10", "b", "9", "b"], ("10", "9", "b"), [0, 2, 1, 2]),
        (["true", "false", "true", "true"], ("false", "true"), [1, 0, 1, 1]),
        (["NA", "EU", "NA", "nan"], ("EU", "NA", "nan"), [1, 0, 1, 2]),
        ([10, 9, -1, 9], ("-1", "9", "10"), [2, 1, 0, 1]),
        ([10.0, 9.0, 9.0, 10.0], ("9", "10"), [1, 0, 0, 1]),
        ([True, False, True, True], ("False", "True"), [1, 0, 1, 1]),
    ],
    ids=str,
)
def test_labels_are_numbered_by_size_or_alphabet(
    labels: list[object], classes: tuple[str, ...], y: list[int], tmp_path: Path
) -> None:
    writers = [parquet(x=[1, 2, 3, 4], y=labels)]
    if isinstance(labels[0], str):
        writers.append(csv("x,y\n" + "".join(f"{row},{label}\n" for row, label in enumerate(labels))))
    for write in writers:
        dataset = open_data(write(tmp_path))
        assert (dataset.classes, dataset.train.y.tolist()) == (classes, y)


def test_a_number_with_a_fraction_far_down_a_column_of_whole_ones(tmp_path: Path) -> None:
    rows = 300_000  # more than one of pyarrow's blocks, the first of which shows whole numbers only
    text = "x,y\n" + "".join(f"{row},{row % 2}\n" for row in range(rows)) + "0.5,1\n"
    dataset = open_data(csv(text)(tmp_path))
    assert dataset.train.X[-1, 0] == 0.5
    assert len(dataset.train) == rows + 1


IMAGES = np.random.default_rng(4).integers(0, 256, (4, 2, 3, 3), dtype=np.uint8)
NUMBERS = IMAGES.reshape(4, -1) / 7
Y = np.array([1, 0, 2, 1])
ARRAYS: dict[str, tuple[Write, np.ndarray, tuple[int, int, int] | None, tuple[str, ...]]] = {
    "features": (npz(X=NUMBERS, y=Y), NUMBERS.astype(np.float32), None, ("0", "1", "2")),
    "whole features": (npz(X=IMAGES.reshape(4, -1), y=Y), IMAGES.reshape(4, -1), None, ("0", "1", "2")),
    "gray": (npz(X=IMAGES[..., 0], y=Y), IMAGES[..., 0].reshape(4, -1), (2, 3, 1), ("0", "1", "2")),
    "color": (npz(X=IMAGES, y=Y), IMAGES.reshape(4, -1), (2, 3, 3), ("0", "1", "2")),
    "wide integers": (npz(X=IMAGES.astype(int), y=Y), IMAGES.reshape(4, -1), (2, 3, 3), ("0", "1", "2")),
    "labels from 5": (npz(X=IMAGES, y=5 * Y + 5), IMAGES.reshape(4, -1), (2, 3, 3), ("5", "10", "15")),
    "named": (npz(X=IMAGES, y=Y, classes=["c", "b", "a"]), IMAGES.reshape(4, -1), (2, 3, 3), ("c", "b", "a")),
    "text": (npz(X=IMAGES, y=np.array(["b", "a", "c", "b"])), IMAGES.reshape(4, -1), (2, 3, 3), ("a", "b", "c")),
    "text in an order": (
        npz(X=IMAGES, y=np.array(["b", "c", "a", "b"]), classes=["c", "b", "a"]),
        IMAGES.reshape(4, -1),
        (2, 3, 3),
        ("c", "b", "a"),
    ),
}


@pytest.mark.parametrize(("write", "X", "image_shape", "classes"), ARRAYS.values(), ids=ARRAYS)
def test_arrays(
    write: Write, X: np.ndarray, image_shape: tuple[int, int, int] | None, classes: tuple[str, ...], tmp_path: Path
) -> None:
    dataset = open_data(write(tmp_path))
    np.testing.assert_array_equal(dataset.train.X, X)
    np.testing.assert_array_equal(dataset.train.y, Y)
    assert dataset.train.X.dtype == (np.uint8 if image_shape else np.float32)
    assert (dataset.image_shape, dataset.classes, dataset.test) == (image_shape, classes, None)


def test_arrays_with_a_test_set(tmp_path: Path) -> None:
    dataset = open_data(npz(X=IMAGES, y=Y + 3, X_test=IMAGES[:2], y_test=[5, 3])(tmp_path))
    assert dataset.test is not None
    np.testing.assert_array_equal(dataset.test.X, IMAGES[:2].reshape(2, -1))
    np.testing.assert_array_equal(dataset.test.y, [2, 0])


X2 = np.ones((4, 2))
BAD: dict[str, tuple[Write, list[str]]] = {
    "no label column": (csv("a,b\n1,2\n"), ["one column called label", "the columns a, b", "--label"]),
    "two label columns": (csv("label,y,x\n1,2,3\n"), ["one column called", "label, y, x"]),
    "no first line": (csv("1,2,3\n4,5,6\n"), ["names the columns", "the numbers 1, 2, 3"]),
    "a name twice": (csv("a,a,y\n1,2,3\n"), ["different name", "a more than once"]),
    "a column without name": (csv(",a,y\n0,2,3\n"), ["different name", "index=False"]),
    "semicolons": (csv("a;b;y\n1;2;3\n"), ["separated by commas", "a;b;y"]),
    "a header only": (csv("a,y\n"), ["got 0 rows"]),
    "labels only": (parquet(y=[1, 2]), ["at least one feature", "0 feature columns"]),
    "an empty file": (csv(""), ["an empty file"]),
    "a blank file": (csv("\n"), ["names of two columns"]),
    "a short row": (csv("a,b,y\n1,2,3\n4,5\n"), ["3 values in every row", "got 2", "line 3: 4,5"]),
    "a long row": (csv("a,b,y\n1,2,3\n4,5,6,7\n"), ["3 values in every row", "got 4", "line 3"]),
    "text in a feature": (csv("a,b,y\n1,2,3\n4,red,6\n"), ["column b, row 2", "'red'", "numbers"]),
    "truth in a feature": (csv("a,b,y\n1,true,3\n"), ["column b, row 1", "'true'"]),
    "a missing feature": (csv("a,b,y\n1,2,0\n4,,1\n,3,1\n"), ["column b, row 2", "2 such", "missing", "SimpleImputer"]),
    "not a number": (csv("a,b,y\n1,nan,0\n4,2,1\n"), ["column b, row 1", "1 such", "NaN"]),
    "infinite": (csv("a,b,y\n1,2,0\n4,inf,1\n"), ["column b, row 2", "infinite"]),
    "beyond float32": (csv("a,b,y\n1,2,0\n4,1e300,1\n"), ["column b, row 2", "infinite in float32"]),
    "a missing label": (csv("a,y\n1,2\n3,\n"), ["a label in every row", "column y, row 2", "1 of 2"]),
    "a quantity": (csv("a,y\n1,2.5\n3,4\n"), ["names or whole numbers", "2.5", "row 1", "classifies"]),
    "one class": (csv("a,y\n1,cat\n3,cat\n"), ["at least two classes", "one: cat"]),
    "one row": (csv("a,y\n1,cat\n"), ["at least two classes"]),
    "another encoding": (csv("größe,y\n1,2\n".encode("latin1")), ["UTF-8"]),
    "binary": (csv(b"\x00\x01\x02" * 50), ["flowers.csv", "expected"]),
    "parquet text": (parquet(a=[1, 2], b=["red", "blue"], y=[0, 1]), ["column b", "'red' (string)"]),
    "parquet missing": (parquet(a=[1, None], y=[0, 1]), ["column a, row 2", "missing"]),
    "parquet without a value": (parquet(a=pa.nulls(2), y=[0, 1]), ["column a", "no value at all"]),
    "parquet missing label": (parquet(a=[1, 2], y=[None, 1]), ["column y, row 1"]),
    "parquet dates": (parquet(a=pa.array([1, 2], pa.date32()), y=[0, 1]), ["column a", "date32"]),
    "parquet lists as labels": (parquet(a=[1, 2], y=[[1], [2]]), ["names or whole numbers"]),
    "parquet quantity": (parquet(a=[1, 2], y=[0.5, 1.0]), ["0.5", "row 1"]),
    "no y": (npz(X=X2), ["X and y", "got X"]),
    "other names": (npz(x_train=X2, y_train=Y), ["X and y", "x_train, y_train"]),
    "half a test set": (npz(X=X2, y=Y, X_test=X2), ["X_test and y_test together"]),
    "lengths": (npz(X=X2, y=Y[:3]), [": y:", "shape (4,)", "shape (3,)"]),
    "labels as columns": (npz(X=X2, y=Y[:, None]), ["shape (4,)", "shape (4, 1)"]),
    "one axis": (npz(X=Y, y=Y), ["(N, D)", "shape (4,)"]),
    "planes first": (npz(X=IMAGES.transpose(0, 3, 1, 2).repeat(2, axis=3)[..., :5], y=Y), ["last axis", "transpose"]),
    "floats as images": (npz(X=IMAGES / 255, y=Y), ["0 to 255", "float64", "255 * X"]),
    "levels beyond": (npz(X=IMAGES.astype(int) + 1000, y=Y), ["0 to 255"]),
    "NaN": (npz(X=np.where(np.eye(4, 2), np.nan, 1), y=Y), ["column 1, row 1", "2 such"]),
    "fractions as labels": (npz(X=X2, y=Y + 0.5), ["1.5", "row 1"]),
    "NaN as a label": (npz(X=X2, y=[0, 1, np.nan, 1]), ["nan", "row 3"]),
    "negative labels": (npz(X=X2, y=Y - 1), ["labels from 0", "-1", "row 2"]),
    "objects": (npz(X=X2, y=np.array([1, "a", None, 2], dtype=object)), ["dtype object", "numpy.savez"]),
    "complex numbers": (npz(X=X2 * 1j, y=Y), ["complex128"]),
    "too few names": (npz(X=X2, y=Y, classes=["a", "b"]), ["0 to 1", "got 2"]),
    "a name twice in classes": (npz(X=X2, y=Y, classes=["a", "b", "a"]), ["different names"]),
    "a name without rows": (npz(X=X2, y=Y, classes=["a", "b", "c", "d"]), ["every class", "none of d"]),
    "a label that no name has": (npz(X=X2, y=["a", "b", "c", "a"], classes=["a", "b"]), ["among a, b", "got c"]),
    "an unknown test label": (npz(X=X2, y=Y, X_test=X2[:1], y_test=[7]), ["y_test", "among 0, 1, 2", "got 7"]),
    "a wider test set": (npz(X=X2, y=Y, X_test=np.ones((1, 3)), y_test=[0]), ["X_test", "(2,)", "(3,)"]),
    "an empty test set": (npz(X=X2, y=Y, X_test=X2[:0], y_test=Y[:0]), ["test", "none"]),
    "no rows": (npz(X=X2[:0], y=Y[:0]), ["at least two classes"]),
    "no columns": (npz(X=X2[:, :0], y=Y), ["features"]),
    "a cut off archive": (csv(b"PK\x03\x04 and no more", "flowers.npz"), [".npz archive", "cut off"]),
    "a cut off Parquet file": (csv(b"PAR1 and no more", "flowers.parquet"), ["Parquet", "cut off"]),
}


@pytest.mark.parametrize(("write", "words"), BAD.values(), ids=BAD)
def test_bad_tables_and_arrays(write: Write, words: list[str], tmp_path: Path) -> None:
    path = write(tmp_path)
    with pytest.raises(InputError) as caught:
        open_data(path)
    message = str(caught.value)
    assert [word for word in words if word not in message] == []
    assert message.startswith(str(path))


def test_a_label_column_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--label: expected the name of a column, got colour; the columns are a, y"):
        open_data(csv("a,y\n1,2\n3,4\n")(tmp_path), label="colour")


def test_a_feature_may_be_called_like_a_label_once_the_label_is_named(tmp_path: Path) -> None:
    assert open_data(csv("x,y,kind\n1,2,a\n3,4,b\n")(tmp_path), label="kind").feature_names == ("x", "y")


def test_a_folder_of_npy_gives_what_an_npz_gives_and_is_mapped(tmp_path: Path) -> None:
    arrays = {"X": IMAGES, "y": np.array(Y), "X_test": IMAGES[:2], "y_test": np.array(Y)[:2]}
    from_npz = open_data(npz(**arrays)(tmp_path))
    (tmp_path / "folder").mkdir()
    for name, array in arrays.items():
        np.save(tmp_path / "folder" / f"{name}.npy", array)
    dataset = open_data(tmp_path / "folder")
    np.testing.assert_array_equal(dataset.train.X, from_npz.train.X)
    np.testing.assert_array_equal(dataset.train.y, from_npz.train.y)
    assert dataset.test is not None
    assert from_npz.test is not None
    np.testing.assert_array_equal(dataset.test.X, from_npz.test.X)
    assert not dataset.train.X.flags.writeable  # as the map is; a copy in memory would be
    (tmp_path / "folder" / "y.npy").write_bytes((tmp_path / "folder" / "y.npy").read_bytes()[:-5])
    with pytest.raises(InputError, match=r"y\.npy: expected a whole \.npy array"):
        open_data(tmp_path / "folder")
