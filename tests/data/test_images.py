"""Folders and zips of images of many kinds become rows of one size, and nothing vanishes on the way."""

from __future__ import annotations

import io
import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from chainrule.data.open import open_data
from chainrule.errors import InputError, StorageError

REAL = Path(__file__).parents[3] / "shared/data/cifar10-jpeg.zip"

Files = dict[str, bytes]


def encoded(pixels: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


def noise(width: int = 6, height: int = 5, channels: int = 3, seed: int = 0) -> np.ndarray:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)
    return pixels[..., 0] if channels == 1 else pixels


def flat(color: tuple[int, ...], width: int, height: int) -> np.ndarray:
    return np.full((height, width, len(color)), color, np.uint8)


IMAGE = encoded(noise())
RED, BLUE = (200, 10, 20), (10, 20, 200)


def as_folder(path: Path, files: Files) -> Path:
    path.mkdir(parents=True)
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            (path / name).mkdir()
        else:
            (path / name).write_bytes(content)
    return path


def as_zip(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


WRITERS: list[Callable[[Path, Files], Path]] = [as_folder, as_zip]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("wrap", ["", "set-1.0/"])
def test_published_split(write: Callable[[Path, Files], Path], wrap: str, tmp_path: Path) -> None:
    pixels = {
        "train/cat/b.png": noise(seed=1),
        "train/cat/a.png": noise(seed=2),
        "train/dog/deep/er/c.png": noise(seed=3),
        "test/dog/d.png": noise(seed=4),
    }
    others = {"train/.DS_Store": b"x", "__MACOSX/train/cat/._a.png": b"x", "train/.hidden/a.png": b"x"}
    files = {wrap + name: encoded(array) for name, array in pixels.items()} | others | {f"{wrap}README.txt": b"hello"}
    path = write(tmp_path / "animals.zip", files)
    dataset = open_data(path)
    assert (dataset.name, dataset.source) == ("animals.zip" if path.is_dir() else "animals", str(path))
    assert dataset.classes == ("cat", "dog")
    assert dataset.image_shape == (5, 6, 3)
    assert dataset.test is not None
    assert (dataset.train.y.tolist(), dataset.test.y.tolist()) == ([0, 0, 1], [1])
    expected = [pixels[f"train/{name}.png"] for name in ("cat/a", "cat/b", "dog/deep/er/c")]
    np.testing.assert_array_equal(dataset.train.X.reshape(3, 5, 6, 3), expected)
    np.testing.assert_array_equal(dataset.test.X.reshape(5, 6, 3), pixels["test/dog/d.png"])
    assert dataset.notes == ("files that are no images by their names were passed over: 1 (.txt)",)


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("names", [("b/1.png", "a/1.png", "b/2.png"), ("set/b/1.png", "set/a/1.png", "set/b/x/2.png")])
def test_classes_alone(write: Callable[[Path, Files], Path], names: tuple[str, ...], tmp_path: Path) -> None:
    dataset = open_data(write(tmp_path / "set.zip", dict.fromkeys(names, IMAGE)))
    assert (dataset.classes, dataset.train.y.tolist(), dataset.test) == (("a", "b"), [0, 1, 1], None)


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    names = ["bus/1.png", "car/1.png", "train/1.png"]
    assert open_data(as_folder(tmp_path / "set", dict.fromkeys(names, IMAGE))).classes == ("bus", "car", "train")


@pytest.mark.parametrize(
    ("sizes", "image_size", "shape", "note"),
    [
        ([(6, 5), (6, 5)], None, (5, 6, 3), ""),
        ([(64, 64), (64, 64)], None, (64, 64, 3), ""),
        ([(65, 64), (65, 64)], None, (32, 32, 3), "2 of 2 images were resized to 32x32"),
        ([(6, 5), (32, 32)], None, (32, 32, 3), "1 of 2 images were resized to 32x32"),
        ([(300, 200), (32, 32)], None, (32, 32, 3), "1 of 2 images were resized to 32x32"),
        ([(6, 5), (6, 5)], (4, 7), (7, 4, 3), "2 of 2 images were resized to 4x7"),
        ([(6, 5), (4, 7)], (4, 7), (7, 4, 3), "1 of 2 images were resized to 4x7"),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_sizes(
    sizes: list[tuple[int, int]],
    image_size: tuple[int, int] | None,
    shape: tuple[int, int, int],
    note: str,
    kind: str,
    tmp_path: Path,
) -> None:
    """An image of one colour keeps it at any size, however it is shrunk or stretched."""
    colors = zip((RED, BLUE), sizes, strict=True)
    images = [encoded(flat(color, *size), kind) for color, size in colors]
    path = as_zip(tmp_path / "set.zip", {f"{name}/1.{kind}": image for name, image in zip("ab", images, strict=True)})
    dataset = open_data(path, image_size=image_size)
    assert dataset.image_shape == shape
    assert dataset.notes == ((note,) if note else ())
    means = dataset.train.X.reshape(2, -1, 3).mean(1)
    np.testing.assert_allclose(means, [RED, BLUE], atol=2 if kind == "JPEG" else 0)


def test_shrinking_averages(tmp_path: Path) -> None:
    """A fine checkerboard becomes gray; picking single pixels would keep its black and white."""
    board = (np.indices((256, 256)).sum(0) % 2 * 255).astype(np.uint8)
    dataset = open_data(as_folder(tmp_path / "set", {"a/1.png": encoded(board), "b/1.png": encoded(board)}))
    assert 120 < dataset.train.X.min() <= dataset.train.X.max() < 135


RAMP = np.arange(30, dtype=np.uint16).reshape(5, 6)
CONVERSIONS: dict[str, tuple[Image.Image, np.ndarray]] = {
    "16 bits": (Image.fromarray(RAMP * 257 * 8), RAMP * 8),
    "bilevel": (Image.fromarray(RAMP > 9), (RAMP > 9) * 255),
    "gray with alpha": (Image.fromarray(np.dstack([RAMP, 0 * RAMP]).astype(np.uint8), "LA"), 0 * RAMP + 255),
}


@pytest.mark.parametrize(("image", "expected"), CONVERSIONS.values(), ids=CONVERSIONS)
def test_grayscale_images_have_one_channel(image: Image.Image, expected: np.ndarray, tmp_path: Path) -> None:
    file = io.BytesIO()
    image.save(file, "PNG")
    dataset = open_data(as_folder(tmp_path / "set", {"a/1.png": file.getvalue(), "b/1.png": file.getvalue()}))
    assert dataset.image_shape == (5, 6, 1)
    np.testing.assert_array_equal(dataset.train.X[0].reshape(5, 6), expected)


def test_one_colour_image_makes_all_of_them_colour(tmp_path: Path) -> None:
    gray, color = noise(channels=1), noise()
    files = {"a/1.png": encoded(gray), "a/2.png": encoded(gray), "b/1.png": encoded(color)}
    dataset = open_data(as_folder(tmp_path / "set", files))
    assert dataset.image_shape == (5, 6, 3)
    np.testing.assert_array_equal(dataset.train.X[1].reshape(5, 6, 3), np.dstack([gray] * 3))


def test_transparent_parts_become_white(tmp_path: Path) -> None:
    half = np.dstack([noise(), np.repeat([[0, 0, 0, 255, 255, 255]], 5, axis=0)]).astype(np.uint8)
    palette = io.BytesIO()
    Image.fromarray(np.zeros((5, 6), np.uint8), "P").save(palette, "PNG", transparency=0)
    dataset = open_data(as_folder(tmp_path / "set", {"a/1.png": encoded(half), "b/1.png": palette.getvalue()}))
    images = dataset.train.X.reshape(2, 5, 6, 3)
    assert (images[0, :, :3] == 255).all()
    np.testing.assert_array_equal(images[0, :, 3:], half[:, 3:, :3])
    assert (images[1] == 255).all()


def test_orientation_of_a_camera_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    upright = np.rot90(noise(), -1)
    files = {"a/1.png": encoded(noise(), exif=exif), "b/1.png": encoded(upright)}
    dataset = open_data(as_folder(tmp_path / "set", files))
    assert dataset.image_shape == (6, 5, 3)
    np.testing.assert_array_equal(dataset.train.X[0], dataset.train.X[1])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM", "TGA"])
def test_formats(kind: str, tmp_path: Path) -> None:
    image = encoded(flat(RED, 8, 8), kind)
    dataset = open_data(as_folder(tmp_path / "set", {f"{name}/1.{kind.lower()}": image for name in "ab"}))
    np.testing.assert_allclose(dataset.train.X[0].reshape(8, 8, 3), flat(RED, 8, 8), atol=2)


def bomb() -> bytes:
    """Return a PNG that claims 20,000 by 20,000 pixels, its checksum right."""
    header = bytearray(encoded(noise()))
    header[16:24] = (20_000).to_bytes(4, "big") * 2
    crc = zlib.crc32(bytes(header[12:29]))
    header[29:33] = crc.to_bytes(4, "big")
    return bytes(header)


PAIR = {"a/1.png": IMAGE, "b/1.png": IMAGE}
BAD: dict[str, tuple[Files, list[str]]] = {
    "no images": ({"a/x.txt": b"1", "b/y.txt": b"2"}, ["no file that is an image", "train/<class>"]),
    "an empty class": (PAIR | {"c/": b"", "d/x.txt": b""}, ["none in c, d", "every class folder"]),
    "an image outside": (PAIR | {"3.png": IMAGE}, ["outside of them", "3.png"]),
    "an image outside of train": ({"train/a/1.png": IMAGE, "train/2.png": IMAGE}, ["train/2.png"]),
    "an unknown class in test": ({"train/a/1.png": IMAGE, "train/b/1.png": IMAGE, "test/c/1.png": IMAGE}, ["got c"]),
    "test alone": ({"test/a/1.png": IMAGE, "test/b/1.png": IMAGE}, ["without a train folder"]),
    "a third part": ({f"{part}/a/1.png": IMAGE for part in ("train", "test", "val")}, ["got val", "into train"]),
    "one class": ({"a/1.png": IMAGE, "a/2.png": IMAGE}, ["two classes", "one: a"]),
    "a damaged image": (PAIR | {"b/2.png": b"no image"}, ["b/2.png", "can be read", "remove it"]),
    "a cut off image": (PAIR | {"b/2.png": encoded(noise(60, 60))[:900]}, ["b/2.png", "can be read"]),
    "a cut off JPEG": (PAIR | {"b/2.jpg": encoded(noise(60, 60), "JPEG")[:900]}, ["b/2.jpg", "truncated"]),
    "PostScript in disguise": (PAIR | {"b/2.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"}, ["b/2.png"]),
    "an empty image": (PAIR | {"a/0.png": b""}, ["a/0.png"]),
    "a bomb": (PAIR | {"b/2.png": bomb()}, ["b/2.png", "exhaust the memory"]),
}


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(("files", "words"), BAD.values(), ids=BAD)
def test_bad_images_are_named(
    files: Files, words: list[str], write: Callable[[Path, Files], Path], tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        open_data(write(tmp_path / "set.zip", files))
    assert [word for word in words if word not in str(caught.value)] == []
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("image_size", [(0, 4), (4, -1), (5000, 4)])
def test_sizes_that_no_image_has(image_size: tuple[int, int], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--image-size: expected a width and a height"):
        open_data(as_folder(tmp_path / "set", PAIR), image_size=image_size)


def test_damaged_zips_are_told_so(tmp_path: Path) -> None:
    whole = as_zip(tmp_path / "set.zip", PAIR).read_bytes()
    flipped = bytearray(whole)
    flipped[60] ^= 1
    for content in (whole[:-30], whole[:50], bytes(flipped)):
        (tmp_path / "set.zip").write_bytes(content)
        with pytest.raises(InputError, match="a whole zip"):
            open_data(tmp_path / "set.zip")


def test_a_file_that_may_not_be_read_is_a_matter_of_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = as_folder(tmp_path / "set", PAIR)

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(StorageError, match=r"1\.png: Permission denied"):
        open_data(path)


def test_progress_ends_with_all_images(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    files = {f"train/{name}/{n:04}.png": IMAGE for name in "ab" for n in range(300)} | {"test/a/1.png": IMAGE}
    open_data(as_zip(tmp_path / "set.zip", files), progress=lambda done, total: told.append((done, total)))
    assert told == [(500, 601), (601, 601)]


@pytest.mark.skipif(not REAL.exists(), reason=f"{REAL} is not on this machine")
def test_all_of_cifar10_as_jpegs(cache: Path) -> None:
    dataset = open_data(REAL)
    assert dataset.test is not None
    assert dataset.train.X.shape == (50_000, 3072)
    assert dataset.test.X.shape == (10_000, 3072)
    assert (np.bincount(dataset.train.y) == 5000).all()
    assert (np.bincount(dataset.test.y) == 1000).all()
    assert dataset.classes[::3] == ("airplane", "cat", "frog", "truck")
    with zipfile.ZipFile(REAL) as archive:
        image = Image.open(io.BytesIO(archive.read("train/bird/0007.jpg")))
    np.testing.assert_array_equal(dataset.train.X[2 * 5000 + 7].reshape(32, 32, 3), np.asarray(image))
    shutil.rmtree(cache)  # pytest keeps the folders of three runs, and this is 184 MB
