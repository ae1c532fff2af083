"""The field's usual names: what an argument is for, and which gradient belongs to which array."""

from __future__ import annotations

import re

FORWARD = re.compile(
    r"forward|fwd|fprop|feed_?forw|propagation$|think$|predict_proba|^model$|^hypothesis$|^__call__$", re.I
)
BACKWARD = re.compile(
    r"back|bwd|bprop|grad|deriv|prime|jacobian|^d_?(?:sig|tanh|relu|soft|loss|cost|mse|act|leaky|elu|f$)|_d$|(?-i:^d[A-Z])|_dx$|slope",
    re.I,
)
LOSS = re.compile(
    r"loss|cost|objective|entropy|hinge|nll|criterion|mse|error|energy|^j$|^value$|squared|likelihood", re.I
)
ASIDE = re.compile(
    r"train|fit|numerical|numeric|check|plot|hist|update|test|eval(?!uate$)|print|show|save|optimi[sz]|descent|accura|predict(?!_proba)"
    r"|step$|solve|minimi[sz]e|clip|zero_grad|^main$|^run$|init",
    re.I,
)
"""Functions that do something else with losses and gradients."""

OTHERWISE = re.compile(
    r"(v|m|s|r|h|g|n)_?(d_?)?(w|b|weights|bias)\w?|(?-i:(v|m|s)(_?(t|dw|db))?$)|vel|mom|prev|last|old|best|adam|acc|optim|running"
    r"|sq|avg|ema|cache",
    re.IGNORECASE,
)
"""Attributes and tables in which an update keeps something beside the parameters."""

_ROLES = {
    "labels": r"y|ys|y_?(true|batch|train|onehot|hot|oh|gt|data)|labels?|targets?|t|one_?hot\w*|expected\w*|truth"
    r"|ground_truth|gt|actual|y_?labels?|true_?\w*|answers?|desired|classes|tgt",
    "settings": r"\w*(param|hparam|config|hyper)s?|hparameters|options?|opts?|\w*_params?",
    "params": r"param(eter)?s?|weights|model|theta_?dict|p|net(work)?|W_?and_?b|state_dict|nn_params",
    "cache": r"\w*caches?|\w*memory|ctx|context|saved|stored|tape|intermediates?|kept|store|history|states?_?cache",
    "upstream": r"d_?(out(put)?s?|[azyhx]\w*|in\w*|p\w*|logits|next\w*|prev\w*|values?|[lsovcu]|c_?next|loss|scores)"
    r"|d_?(hidden\w*|vec)|d_\w+|d?l?_?grad\w*|\w*_grad(ient)?s?|upstream\w*|deltas?\w*|errs?|errors?"
    r"|(?-i:d[A-Z]\w*)|g|top_?diff\w*|accum\w*|dL_?d?\w*",
    "reg": r"reg\w*|lambd?a?\w*|lam|lmbda|l2\w*|weight_?decay|decay|wd|penalty|alpha_reg",
    "rate": r"learning_?rate|lr|eta|rate|step_?size",
    "eps": r"eps(ilon)?",
    "momentum": r"momentum|mom",
    "stride": r"strides?|s|step",
    "pad": r"pad(ding)?|p",
    "window": r"f|k|window\w*|(pool|kernel|filter|field|block)_?(size|height|width|h|w|f|shape)?"
    r"|size|fh|fw|hh|ww|k_?size|ph|pw|pool\w*",
    "keep": r"keep(_prob)?|p_?keep|drop\w*|dropout\w*|prob|rate_drop",
    "slope": r"slope|alpha|leak\w*|negative_slope|a_leak",
    "margin": r"delta|margin",
    "rng": r"rng|random|random_state|gen(erator)?|rs",
    "seed": r"seed",
    "mode": r"mode|phase",
    "flag": r"verbose|debug|print_cost|training|train|is_train\w*|check|plot",
    "steps": r"(num_?|n_?|max_?)?(iter\w*|epochs?|steps)",
    "activation": r"act(ivation)?\w*|nonlin\w*|kind|fn_?name",
    "function": r"func|fn|f_act|activation_fn|act_fn",
    "scale": r"gamma|scale|beta|shift|factor|g_amma",
    "bias": r"b|b\w?\d*|b_?[a-z]{1,2}|bias\w*|intercept|c\d|b_\w+|u_?bias",
    "weight": r"w|w\w{0,3}\d*|weights?_?\w*|kernels?|filters?|thetas?\d*|u\w?|v\w?|syn\d?|emb\w*|table"
    r"|e_?mat|coef\w*|w_\w+|a_mat",
    "state": r"\w*prev\w*|h0|c0|a0|h|c|h_?init|hidden\w*|init\w*_state|s0|hprev|state|cell",
    "yhat": r"y_?hat|y_?pred\w*|pred\w*|prob(abilitie)?s|p_hat|al|a2|a3|out(put)?s?|o|scores|logits|yp|hyp\w*",
    "data": r"x\w*|inputs?\w*|data|features|z\w*|a\w*|s|sample|img|image|batch|seq\w*|tokens|idx|indices|h_in|inp|u|v",
}
_COMPILED = {role: re.compile(pattern, re.IGNORECASE) for role, pattern in _ROLES.items()}

