"""Neural networks whose every gradient is written by hand and proved.

The names below are imported when they are first used, so that ``import chainrule`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chainrule.version import __version__ as __version__

if TYPE_CHECKING:
    from chainrule.checking.derive.public import derive as derive
    from chainrule.checking.door import assert_gradients as assert_gradients
    from chainrule.checking.door import check as check
    from chainrule.data.dataset import Dataset as Dataset
    from chainrule.data.dataset import Rows as Rows
    from chainrule.data.open import open_data as open_data
    from chainrule.data.prepared import prepare as prepare
    from chainrule.errors import ChainruleError as ChainruleError
    from chainrule.errors import InputError as InputError
    from chainrule.network.model import Model as Model
    from chainrule.runs import new_run as new_run
    from chainrule.runs import resumed_run as resumed_run
    from chainrule.saved_run import SavedRun as SavedRun
    from chainrule.saved_run import open_run as open_run
    from chainrule.training.defaults import close_settings as close_settings
    from chainrule.training.loop import Callback as Callback
    from chainrule.training.loop import Training as Training
    from chainrule.training.settings import RunSettings as RunSettings
    from chainrule.training.settings_file import build_settings as build_settings
    from chainrule.tuning.population.member import Member as Member
    from chainrule.tuning.population.population import Population as Population
    from chainrule.two_layer import TwoLayerNet as TwoLayerNet

_HOME = {
    "Callback": "chainrule.training.loop",
    "ChainruleError": "chainrule.errors",
    "Dataset": "chainrule.data.dataset",
    "InputError": "chainrule.errors",
    "Member": "chainrule.tuning.population.member",
    "Model": "chainrule.network.model",
    "Population": "chainrule.tuning.population.population",
    "Rows": "chainrule.data.dataset",
    "RunSettings": "chainrule.training.settings",
    "SavedRun": "chainrule.saved_run",
    "Training": "chainrule.training.loop",
    "TwoLayerNet": "chainrule.two_layer",
    "assert_gradients": "chainrule.checking.door",
    "build_settings": "chainrule.training.settings_file",
    "check": "chainrule.checking.door",
    "close_settings": "chainrule.training.defaults",
    "derive": "chainrule.checking.derive.public",
    "new_run": "chainrule.runs",
    "open_data": "chainrule.data.open",
    "open_run": "chainrule.saved_run",
    "prepare": "chainrule.data.prepared",
    "resumed_run": "chainrule.runs",
}
__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'chainrule' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
