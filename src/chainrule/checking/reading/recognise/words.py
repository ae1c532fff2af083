"""How functions and methods that do a part of backpropagation are called."""

from __future__ import annotations

import re

FORWARD = re.compile(r"forward|fwd|fprop|propagation$|think$|predict_proba|^model$|^hypothesis$", re.IGNORECASE)
BACKWARD = re.compile(r"back|bprop|gradient|grads?$|_grad_|^grad_|compute_grad|^d_?loss", re.IGNORECASE)
LOSS = re.compile(r"_*(\w*(loss|cost)\w*|objective\w*|\w*cross_?entropy\w*|j|error|mse\w*|nll|criterion)$", re.IGNORECASE)
NOT_LOSS = re.compile(
    r"train|fit|predict|accura|numerical|check|plot|hist|update|test|eval|print|show|save|optimi[sz]e|descent",
    re.IGNORECASE,
)
USUAL = set(
    "forward backward back propagation prop propagate compute calculate calc cost loss gradient gradients grads grad get"
    " model l pass nn function fn network net feed feedforward backprop forwardprop bprop fprop of the and do run".split()
)


def special_words(name: str) -> set[str]:
    """Return the words of a name that tell it from other functions for the same part."""
    words = re.findall(r"[A-Za-z][a-z]*|\d+", name.replace("_", " "))
    return {word.lower() for word in words} - USUAL
