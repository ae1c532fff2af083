"""Which of the numbers that a backward pass gives is the gradient of which input: by name, by order, by shape."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.checking.calls.leaves import Leaf
from chainrule.checking.calls.words import differentiated, same_thing


def matched(inputs: Sequence[Leaf], given: Sequence[Leaf], kept: Sequence[Leaf] = ()) -> dict[str, tuple[Leaf, ...]]:
    """Return the possible gradients of each input, by its label.

    Parameters
    ----------
    inputs : sequence of Leaf
    given : sequence of Leaf
        What the backward pass returned.
    kept : sequence of Leaf
        What it left in the object.
    """
    found: dict[str, tuple[Leaf, ...]] = {}
    taken: set[str] = set()
    exact = {leaf.text for one in inputs for leaf in given if _exactly(one, leaf)}
    for one in inputs:
        named = [leaf for leaf in _named(one, given, kept) if leaf.text not in exact or _exactly(one, leaf)]
        if named:
            found[one.text] = tuple(named)
            taken |= {leaf.text for leaf in named}
    rest = [one for one in inputs if one.text not in found]
    free = [leaf for leaf in given if leaf.text not in taken and not _speaks_of_other(leaf)]
    if rest and len(rest) == len(free) and not found:
        for one, leaf in zip(rest, free, strict=True):
            alike = [other for other in free if other is not leaf and _fits(one, other)] if not _fits(one, leaf) else []
            found[one.text] = (*alike, leaf)
        return found
    for one in rest:
        alike = [leaf for leaf in free if _fits(one, leaf)]
        if alike:
            found[one.text] = tuple(alike)
        elif len(rest) == len(free) == 1:
            found[one.text] = tuple(free)
    return found


def _exactly(one: Leaf, leaf: Leaf) -> bool:
    return one.label.lower() in (leaf.label.lower(), differentiated(leaf.label))


def _named(one: Leaf, given: Sequence[Leaf], kept: Sequence[Leaf]) -> list[Leaf]:
    own = same_thing(one.label)
    alike = []
    for leaf in given if one.text.startswith("_a_") and given else [*given, *kept]:
        if leaf.value is one.value:
            continue
        about = same_thing(differentiated(leaf.label))
        about_holder = differentiated(_last(leaf.holder)) or _last(leaf.holder) in ("grads", "gradients", "g", "grad")
        if (
            own == about
            or (own == same_thing(leaf.label) and (about_holder or any(leaf is other for other in given)))
            or (about + _digits(leaf.label) == own and _digits(leaf.label) and not about.endswith(_digits(leaf.label)))
        ):
            alike.append(leaf)
    near = [leaf for leaf in alike if _object(leaf.holder) == _object(one.holder)]
    fitting = [leaf for leaf in near or alike if _fits(one, leaf)]
    return fitting or near or alike


def _speaks_of_other(leaf: Leaf) -> bool:
    """Whether a name like ``dhidden`` says that this is the gradient of something that was not handed in."""
    about = differentiated(leaf.label.removesuffix("[]"))
    if leaf.label.endswith("[]"):
        return not about and not leaf.label.startswith(("grad", "g[", "delta"))
    return len(about) > 1 and same_thing(about) not in ("x", "out") and about not in ("loss", "input", "inputs")


def _fits(one: Leaf, leaf: Leaf) -> bool:
    return one.shape == leaf.shape or (
        [n for n in one.shape if n > 1] == [n for n in leaf.shape if n > 1] and one.shape != ()
    )


def _object(holder: str) -> str:
    """Return the object that a container belongs to: of ``_m.layers[0].grads`` it is ``_m.layers[0]``."""
    return holder.rsplit(".", 1)[0] if holder.rsplit(".", 1)[-1] in _CONTAINERS or holder.endswith("]") else holder


_CONTAINERS = frozenset(
    {"params", "grads", "gradients", "parameters", "weights", "dparams", "g", "p", "grad", "derivatives"}
)


def _last(holder: str) -> str:
    return holder.rsplit(".", 1)[-1].split("[")[0]


def _digits(label: str) -> str:
    return label[len(label.rstrip("0123456789")) :]