_SIZES = (
    ("layers", r"layers?_?(dims?|sizes?|list)?|sizes|dims|architecture|structure|topology|shape|nodes|widths"),
    ("hiddens", r"hidden_?(dims|sizes|layers|layer_sizes|units_list)"),
    (
        "H",
        r"(n|num|size)?_?_?h(id\w*)?(_?(size|dim|units|nodes|neurons|width|h))?\d?|n_?a|units|hsize|dim_h|out_?(channels|features|dim|size)|n_?out\w*"
        r"|out|n_?neurons|f|filters|num_filters|d_?out|fan_?out|outputs?|output_?(size|dim|units)",
    ),
    (
        "C",
        r"(n|num)_?(classes|class|labels|outputs?|out|y|lab|c)|classes|c|k|output_?(size|dim|nodes|units)|n_?o\w*|vocab\w*|v|num_embeddings",
    ),
    (
        "D",
        r"(n|num|size)?_?(in|inputs?|x|d|i|features?)(_?(size|dim|features|units|nodes|channels|shape|ch))?|dim|d|n|fan_?in|size|emb\w*|m|n_\w*|\w*(size|dim|units)",
    ),
)
_SIZE = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _SIZES)


def role(name: str, among: tuple[str, ...]) -> str:
    """Return the first of some roles that an argument of this name may have, or ``""``."""
    plain = name.strip("_")
    return next((one for one in among if _COMPILED[one].fullmatch(plain)), "")


def size_role(name: str) -> str:
    """Return which size a constructor means by a name: ``D``, ``H``, ``C``, ``layers``, ``hiddens``, or ``""``."""
    return next(
        (one for one, pattern in _SIZE if pattern.fullmatch(re.sub("([a-z])([A-Z])", r"\1_\2", name.strip("_")))), ""
    )


_GRADIENT = re.compile(
    r"(?:(?:dl|dj|de|dc|dloss|dcost|derror|partial)_?d_?|grads?(?:ient)?s?_?(?:of_|for_|wrt_)?|nabla_?|delta_?|del_?"
    r"|d_|d|g_|g(?=[wub]\d?$))(?P<after>.+)$"
    r"|(?P<before>.+?)_?(?:grads?|gradients?|derivatives?|deriv|deltas?|prime|_d)$"
)
_INPUT = re.compile(r"(?:x|xs|inputs?|inp|data|aprev|a0|in|z|input_?data|images?|prev|bottom|features)$")


def differentiated(name: str) -> str:
    """Return what a gradient of this name is the gradient of (``dW1``, ``W1_grad``: ``w1``), or ``""``."""
    match = _GRADIENT.match(name.lower())
    return (match["after"] or match["before"] or "").strip("_") if match else ""


def same_thing(name: str) -> str:
    """Return the name by which two spellings of an array are the same: ``weights1``, ``w_1``, ``W1``."""
    plain = re.sub(r"[_ ]", "", name.lower())
    plain = re.sub(r"^(?:weights?|wts?|ws(?!\w)|kernels?|filters?)", "w", plain)
    plain = re.sub(r"^(?:bias(?:es)?|bs(?!\w))", "b", plain)
    return "x" if _INPUT.match(plain) else plain


def stem(name: str) -> str:
    """Return a name without the words for a direction: what a forward and its backward have in common."""
    plain = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    words = [one for one in plain.split("_") if one]
    kept = [
        re.sub(
            r"^(?:back|forw|fwd|bwd)(?:ward)?(?:s|prop)?$|^(?:f|b)prop$|prime$|^gradients?$|^grads?$|^deriv\w*$|^d$|^df$",
            "",
            w,
        )
        for w in words
    ]
    kept = [
        one
        for one in kept
        if one
        not in ("", "get", "compute", "calc", "calculate", "of", "pass", "naive", "function", "fn", "fun", "the", "and")
    ]
    joined = "".join(kept)
    joined = re.sub(r"(?:for|back)wards?$|prop$", "", joined)
    return re.sub(r"^d(?=sig|tanh|relu|soft|loss|cost|mse|act|leaky|elu|linear)", "", joined)
