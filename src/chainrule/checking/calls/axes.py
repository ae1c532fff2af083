"""What a program says of the axes of an argument: ``N, D = X.shape``, "x: (N, D)" in a comment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from chainrule.checking.calls.guess import Palette
from chainrule.checking.calls.routine import Routine

_IMAGE = (
    ("height", r"h|height|h_?(in|prev|i|x)|n_?h(_?prev)?|ih|rows|in_h(eight)?|h_?img"),
    ("width", r"w|wd|width|w_?(in|prev|i|x)|n_?w(_?prev)?|iw|cols|in_w(idth)?"),
    ("batch", r"n|m|b|bs|batch(_size)?|num_?\w*"),
    ("channels", r"c|ch|channels?|c_?(in|prev|i)|n_?c_?prev|d|depth|in_c(hannels)?|cin|ic|n_?c|c_?x"),
    ("filters", r"n_?c|f|k|nf|num_filters|filters|c_?out|out_c(hannels)?|n_f|oc"),
)
_FILTER = (
    ("kernel", r"h+|w+|f[hw]|k[hw]|[hw][fk]|k|kernel\w*|filter_?(h|w|height|width|size)|r|s|f_?size|[hw]_?[fk]\w*"),
    ("channels", r"c|ch|channels?|c_?(in|prev|i|w)|n_?c_?prev|d|depth|in_c(hannels)?|cin|ic|_+"),
    ("filters", r"n_?c|f|nf|num_filters|filters|c_?out|out_c(hannels)?|n_f|oc|n"),
)
_FLAT = (
    ("E", r"d_?1"),
    ("rest", r"d_?k"),
    ("N", r"n|m|batch\w*|bs|n_?(samples|examples|ex)|num_?(train|examples|samples|\w*)|b|samples|examples|n_batch"),
    ("T", r"t|n_?t|t_?x|seq\w*|steps|time\w*|len\w*|n_steps"),
    ("D", r"d|n_?x|inputs?|features|n_?(in|features)|dim|d_?in|in_\w+|n_?d|p|n_?inputs?|word_dim|e"),
    ("H", r"h|n_?a|n_?h|hidden\w*|units|m_?out|d_?out|n_?hidden|out_\w+|n_?units"),
    ("C", r"c|k|classes|n_?y|labels|n_?(classes|out|labels)|out(puts?)?"),
    ("V", r"v|vocab\w*"),
)


def axes(routines: Iterable[Routine], name: str) -> list[list[str]]:
    """Return what is written of the axes of an argument, the surest first."""
    found: list[list[str]] = []
    routines = list(routines)
    for one in routines:
        found += [names for names in _unpacked(one.nodes, name) if names not in found]
    for one in routines:
        found += [names for names in _documented(one.around, name) if names not in found]
    parts = [one.unpacked.get(name) for one in routines]
    return [_filled(names, found) for names in found if names not in parts]


def _filled(names: list[str], others: list[list[str]]) -> list[str]:
    """Return axes with those that have no name here called as they are elsewhere."""
    return [
        next((other[place] for other in others if len(other) == len(names) and other[place] != "_"), "_")
        if one == "_"
        else one
        for place, one in enumerate(names)
    ]


def shape(letters: list[str], sizes: Palette, image: bool) -> tuple[int, ...] | None:
    """Return the shape for axes that are written so."""
    many = len(letters) == 4
    filters = many and image and (len(set(letters)) < 4 or _looks_like_filters(letters))
    table = (_FILTER if filters else _IMAGE) if image and len(letters) > 2 else _FLAT
    result = []
    for number, letter in enumerate(letters):
        if filters and letters.count(letter) == 2:
            result.append(sizes.size("kernel"))
            continue
        size = _size(letter, sizes, table, number)
        if size is None:
            return None
        result.append(size)
    return tuple(result)


def _looks_like_filters(letters: list[str]) -> bool:
    return any(
        re.fullmatch(r"(hh|ww|[fk]_?[hw]|[hw]_?[fk]|kernel\w*|filter_\w+|h_?f\w*|f)", one.lower()) for one in letters
    )


def _size(letter: str, sizes: Palette, table: tuple[tuple[str, str], ...], number: int) -> int | None:
    if letter == "_":
        return sizes.size("channels" if table in (_IMAGE, _FILTER) else f"_{number}")
    if letter.isdigit():
        return int(letter)
    if re.fullmatch(r"\w+", letter) and not letter[0].isdigit():
        known = next((key for key, pattern in table if re.fullmatch(pattern, letter.lower())), "")
        known = "H" if letter == "M" and table is _FLAT else known  # "w: (D, M)"; m is the batch
        return sizes.size(known or letter.lower())
    text = re.sub(r"(\d)\s*([A-Za-z_])", r"\1*\2", letter)
    parts = {one: _size(one, sizes, table, number) for one in set(re.findall(r"[A-Za-z_]\w*", text))}
    try:
        return int(eval(text, {"__builtins__": {}}, parts)) if re.fullmatch(r"[\w\s*+\-/()]+", text) else None
    except Exception:
        return None


def _unpacked(nodes: list[ast.AST], name: str) -> list[list[str]]:
    found = []
    for one in nodes:
        if not (isinstance(one, ast.Assign) and isinstance(one.value, ast.Attribute) and one.value.attr == "shape"):
            continue
        target = one.targets[0]
        if (
            isinstance(one.value.value, ast.Name)
            and one.value.value.id == name
            and isinstance(target, (ast.Tuple, ast.List))
        ):
            found.append([part.id if isinstance(part, ast.Name) else "_" for part in target.elts])
    return found


def _documented(text: str, name: str) -> list[list[str]]:
    found = []
    prose = (
        "\n".join(re.findall(r"#.*|\"\"\".*?\"\"\"|'''.*?'''", text, re.DOTALL))
        + "\n"
        + text.split("\ndef ")[-1].split("\n", 1)[0]
    )
    for match in re.finditer(rf"(?<![\w.]){re.escape(name)}(?!\w)[^\n()]{{0,70}}\(([^()\n]*)\)", prose):
        parts = [one.strip() for one in match[1].split(",")]
        letters = [one for one in parts if one and one not in ("...", "…")]
        if 0 < len(letters) < 6 and all(
            re.fullmatch(r"[\w\s*+\-/]+", one) and len(one) < 24 and not re.search(r"\w\s+\w", one) for one in letters
        ):
            found += [letters] if len(letters) > 1 or len(parts) == 2 else []
    return found


def dimensions(routines: Iterable[Routine], name: str) -> int:
    """Return how many axes of an argument are asked for at least."""
    most = 0
    for routine in routines:
        for one in routine.nodes:
            if not isinstance(one, ast.Subscript):
                continue
            held = one.value
            if isinstance(held, ast.Attribute) and held.attr == "shape" and getattr(held.value, "id", "") == name:
                number = one.slice.value if isinstance(one.slice, ast.Constant) else 0
                most = max(most, number + 1 if isinstance(number, int) and number >= 0 else 1)
            elif isinstance(held, ast.Name) and held.id == name and isinstance(one.slice, ast.Tuple):
                real = [
                    part
                    for part in one.slice.elts
                    if not (isinstance(part, ast.Constant) and part.value in (None, ...))
                ]
                most = max(most, len([part for part in real if getattr(part, "attr", "") != "newaxis"]))
    return most
