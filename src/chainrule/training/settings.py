"""The settings of a run: what each may be, what it means, and its default, in one table for every user of it.

The command line takes its options, their help and their checks from here; a TOML file has the same names under
``[data]``, ``[network]`` and ``[training]``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from chainrule.data.preprocess import STEPS, parse_steps
from chainrule.errors import InputError
from chainrule.network.initial import INITIAL_WEIGHTS, normal_std
from chainrule.training.rules import RULES, RuleSettings
from chainrule.training.schedules import SCHEDULES, parse_schedule

DEFAULT_EPOCHS = 30
DEFAULT_BATCH_SIZE = 32


def _spelled(parse: Any) -> AfterValidator:
    """Keep a text as it is once ``parse`` has accepted it."""

    def check(text: str) -> str:
        parse(text)
        return text

    return AfterValidator(check)


Positive = Annotated[int, Field(ge=1, le=10_000_000)]


class Section(BaseModel):
    """A part of the settings: frozen, of known names only, finite numbers only."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DataSettings(Section):
    """Which rows, and how they become inputs."""

    source: str = Field(
        "digits", description="digits, cifar10, or the path of an archive, a folder of images, .npz, .csv or .parquet"
    )
    label: str | None = Field(None, description="the label column of a table; by default one called label or the like")
    image_size: tuple[Positive, Positive] | None = Field(
        None, description="width and height that images are resized to; by default their own, or 32x32 if they differ"
    )
    validation: float | None = Field(
        None, gt=0, description="rows held out for validation, a number or a share; by default a tenth, at most 1000"
    )
    test: float | None = Field(
        None, gt=0, description="test rows where the data has no test set, a number or a share; by default a fifth"
    )
    split_seed: int = Field(0, ge=0, lt=2**63, description="the seed of the split")
    preprocess: Annotated[str, _spelled(parse_steps)] | None = Field(
        None,
        description=f"{STEPS}; by default mean for one hidden layer of relu on images with sgd, else mean,std",
    )


class NetworkSettings(Section):
    """The network before training."""

    hidden: tuple[Positive, ...] = Field((100,), description="units of each hidden layer, 1024 or 512,256; or none")
    activation: Literal["relu", "tanh", "logistic", "identity"] = Field(
        "relu", description="what the hidden layers make of their sums"
    )
    initial_weights: Annotated[str, _spelled(normal_std)] | None = Field(
        None,
        description=f"{INITIAL_WEIGHTS}; by default normal:1e-4 where pixels keep their scale, else he with relu and "
        "glorot with other activations",
    )
    dtype: Literal["float32", "float64"] = Field("float32", description="the precision of all arithmetic")


class TrainingSettings(Section):
    """How the weights are changed, and for how long."""

    batch_size: int | None = Field(
        None,
        ge=1,
        description=f"examples in a mini-batch; {DEFAULT_BATCH_SIZE}, or all training rows if they are fewer",
    )
    sampling: Literal["permutation", "replacement"] = Field(
        "permutation", description="each example once an epoch, or mini-batches drawn with replacement (the reports')"
    )
    rule: Literal["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"] = Field(
        "sgd", description="the update rule"
    )
    learning_rate: float | None = Field(
        None, gt=0, description="the step's length; by default what suits the rule and the scale of the inputs"
    )
    schedule: Annotated[str, _spelled(parse_schedule)] = Field("constant", description=SCHEDULES)
    reg: float = Field(0.0, ge=0, description="the penalty's strength lambda, in lambda * (||W1||^2 + ||W2||^2 + ...)")
    dropout: float = Field(
        0.0, ge=0, lt=1, description="the probability with which a hidden unit is left out of an example in a step"
    )
    label_smoothing: float = Field(
        0.0, ge=0, lt=1, description="the part of each label that is spread evenly over all classes"
    )
    epochs: int | None = Field(
        None, ge=1, le=10**9, description=f"passes over the training rows; {DEFAULT_EPOCHS} if no --steps are given"
    )
    steps: int | None = Field(None, ge=1, le=10**12, description="mini-batch updates, in place of epochs")
    patience: int | None = Field(
        None, ge=1, description="stop after so many epochs without a better validation accuracy; by default never"
    )
    restore_best: bool | None = Field(
        None,
        description="end with the weights of the best validation accuracy, not the last; by default with --patience",
    )
    momentum: float | None = Field(None, ge=0, lt=1, description="of momentum and nesterov; 0.9")
    rho: float | None = Field(None, ge=0, lt=1, description="of rmsprop: what is kept of the mean square; 0.99")
    beta1: float | None = Field(None, ge=0, lt=1, description="of adam and adamw; 0.9")
    beta2: float | None = Field(None, ge=0, lt=1, description="of adam and adamw; 0.999")
    epsilon: float | None = Field(None, gt=0, description="of rmsprop, adam and adamw; 1e-8")
    weight_decay: float | None = Field(None, ge=0, description="of adamw, apart from the gradient; 0.01")
    engine: Literal["compiled", "reference"] = Field(
        "compiled", description="what runs the steps: compiled code, or plain NumPy to read and compare"
    )
    threads: int | None = Field(
        None,
        ge=1,
        le=4096,
        description="threads of the matrix product; by default all cores, or one where the network is small",
    )
    seed: int = Field(0, ge=0, lt=2**63, description="the seed of initial weights and order of examples")
    checkpoint_seconds: float | None = Field(
        None,
        gt=0,
        description="seconds between checkpoints; by default one at the end of an epoch, if a second has gone by",
    )

    @model_validator(mode="after")
    def _no_option_that_does_nothing(self) -> Self:
        if self.epochs is not None and self.steps is not None:
            raise InputError("--steps", expected="either --steps or --epochs", got="both")
        for name in RuleSettings.__dataclass_fields__:
            value = getattr(self, name)
            if value is not None and name not in RULES[self.rule].uses:
                using = " or ".join(rule for rule in RULES if name in RULES[rule].uses)
                raise InputError(
                    f"--{name.replace('_', '-')}", expected=f"--rule {using}", got=f"{value:g} with --rule {self.rule}"
                )
        return self

    @property
    def rule_settings(self) -> RuleSettings:
        """The rule's numbers, the default where none is given."""
        given = {name: getattr(self, name) for name in RuleSettings.__dataclass_fields__}
        return RuleSettings(**{name: value for name, value in given.items() if value is not None})

    def total_steps(self, steps_per_epoch: int) -> int:
        """How many steps the run has in all."""
        return self.steps or (self.epochs or DEFAULT_EPOCHS) * steps_per_epoch


class RunSettings(Section):
    """All settings of a run."""

    data: DataSettings = DataSettings()
    network: NetworkSettings = NetworkSettings()
    training: TrainingSettings = TrainingSettings()

    @model_validator(mode="after")
    def _no_option_for_layers_that_are_not_there(self) -> Self:
        given = {"activation": self.network.activation != "relu", "dropout": self.training.dropout > 0}
        for name, used in given.items():
            if used and not self.network.hidden:
                raise InputError(f"--{name}", expected="a hidden layer", got="--hidden none")
        return self


SECTIONS: dict[str, type[Section]] = {"data": DataSettings, "network": NetworkSettings, "training": TrainingSettings}

SECTION_OF = {field: section for section, model in SECTIONS.items() for field in model.model_fields}
"""The section that each setting stands in; a name stands in one only."""
