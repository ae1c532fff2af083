"""A model as ONNX: one graph from raw images or rows to probabilities, its labels in the metadata."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from chainrule.errors import InputError
from chainrule.network.model import Model
from chainrule.version import __version__

if TYPE_CHECKING:
    from onnx import ModelProto

OLDEST_OPSET = 7  # arithmetic broadcasts from here on, and onnxruntime reads nothing older
OLDEST_IR = (
    4  # of the file around the graph: constants that are no inputs. As old as may be, so that old runtimes read it
)
DEFAULT_OPSET = 13  # the operators of today; every runtime of the last years has it
LARGEST = 2**31 - 2**20  # bytes: a file of ONNX is one protobuf message, which holds less than 2 GiB
INPUT, LABEL = "X", "label"
ACTIVATIONS = {"identity": "Identity", "logistic": "Sigmoid", "tanh": "Tanh", "relu": "Relu"}
OUTPUTS = {
    "softmax": ("Softmax", "probabilities"),
    "logistic": ("Sigmoid", "probabilities"),
    "squared": ("Identity", "predictions"),
    "poisson": ("Exp", "predictions"),
}
"""What makes outputs of the scores, and what they are called, by the loss that the network was trained with."""


def to_onnx(model: Model, opset: int = DEFAULT_OPSET) -> ModelProto:
    """Return a model as ONNX.

    Its input ``X`` takes raw rows: uint8 images (N, height, width, channels), or a table's features (N, D) float32.
    Its outputs are ``probabilities`` (N, C) and, where one class of them is right, ``label`` (N,) int64. N is free. The
    metadata hold ``classes`` (a JSON list), ``image_shape`` and ``feature_names`` where there are any.

    Raises
    ------
    InputError
        If onnx is not installed, does not know the opset, or the model is too large for one file.
    """
    onnx = _import_onnx()
    _refuse_opset(opset, onnx.defs.onnx_opset_version())
    _refuse_size(model)
    graph = _Graph(np.dtype(model.parameters.dtype))
    graph.preprocess(model)
    graph.layers(model)
    opsets = [onnx.helper.make_opsetid("", opset)]
    proto = onnx.helper.make_model(
        graph.finished(model),
        producer_name="chainrule",
        producer_version=__version__,
        opset_imports=opsets,
        ir_version=max(OLDEST_IR, onnx.helper.find_min_ir_version_for(opsets)),
    )
    onnx.helper.set_model_props(proto, _metadata(model))
    return proto


def _import_onnx() -> Any:
    try:
        import onnx
        import onnx.helper
        import onnx.numpy_helper
    except ImportError:
        raise InputError(
            "ONNX",
            expected="the package onnx, which writes it",
            got="an installation without it",
            advice="pip install 'chainrule[onnx]'",
        ) from None
    return onnx


def _refuse_opset(opset: int, newest: int) -> None:
    if not OLDEST_OPSET <= opset <= newest:
        got = f"{opset}, which is too old" if opset < OLDEST_OPSET else f"{opset}, which the installed onnx has not"
        raise InputError(
            "--opset", expected=f"an opset from {OLDEST_OPSET} to {newest}", got=got, advice=f"--opset {DEFAULT_OPSET}"
        )


def _refuse_size(model: Model) -> None:
    projection = model.preprocessing.projection
    size = model.parameters.buffer.nbytes + (0 if projection is None else projection.nbytes)
    if size > LARGEST:
        raise InputError(
            "ONNX", expected="a model of less than 2 GiB", got=f"{size / 2**30:.1f} GiB", advice="--to torch"
        )


def _metadata(model: Model) -> dict[str, str]:
    facts = {"classes": model.classes, "image_shape": model.image_shape, "feature_names": model.feature_names}
    return {name: json.dumps(fact, ensure_ascii=False) for name, fact in facts.items() if fact is not None}


class _Graph:
    """The nodes of a graph as they are added, each fed by the one before."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._onnx = _import_onnx()
        self._dtype = dtype
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._outputs: list[tuple[str, Any, list[Any]]] = []
        self._last = INPUT

    def preprocess(self, model: Model) -> None:
        """Make inputs of raw rows: ``((X - shift) * factor) @ projection``."""
        fitted = model.preprocessing
        self._add("Cast", to=self._type(self._dtype))
        if model.image_shape is not None:
            self._add("Flatten", axis=1)
        for operator, name in (("Sub", "shift"), ("Mul", "factor"), ("MatMul", "projection")):
            array = getattr(fitted, name)
            if array is not None:
                self._add(operator, self._constant(name, array))

    def layers(self, model: Model) -> None:
        """Add every affine layer with its activation, what makes outputs of the scores, and the label."""
        architecture = model.parameters.architecture
        for layer in range(1, architecture.depth + 1):
            arrays = [self._constant(name, model.parameters[name]) for name in (f"W{layer}", f"b{layer}")]
            self._add("Gemm", *arrays)
            if layer < architecture.depth:
                self._add(ACTIVATIONS[architecture.activation])
        operator, name = OUTPUTS[architecture.loss]
        along = {"axis": 1} if operator == "Softmax" else {}
        self._add(operator, output=name, **along)
        self._outputs.append((name, self._dtype, ["N", architecture.output_size]))
        if architecture.loss == "softmax":
            self._add("ArgMax", axis=1, keepdims=0, output=LABEL)
            self._outputs.append((LABEL, np.int64, ["N"]))

    def finished(self, model: Model) -> Any:
        """Return the graph, with the types of what goes in and comes out."""
        tensor = self._onnx.helper.make_tensor_value_info
        shape, dtype = (model.image_shape, np.uint8) if model.image_shape else ((model.n_features,), np.float32)
        return self._onnx.helper.make_graph(
            self._nodes,
            "chainrule",
            [tensor(INPUT, self._type(dtype), ["N", *shape])],
            [tensor(name, self._type(dtype), shape) for name, dtype, shape in self._outputs],
            self._constants,
        )

    def _add(self, operator: str, *constants: str, output: str = "", **attributes: int) -> None:
        output = output or f"{operator}_{len(self._nodes)}"
        self._nodes.append(
            self._onnx.helper.make_node(operator, [self._last, *constants], [output], name=output, **attributes)
        )
        self._last = output

    def _constant(self, name: str, array: ndarray) -> str:
        values = np.ascontiguousarray(array, self._dtype)
        self._constants.append(self._onnx.numpy_helper.from_array(values, name))
        return name

    def _type(self, dtype: Any) -> int:
        return int(self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))
