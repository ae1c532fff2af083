"""Convolutions and correlations: bilinear, so that each factor's gradient is a correlation of g with the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.local_gradients.structures import is_real
from chainrule.checking.local_gradients.table import register

Args = tuple[Any, ...]
Keywords = dict[str, Any]


def _mode(args: Args, kwargs: Keywords, default: str) -> Any:
    return args[2] if len(args) > 2 else kwargs.get("mode", default)


def _whole(g: Any, x: ndarray, k: ndarray, mode: str, starts: list[int]) -> ndarray:
    """Return g in its place within the full output, zero elsewhere."""
    full = np.zeros([n + m - 1 for n, m in zip(x.shape, k.shape, strict=True)])
    g = np.asarray(g)
    if mode == "valid":
        starts = [min(n, m) - 1 for n, m in zip(x.shape, k.shape, strict=True)]
    elif mode == "full":
        starts = [0] * x.ndim
    full[tuple(slice(start, start + length) for start, length in zip(starts, g.shape, strict=True))] = g
    return full


def _factors(whole: ndarray, x: ndarray, k: ndarray) -> tuple[ndarray, ndarray]:
    """full[n] = Σ x[i] k[n - i]: dx[i] = Σ full'[i + j] k[j], dk[j] = Σ full'[i + j] x[i]."""
    axes = tuple(range(x.ndim))
    by_k = np.lib.stride_tricks.sliding_window_view(whole, k.shape)
    by_x = np.lib.stride_tricks.sliding_window_view(whole, x.shape)
    inner = tuple(range(x.ndim, 2 * x.ndim))
    return np.tensordot(by_k, k, (inner, axes)), np.tensordot(by_x, x, (inner, axes))


def _gradients(args: Args, dx: Any, dk: Any) -> list[Any]:
    rest = [None] * (len(args) - 2)
    return [dx if is_real(args[0]) else None, dk if is_real(args[1]) else None, *rest]


@register("convolve")
def convolve(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """NumPy's, of vectors; ``same`` has the length of the longer."""
    x, k = np.atleast_1d(args[0]), np.atleast_1d(args[1])
    whole = _whole(upstream, x, k, _mode(args, kwargs, "full"), [(min(x.size, k.size) - 1) // 2])
    return _gradients(args, *_factors(whole, x, k))


@register("correlate")
def correlate(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> list[Any]:
    """The convolution with the second vector turned round."""
    x, k = np.atleast_1d(args[0]), np.atleast_1d(args[1])[::-1]
    short = min(x.size, k.size)
    start = (short - 1) // 2 if x.size >= k.size else short // 2
    whole = _whole(upstream, x, k, _mode(args, kwargs, "valid"), [start])
    dx, dk = _factors(whole, x, k)
    return _gradients(args, dx, dk[::-1])


def _zero_boundary(args: Args, kwargs: Keywords) -> bool:
    return len(args) < 4 and kwargs.get("boundary", "fill") in ("fill", 0) and not kwargs.get("fillvalue")


@register("scipy.signal.convolve2d", "scipy.signal.convolve", "scipy.signal.fftconvolve")
def convolve2d(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> Any:
    """SciPy's; ``same`` has the shape of the first."""
    if not _zero_boundary(args, kwargs):
        return NotImplemented
    x, k = np.asarray(args[0]), np.asarray(args[1])
    whole = _whole(upstream, x, k, _mode(args, kwargs, "full"), [(length - 1) // 2 for length in k.shape])
    return _gradients(args, *_factors(whole, x, k))


@register("scipy.signal.correlate2d")
def correlate2d(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> Any:
    """SciPy's of two dimensions: the convolution with the second array turned round, but centred otherwise."""
    return _correlated(args, kwargs, upstream, [length // 2 for length in np.shape(args[1])])


@register("scipy.signal.correlate")
def correlate_any(args: Args, kwargs: Keywords, output: Any, upstream: Any) -> Any:
    """SciPy's of any dimension: the convolution with the second array turned round on every axis."""
    return _correlated(args, kwargs, upstream, [(length - 1) // 2 for length in np.shape(args[1])])


def _correlated(args: Args, kwargs: Keywords, upstream: Any, starts: list[int]) -> Any:
    if not _zero_boundary(args, kwargs):
        return NotImplemented
    x, k = np.asarray(args[0]), np.flip(args[1])
    whole = _whole(upstream, x, k, _mode(args, kwargs, "full"), starts)
    dx, dk = _factors(whole, x, k)
    return _gradients(args, dx, np.flip(dk))
