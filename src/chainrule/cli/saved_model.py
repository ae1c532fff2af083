"""A model that was saved: in the folder of a run or of a search, or in a file of its own; and the data it is of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chainrule.data.prepared import PreparedData
from chainrule.errors import InputError
from chainrule.network.model import Model
from chainrule.runs import Progress, run_data
from chainrule.tensor_file import kind_of
from chainrule.training.run_folder import RUNS, RunFolder
from chainrule.training.settings_file import build_settings

if TYPE_CHECKING:
    from chainrule.tuning.ensemble import Ensemble

SEARCH_FILE, MODEL_FILE = "tune.toml", "model.safetensors"


def model_file(path: Path) -> Path:
    """Return the file that a model is read from: the path itself, or the one in the folder of a run or of a search.

    Raises
    ------
    InputError
        If there is none.
    """
    if path.is_file():
        return path
    if (path / SEARCH_FILE).is_file():
        return path / MODEL_FILE
    if path.suffix == ".safetensors" and not path.exists():
        raise InputError(str(path), expected="a model file", got="no such file", advice=f"ls {RUNS}/*/{MODEL_FILE}")
    return RunFolder.open(path).model


def open_model(path: Path) -> Model | Ensemble:
    """Return the model of a folder, or of a file: one network, or several that ``chainrule tune`` kept as one.

    Raises
    ------
    InputError
        If there is none.
    """
    file = model_file(path)
    if kind_of(file) == "ensemble":
        from chainrule.tuning.ensemble import Ensemble

        return Ensemble.load(file)
    return Model.load(file)


def own_data(path: Path, progress: Progress) -> PreparedData:
    """Return the data that a model was made from, split as they were then.

    Raises
    ------
    InputError
        If the model is a file outside the folder of its run or search, or the data have changed.
    """
    folder = path if path.is_dir() else path.parent
    if (folder / SEARCH_FILE).is_file():
        from chainrule.tuning.folder import SearchFolder

        search = SearchFolder.open(folder)
        return run_data(search, build_settings({"data": search.read_search()["data"]}), progress=progress)
    run = RunFolder(folder)
    if path.is_file() and not run.settings.is_file():
        raise InputError(
            str(path), expected="--data beside it: a model in a file does not know its data", got="no --data"
        )
    return run_data(run, run.read_settings(), progress=progress)
