"""Which files of a folder or a zip are images of which class, told from their paths alone."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from chainrule.data.file_tree import FileTree
from chainrule.errors import InputError

LAYOUT = "train/<class>/<image> and test/<class>/<image>, or <class>/<image>"
_OTHER_PARTS = {"val", "valid", "validation", "dev", "test"}


@dataclass(frozen=True)
class ImageTree:
    """The image files of each class, in the order of their names.

    Attributes
    ----------
    classes : tuple of str
        Sorted by name.
    train : tuple of (path, label)
    test : tuple of (path, label), or None
        None where the tree has no test folder.
    ignored : Counter of str
        How many visible files of each suffix are no images by their names.
    """

    classes: tuple[str, ...]
    train: tuple[tuple[str, int], ...]
    test: tuple[tuple[str, int], ...] | None
    ignored: Counter[str]


def find_classes(tree: FileTree, path: Path, suffixes: Collection[str]) -> ImageTree:
    """Sort the image files of a tree into classes.

    A folder that wraps all of the rest is passed over. Images deeper below a class folder belong to that class.

    Parameters
    ----------
    path : Path
        Of the tree, for messages.
    suffixes : collection of str
        Of the files that are images, with their dots, in lower case.

    Raises
    ------
    InputError
        If there are no images, an image lies outside of every class folder, a class folder has no images, or a
        class of the test folder is missing in the train folder.
    """
    images = [name for name in tree.files if _suffix(name) in suffixes]
    if not images:
        raise InputError(str(path), expected=f"images as {LAYOUT}", got="no file that is an image by its name")
    root = _root(images)
    parts = {name[len(root) :].split("/")[0] for name in images}
    if _is_split(parts, path):
        train = _by_class(tree, images, f"{root}train/", path)
        test = _by_class(tree, images, f"{root}test/", path) if "test" in parts else None
    else:
        train, test = _by_class(tree, images, root, path), None
    classes = list(train)
    if unknown := [name for name in test or () if name not in train]:
        raise InputError(
            str(path), expected="test classes that are in train too", got=", ".join(unknown), where=f"{root}test"
        )
    return ImageTree(
        tuple(classes),
        _labelled(train, classes),
        None if test is None else _labelled(test, classes),
        Counter(_suffix(name) for name in tree.files if _suffix(name) not in suffixes),
    )


def _is_split(parts: set[str], path: Path) -> bool:
    """Tell whether the top folders are parts of a published split, rather than classes.

    ``train`` alone, or beside another name of a part, is one; ``train``, ``bus`` and ``car`` are classes.
    """
    if parts == {"test"}:
        raise InputError(str(path), expected=f"images as {LAYOUT}", got="a test folder without a train folder")
    if parts != {"train"} and not ("train" in parts and parts & _OTHER_PARTS):
        return False
    if others := sorted(parts - {"train", "test"}):
        raise InputError(
            str(path),
            expected="a train and a test folder and no other images beside them",
            got=", ".join(others),
            advice="move them into train (validation rows are taken from there) or elsewhere",
        )
    return True


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - sixty thousand Paths take a second


def _root(images: list[str]) -> str:
    """Return the wrapping folder with its slash, or nothing: all images lie two folders deep or more in it."""
    root = images[0].split("/")[0] + "/"
    is_wrapped = all(name.startswith(root) and name.count("/") >= 2 for name in images)
    return root if is_wrapped and root not in {"train/", "test/"} else ""


def _by_class(tree: FileTree, images: list[str], root: str, path: Path) -> dict[str, list[str]]:
    """Return the images below each folder of ``root``, the folders sorted by name."""
    folders = [name[len(root) :] for name in tree.folders if name.startswith(root)]
    found: dict[str, list[str]] = {name: [] for name in sorted(folders) if "/" not in name}
    for image in images:
        if image.startswith(root):
            folder, slash, _ = image[len(root) :].partition("/")
            if not slash:
                raise InputError(
                    str(path), expected=f"images in class folders: {LAYOUT}", got="one outside of them", where=image
                )
            found[folder].append(image)
    if empty := [name for name, files in found.items() if not files]:
        raise InputError(
            str(path),
            expected="images in every class folder",
            got=f"none in {', '.join(empty)}",
            where=root.rstrip("/"),
            advice="remove the folder, or put the images of that class into it",
        )
    return found


def _labelled(by_class: dict[str, list[str]], classes: list[str]) -> tuple[tuple[str, int], ...]:
    return tuple((name, label) for label, folder in enumerate(classes) for name in by_class.get(folder, ()))
