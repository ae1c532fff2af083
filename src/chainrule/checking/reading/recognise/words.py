"""How functions and methods that do a part of backpropagation are called."""

from __future__ import annotations

import ast
import re

FORWARD = re.compile(r"forward|fwd|fprop|propagation$|think$|predict_proba|^model$|^hypothesis$", re.IGNORECASE)
BACKWARD = re.compile(
    r"back|bprop|gradient|grads?$|_grad_|^grad_|compute_grad|^d_?loss|(loss|cost)\w*(prime|deriv\w*|grad\w*)$",
    re.IGNORECASE,
)
LOSS = re.compile(
    r"_*(\w*(loss|cost)\w*|objective\w*|\w*cross_?entropy\w*|j|error|mse\w*|nll|criterion)$", re.IGNORECASE
)
NOT_LOSS = re.compile(
    r"train|fit|deriv|prime|^(?!.*(?:and|with)).*grad|predict|accura|numerical|check|plot|hist|update|test|eval|print|show|save|optimi[sz]e|descent",
    re.IGNORECASE,
)
NOT_BACKWARD = re.compile(
    r"train|fit|predict|accura|numerical|check|plot|hist|update|test|eval|print|show|save|optimi[sz]e|descent",
    re.IGNORECASE,
)
ASIDE = re.compile(
    r"(v|m|s|r|h|g|n)_?(d_?)?(w|b|weights|bias)|(v|m|s)_?(t|dw|db)?$|vel|mom|prev|last|old|cache|delta|best|adam|acc|optim",
    re.IGNORECASE,
)
"""What an update keeps beside the parameters."""

UPSTREAM = re.compile(
    r"d$|g$|d_?(out|a|z|y|l|h|x|prev|next|activ|v|o|s|t)|grad|upstream|top_?d|err|delta|\w*_?grad|\w*error|accum"
)

USUAL = frozenset({
    *("forward", "backward", "back", "propagation", "prop", "propagate", "compute", "calculate", "calc"),
    *("cost", "loss", "gradient", "gradients", "grads", "grad", "get", "model", "l", "pass", "nn", "function", "fn"),
    *("network", "net", "feed", "feedforward", "backprop", "forwardprop", "bprop", "fprop", "of", "the", "and"),
    *("do", "run"),
})  # fmt: skip


def special_words(name: str) -> set[str]:
    """Return the words of a name that tell it from other functions for the same part."""
    words = re.findall(r"[A-Za-z][a-z]*|\d+", name.replace("_", " "))
    return {word.lower() for word in words} - USUAL


def takes_upstream(node: ast.FunctionDef) -> bool:
    """Whether a backward is given the gradient of its output: it is one layer of something larger."""
    first = next((argument.arg.lower() for argument in node.args.args if argument.arg != "self"), "")
    return UPSTREAM.match(first) is not None
