"""The recorder: does a program's operations in its place, and writes down what was done."""

from __future__ import annotations

import functools
import operator
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from chainrule.checking.record import operations
from chainrule.checking.record.structures import Structures
from chainrule.checking.record.tape import SCALAR, Binding, Event, Frame, Node, Ref, Storage, Tape, is_numeric

OWN = "__chainrule_function__"
"""The attribute that marks functions of the program."""

FRAMES_IN_FULL = 40
"""Calls of one function whose arguments are written down."""

MOST_NAMED = 24
"""Entries of lists and dictionaries that have names of their own."""

_PYTHON: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "true_divide": operator.truediv,
    "floor_divide": operator.floordiv, "mod": operator.mod, "power": operator.pow, "matmul": operator.matmul,
    "bitwise_and": operator.and_, "bitwise_or": operator.or_, "bitwise_xor": operator.xor,
    "left_shift": operator.lshift, "right_shift": operator.rshift,
    "greater": operator.gt, "greater_equal": operator.ge, "less": operator.lt, "less_equal": operator.le,
    "equal": operator.eq, "not_equal": operator.ne,
}  # fmt: skip
_IN_PLACE: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.iadd, "subtract": operator.isub, "multiply": operator.imul, "true_divide": operator.itruediv,
    "floor_divide": operator.ifloordiv, "mod": operator.imod, "power": operator.ipow, "matmul": operator.imatmul,
    "bitwise_and": operator.iand, "bitwise_or": operator.ior, "bitwise_xor": operator.ixor,
    "left_shift": operator.ilshift, "right_shift": operator.irshift,
}  # fmt: skip
_UNARY: dict[str, Callable[[Any], Any]] = {
    "negative": operator.neg,
    "positive": operator.pos,
    "invert": operator.invert,
}
_ITERATES = {zip, enumerate, reversed, list, tuple, map, iter, sum, max, min, any, all, set, sorted, filter}
_SINGLE = frozenset({"float32", "float16", "single", "half"})


class StopRecording(BaseException):
    """Raised inside of the program when enough was seen; no ``except Exception`` of its own takes it."""


class Recorder(Structures):
    """What the rewritten program calls, and the tape that it writes.

    Parameters
    ----------
    enough : callable
        Asked now and then, with the tape, whether enough was seen.
    seconds, events : float, int
        When the recording ends in any case.
    """

    def __init__(self, enough: Callable[[Tape], bool], seconds: float, events: int, first_question: int = 1500) -> None:
        self.tape = Tape()
        self.slice = slice
        self._enough = enough
        self._until = time.monotonic() + seconds
        self._most = events
        self._next_question = first_question
        self._by_id: dict[int, int] = {}
        self._alive: list[Any] = []
        self._storage_of: dict[int, int] = {}
        self._versions: list[int] = []
        self._live: list[list[tuple[Node | None, Ref | None]]] = []
        self._frames: list[int] = []
        self._calls: dict[str, int] = {}
        self._site = -1
        self._caller = -1
        self.snapshots: list[tuple[int, int, int, dict[str, Any]]] = []
        """(statement, events before, frame, copies of the variables) of watched statements."""
        self.watching: Callable[[int, int], bool] | None = None
        self.quiet = False
        """Whether what is done is not written down: while a changed statement is tried."""

    def go_on(self, seconds: float, events: int) -> None:
        """Begin to count time and events anew, for what is run next."""
        self._until = time.monotonic() + seconds
        self._most = len(self.tape.events) + events
        self._next_question = self._most
        self._enough = lambda tape: False
        self._frames.clear()

    # --- nodes ------------------------------------------------------------------------------------------------

    def ref(self, value: Any) -> Ref | None:
        """Return where a value stands on the tape, putting it there as a leaf if it is new; None if it is no number."""
        if self.quiet:
            return None
        number = self._by_id.get(id(value))
        if number is None:
            if not is_numeric(value):
                return None
            number = self._adopted(value)
        storage = self.tape.nodes[number].storage
        return Ref(number, self._versions[storage] if storage >= 0 else 0)

    def used(self, value: Any) -> Ref | None:
        """Return the same for a value whose numbers are needed as they are now."""
        ref = self.ref(value)
        if ref is not None and ref.version != self.tape.nodes[ref.node].version and ref not in self.tape.snapshots:
            self.tape.snapshots[ref] = value
            self._live[self.tape.nodes[ref.node].storage].append((None, ref))
        return ref

    def known(self, value: Any) -> bool:
        """Return whether a value is on the tape already."""
        return id(value) in self._by_id

    def _adopted(self, value: Any) -> int:
        if isinstance(value, ndarray) and value.size:
            root = _root(value)
            storage = self._storage_of.get(id(root))
            if storage is not None and root is not value:
                owner = next((n for n, _ in self._owners(storage)), None)
                if owner is not None:
                    return self._seen_view(value, root, storage, owner)
        origin = type(value).__name__
        return self._made("leaf", (), {"origin": origin}, value, -1)[0]

    def _owners(self, storage: int) -> Iterator[tuple[int, Node]]:
        event = self.tape.storages[storage].event
        made = self.tape.events[event].output
        for number in made if isinstance(made, tuple) else (made,):
            if number is not None and self.tape.nodes[number].storage == storage:
                yield number, self.tape.nodes[number]

    def _seen_view(self, value: ndarray, root: ndarray, storage: int, owner: int) -> int:
        """Put an array on the tape that Python made as a view of one that is there (a row, in a loop)."""
        base = self.tape.nodes[owner]
        offset = _offset(value, root) - base.offset
        strides = tuple(step // value.itemsize for step in value.strides)
        args = (Ref(owner, self._versions[storage]), offset, value.shape, strides)
        return self._made("view_of_memory", args, {}, value, self._site)[0]

    def _made(self, op: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any, site: int) -> tuple[int, ...]:
        """Write down an operation and its result; return the nodes of it."""
        if self.quiet:
            return (-1,)
        tape = self.tape
        index = len(tape.events)
        if isinstance(result, (tuple, list)):
            numbers = tuple(self._node(one, index) if is_numeric(one) else -1 for one in result)
            output: Any = numbers
        else:
            numbers = (self._node(result, index),)
            output = numbers[0]
        frame = self._frames[-1] if self._frames else -1
        tape.events.append(Event(index, op, args, kwargs, output, site, frame))
        if index >= self._next_question:
            self._ask()
        elif not index % 128 and time.monotonic() > self._until:
            self._stop("it takes long")
        return numbers

    def _node(self, value: Any, event: int) -> int:
        known = self._by_id.get(id(value))
        if known is not None:
            return known
        number = len(self.tape.nodes)
        if isinstance(value, ndarray):
            root = _root(value)
            storage = self._storage_of.get(id(root))
            first, last = _extent(value, root)
            if first < 0 or last >= (_span(root) if storage is None else self.tape.storages[storage].size):
                root, storage = value, None  # memory of another kind: it stands for itself
            if storage is None:
                storage = len(self._versions)
                self._storage_of[id(root)] = storage
                self._alive.append(root)
                self._versions.append(0)
                self._live.append([])
                self.tape.storages.append(Storage(_span(root), event))
            itemsize = value.itemsize or 1
            strides = tuple(step // itemsize for step in value.strides)
            if root is value and not value.flags.owndata and _span(value) < value.size + 1 and value.size > 1:
                strides = _plain_strides(value.shape)  # windows that overlap: each entry is a value of its own here
            node = Node(number, value, storage, self._versions[storage], event, _offset(value, root), strides)
            self._live[storage].append((node, None))
        else:
            node = Node(number, value, SCALAR, 0, event)
        self.tape.nodes.append(node)
        self._by_id[id(value)] = number
        self._alive.append(value)
        return number

    def _written(self, op: str, target: ndarray, key: Any, value: Any, site: int) -> None:
        """Write down that ``target`` is about to be changed in place."""
        if self.quiet:
            return
        ref = self.used(target) if op != "setitem" else self.ref(target)
        assert ref is not None
        args = (ref, self.structure(key, self.used), self.structure(value, self.used))
        storage = self.tape.nodes[ref.node].storage
        for node, snapshot in self._live[storage]:
            if node is not None:
                node.value = np.array(node.value)
            elif snapshot is not None:
                self.tape.snapshots[snapshot] = np.array(self.tape.snapshots[snapshot])
        self._live[storage].clear()
        index = len(self.tape.events)
        frame = self._frames[-1] if self._frames else -1
        self.tape.events.append(Event(index, op, args, {}, None, site, frame))
        self._versions[storage] += 1
        if index >= self._next_question:
            self._ask()

    def _ask(self) -> None:
        self._next_question = int(self._next_question * 1.6)
        if len(self.tape.events) >= self._most or time.monotonic() > self._until:
            self._stop("it takes long")
        if self._enough(self.tape):
            self._stop("enough steps were seen")

    def _stop(self, why: str) -> None:
        self.tape.cut_short = why
        raise StopRecording

    # --- operators --------------------------------------------------------------------------------------------

    def literal(self, value: float) -> float:
        """Return a number as an object of its own."""
        return float(repr(value)) if type(value) is float else value

    def binary(self, site: int, name: str, left: Any, right: Any) -> Any:
        """Do ``left op right``."""
        result = _PYTHON[name](left, right)
        if is_numeric(result) and _numbers(left) and _numbers(right) and not isinstance(result, np.matrix):
            self._made(name, (self._argument(left), self._argument(right)), {}, result, site)
        elif isinstance(result, np.matrix):
            by_matrix = "matmul" if name == "multiply" and np.ndim(left) and np.ndim(right) else name
            self._made(by_matrix, (self._argument(left), self._argument(right)), {}, result, site)
        return result

    compare = binary

    def unary(self, site: int, name: str, operand: Any) -> Any:
        """Do ``-operand``."""
        result = _UNARY[name](operand)
        if is_numeric(result) and is_numeric(operand):
            self._made(name, (self._argument(operand),), {}, result, site)
        return result

    def augment(self, site: int, name: str, target: Any, value: Any) -> Any:
        """Do ``target op= value`` and return what the name stands for then."""
        if not isinstance(target, ndarray) or not _numbers(value):
            if is_numeric(target) or isinstance(target, (int, bool)):
                return self.binary(site, name, target, value)
            return _IN_PLACE[name](target, value)
        self._written(f"i{name}", target, Ellipsis, value, site)
        return _IN_PLACE[name](target, value)

    def augment_attribute(self, site: int, name: str, holder: Any, attribute: str, value: Any, text: str) -> None:
        """Do ``holder.attribute op= value``."""
        result = self.augment(site, name, getattr(holder, attribute), value)
        setattr(holder, attribute, result)
        self._bound(self.tape.sites[site].statement, text, result)

    def augment_item(self, site: int, name: str, holder: Any, key: Any, value: Any, text: str) -> None:
        """Do ``holder[key] op= value``."""
        if isinstance(holder, ndarray) and is_numeric(holder) and _numbers(value):
            self._written(f"i{name}", holder, key, value, site)
            holder[key] = _IN_PLACE[name](holder[key], value)
            return
        result = self.augment(site, name, holder[key], value)
        holder[key] = result
        self._bound(self.tape.sites[site].statement, f"{text}[{key!r}]", result)

    def index(self, site: int, holder: Any, key: Any) -> Any:
        """Return ``holder[key]``."""
        joining = _joining(holder, key)
        if joining is not None:
            return self.call(site, joining, list(key))
        result = holder[key]
        if isinstance(holder, ndarray) and is_numeric(holder) and is_numeric(result):
            view = isinstance(result, ndarray) and id(_root(result)) in self._storage_of
            target = self.ref(holder) if view else self.used(holder)
            self._made("getitem", (target, self.structure(key, self.used)), {}, result, site)
        return result

    def set_item(self, site: int, holder: Any, key: Any, value: Any, text: str) -> None:
        """Do ``holder[key] = value``."""
        if isinstance(holder, ndarray) and is_numeric(holder) and _numbers(value):
            self._written("setitem", holder, key, value, site)
            holder[key] = value
            return
        holder[key] = value
        if self.quiet:
            return
        statement = self.tape.sites[site].statement
        if isinstance(key, (str, int, tuple)):
            self._bound(statement, f"{text}[{key!r}]", value)

    def attribute(self, site: int, holder: Any, name: str) -> Any:
        """Return ``holder.name``."""
        if (name in _SINGLE and holder is np) or (getattr(holder, "__name__", "") == "numpy" and name in _SINGLE):
            return np.float64
        result = getattr(holder, name)
        if isinstance(holder, ndarray) and is_numeric(holder):
            if name in ("T", "mT"):
                op = "transpose" if name == "T" else "matrix_transpose"
                return self._finished(op, (self.ref(holder),), {}, result, site, (holder,))
            if name == "flat":
                return self.index(site, self.method(site, holder, "reshape", -1), slice(None))
        return result

    def iterate(self, site: int, values: Any) -> Any:
        """Return what a loop goes through, with the rows of arrays on the tape."""
        if isinstance(values, ndarray) and is_numeric(values) and values.ndim:
            return self._rows(site, values)
        return values

    def _rows(self, site: int, values: ndarray) -> Iterator[Any]:
        return (self.index(site, values, number) for number in range(len(values)))

    def unpack(self, site: int, value: Any) -> Any:
        """Return what is taken apart into several names."""
        if isinstance(value, ndarray) and is_numeric(value) and value.ndim:
            return [self.index(site, value, number) for number in range(len(value))]
        return value

    # --- calls ------------------------------------------------------------------------------------------------

    def method(self, site: int, holder: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call ``holder.name(...)``."""
        if isinstance(holder, (ndarray, np.number)) and is_numeric(holder):
            return self._array_method(site, holder, name, args, kwargs)
        if name == "append" and isinstance(holder, list) and args:
            self.observe(args[0])
        return self.call(site, getattr(holder, name), *args, **kwargs)

    def _array_method(self, site: int, holder: Any, name: str, args: Any, kwargs: Any) -> Any:
        if name == "tolist":
            return self._listed(site, holder)
        if name in operations.WRITERS and isinstance(holder, ndarray):
            result = getattr(holder.copy(), name)(*args, **kwargs)  # an error comes before anything is written
            after = holder.copy()
            getattr(after, name)(*args, **kwargs)
            self._written("setitem", holder, Ellipsis, after, site)
            getattr(holder, name)(*args, **kwargs)
            return result
        if name == "astype":
            args, kwargs = _in_double(args), {key: value for key, value in kwargs.items() if key != "copy"}
        result = getattr(holder, name)(*args, **_without_single(kwargs))
        if name not in operations.METHODS or not _all_numeric(result):
            return result
        arguments = args
        if name in ("reshape", "transpose") and args and not isinstance(args[0], (tuple, list)) and args[0] is not None:
            arguments = (tuple(args),)
        return self._done(operations.method(name), (holder, *arguments), kwargs, result, site)

    def _listed(self, site: int, array: Any) -> Any:
        if not isinstance(array, ndarray) or not array.ndim:
            return self.call(site, float, array) if np.asarray(array).dtype.kind == "f" else array.tolist()
        return [self._listed(site, self.index(site, array, number)) for number in range(len(array))]

    def call(self, site: int, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call ``function(...)``."""
        if hasattr(function, OWN) or (isinstance(function, type) and hasattr(function, OWN)):
            return self._inside(site, function, args, kwargs)
        if isinstance(function, np.vectorize):
            return self._vectorized(site, function, args, kwargs)
        if function is print or getattr(function, "__name__", "") == "print":
            for one in args:
                self.observe(one)
        hashable = isinstance(function, type) or (callable(function) and type(function).__name__.startswith("builtin"))
        if hashable and function in _ITERATES:
            args = tuple(
                list(self._rows(site, one)) if isinstance(one, ndarray) and one.ndim == 1 else one for one in args
            )
            args = tuple(self.iterate(site, one) for one in args) if function not in (max, min, sum) else args
            if function is sum and args and isinstance(args[0], ndarray):
                args = (list(self._rows(site, args[0])), *args[1:])
        name = operations.name_of(function)
        if name is None:
            return self._outside(site, function, args, kwargs)
        if name.startswith("builtins."):
            return self._built_in(site, name, function, args, kwargs)
        if name in operations.WRITING_FUNCTIONS and args and isinstance(args[0], ndarray):
            after = args[0].copy()
            function(after, *args[1:], **kwargs)
            self._written("setitem", args[0], Ellipsis, after, site)
            return function(*args, **kwargs)
        kwargs = _without_single(kwargs)
        out = kwargs.pop("out", None)
        if out is None and isinstance(function, np.ufunc) and len(args) > function.nin:
            args, out = args[: function.nin], args[function.nin]
        out = out[0] if isinstance(out, tuple) else out
        given = tuple(list(one) if _is_iterator(one) else one for one in args)
        result = function(*given, **kwargs)
        if _all_numeric(result) and name not in operations.NO_VALUES:
            result = self._done(name, given, kwargs, result, site)
        if isinstance(out, ndarray):
            self._written("setitem", out, Ellipsis, result, site)
            out[...] = result
            return out
        return result

    def _done(self, name: str, args: Any, kwargs: Any, result: Any, site: int) -> Any:
        """Write an operation down, with its arguments as they are used."""
        made_anew = any(callable(one) and not isinstance(one, type) for one in (*args, *kwargs.values()))
        if made_anew:
            self._made("leaf", (), {"origin": name}, result, site)
            return result
        view = isinstance(result, ndarray) and id(_root(result)) in self._storage_of
        take = self.ref if view else self.used
        arguments = tuple(self.structure(one, take) for one in args)
        return self._finished(
            name, arguments, {k: self.structure(v, take) for k, v in kwargs.items()}, result, site, args
        )

    def _finished(self, name: str, args: Any, kwargs: Any, result: Any, site: int, given: Iterable[Any]) -> Any:
        if any(result is one for one in given):  # np.asarray(x) of an array
            return result
        self._made(name, args, kwargs, result, site)
        return result

    def _built_in(self, site: int, name: str, function: Any, args: Any, kwargs: Any) -> Any:
        given = tuple(list(one) if _is_iterator(one) else one for one in args)
        result = function(*given, **kwargs)
        if is_numeric(result) and not any(callable(one) for one in kwargs.values()):
            if self.known(result) and not isinstance(result, ndarray):  # max gives one of its arguments back
                result = self.literal(result) if type(result) is float else result + 0
            return self._done(name, given, kwargs, result, site)
        return result

    def _outside(self, site: int, function: Any, args: Any, kwargs: Any) -> Any:
        """Call what is no operation of the tape: the program's own things, or a library's."""
        owner = getattr(function, "__self__", None)
        if isinstance(owner, np.ufunc) and getattr(function, "__name__", "") == "at":
            name = operations.name_of(owner)
            if name in operations.AT and isinstance(args[0], ndarray):
                self._written(f"{name}.at", args[0], args[1], args[2], site)
                return function(*args, **kwargs)
        drawn = operations.draws(function)
        if drawn:
            if drawn == "random.shuffle" and isinstance(args[0], ndarray):
                before = args[0].copy()
                function(*args, **kwargs)
                after = args[0].copy()
                args[0][...] = before  # what it held is kept before it is written over
                self._written("setitem", args[0], Ellipsis, after, site)
                args[0][...] = after
                return None
            result = function(*args, **kwargs)
            if _all_numeric(result):
                if isinstance(result, ndarray) and result.dtype == np.float32:
                    result = result.astype(np.float64)
                self._made("leaf", (), {"origin": drawn}, result, site)
            return result
        return self._inside(site, function, args, kwargs)

    def _inside(self, site: int, function: Any, args: Any, kwargs: Any) -> Any:
        before = self._caller
        self._caller = site
        try:
            return function(*args, **kwargs)
        finally:
            self._caller = before

    def _vectorized(self, site: int, function: np.vectorize, args: Any, kwargs: Any) -> Any:
        """Do what ``np.vectorize`` does, one entry after the other."""
        arrays = np.broadcast_arrays(*args)
        shape = arrays[0].shape
        flat = [self.method(site, self.call(site, np.broadcast_to, one, shape), "reshape", -1) for one in args]
        rows = [
            self._inside(site, function.pyfunc, [self.index(site, one, n) for one in flat], kwargs)
            for n in range(arrays[0].size)
        ]
        made = self.call(site, np.array, [float(r) if isinstance(r, (int, bool)) else r for r in rows])
        return self.method(site, made, "reshape", shape)

    # --- names, frames, what is shown ---------------------------------------------------------------------------

    def bind(self, statement: int, *pairs: Any) -> None:
        """Write down what names stand for: text, value, text, value, …"""
        for target, value in zip(pairs[::2], pairs[1::2], strict=True):
            self._bound(statement, target, value)

    def entry(self, statement: int, key: str, value: Any) -> Any:
        """Write down an entry of a dictionary that is being written out."""
        self._bound(statement, key, value)
        return value

    def _bound(self, statement: int, target: str, value: Any) -> None:
        if self.quiet:
            return
        if is_numeric(value):
            ref = self.used(value)
            assert ref is not None
            frame = self._frames[-1] if self._frames else -1
            self.tape.bindings.append(Binding(len(self.tape.events), frame, statement, target, ref))
        elif type(value) in (list, tuple) and len(value) <= MOST_NAMED and value and is_numeric(value[0]):
            for number, one in enumerate(value):
                self._bound(statement, f"{target}[{number}]", one)
        elif type(value) is dict and len(value) <= MOST_NAMED:
            for key, one in value.items():
                if is_numeric(one):
                    self._bound(statement, f"{target}[{key!r}]", one)

    def observe(self, value: Any) -> Any:
        """Note a number that is shown or collected."""
        if not self.quiet and is_numeric(value) and np.size(value) == 1 and self.known(value):
            ref = self.used(value)
            assert ref is not None
            self.tape.observed.append((len(self.tape.events), ref))
        return value

    def class_(self, cls: Any) -> Any:
        """Mark a class of the program."""
        try:
            setattr(cls, OWN, True)
        except (AttributeError, TypeError):
            return cls
        return cls

    def function(self, name: str, line: int) -> Callable[[Any], Any]:
        """Return the decorator of a function of the program."""

        def decorate(function: Any) -> Any:
            @functools.wraps(function)
            def called(*args: Any, **kwargs: Any) -> Any:
                if self.quiet:
                    return function(*args, **kwargs)
                frame = self._enter(name, line, function, args, kwargs)
                try:
                    result = function(*args, **kwargs)
                finally:
                    self._frames.pop()
                    frame.end = len(self.tape.events)
                if frame.arguments is not _NOT_KEPT:
                    frame.returned = self.structure(result, self.used, objects=True)
                return result

            setattr(called, OWN, True)
            return called

        return decorate

    def _enter(self, name: str, line: int, function: Any, args: Any, kwargs: Any) -> Frame:
        count = self._calls[name] = self._calls.get(name, 0) + 1
        parent = self._frames[-1] if self._frames else -1
        frame = Frame(len(self.tape.frames), name, line, parent, self._caller, len(self.tape.events))
        if count <= FRAMES_IN_FULL:
            names = function.__code__.co_varnames[: function.__code__.co_argcount]
            given = dict(zip(names, args, strict=False)) | kwargs
            if len(args) > len(names):
                given["*"] = args[len(names) :]
            frame.arguments = {key: self.structure(value, self.used, objects=True) for key, value in given.items()}
        else:
            frame.arguments = _NOT_KEPT
        self.tape.frames.append(frame)
        self._frames.append(frame.id)
        self._caller = -1
        return frame

    def watch(
        self,
        statement: int,
        variables: Mapping[str, Any],
        everywhere: Mapping[str, Any] | None = None,
        named: Sequence[str] = (),
    ) -> None:
        """Keep copies of the variables that a statement sees, and of what is seen everywhere: arrays, and some more."""
        time_ = len(self.tape.events)
        if self.watching is not None and self.watching(statement, time_):
            frame = self._frames[-1] if self._frames else -1
            more = {
                name: value for name, value in (everywhere or {}).items() if name in named or _is_small_array(value)
            }
            self.snapshots.append((statement, time_, frame, self.copied({**more, **variables})))

    def _argument(self, value: Any) -> Any:
        ref = self.used(value)
        return self.structure(value, self.used) if ref is None else ref


_NOT_KEPT: dict[str, Any] = {}
_SMALL = 20_000


def _is_small_array(value: Any) -> bool:
    return isinstance(value, ndarray) and value.size <= _SMALL


def _joining(holder: Any, key: Any) -> Callable[..., Any] | None:
    """Return the function that does what ``np.c_[key]`` or ``np.r_[key]`` does."""
    if (holder is not np.c_ and holder is not np.r_) or not isinstance(key, tuple):
        return None
    if not all(isinstance(one, ndarray) and one.ndim for one in key):
        return None
    if holder is np.c_:
        return np.column_stack
    return np.concatenate


def _root(array: ndarray) -> ndarray:
    base = array.base
    while isinstance(base, ndarray):
        array, base = base, base.base
    return array


def _offset(value: ndarray, root: ndarray) -> int:
    if value is root or not value.size:
        return 0
    first = value.__array_interface__["data"][0] - root.__array_interface__["data"][0]
    return int(first // value.itemsize)


def _extent(value: ndarray, root: ndarray) -> tuple[int, int]:
    """Return the first and the last position of an array in the memory of another, in entries."""
    if not value.size:
        return 0, 0
    steps = [(n - 1) * step // value.itemsize for n, step in zip(value.shape, value.strides, strict=True)]
    begin = _offset(value, root)
    return begin + sum(min(one, 0) for one in steps), begin + sum(max(one, 0) for one in steps)


def _plain_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return how far the axes of an array step whose rows lie one after the other."""
    return tuple(int(np.prod(shape[axis + 1 :], dtype=int)) for axis in range(len(shape)))


def _span(root: ndarray) -> int:
    """Return how many entries of memory an array lies in."""
    first, last = _extent(root, root)
    return max(root.size, last + 1) if first >= 0 else root.size


def _numbers(value: Any) -> bool:
    return is_numeric(value) or isinstance(value, (int, bool, list))


def _all_numeric(result: Any) -> bool:
    if isinstance(result, (tuple, list)):
        return bool(result) and all(is_numeric(one) for one in result)
    return is_numeric(result)


def _is_iterator(value: Any) -> bool:
    return hasattr(value, "__next__")


def _in_double(args: Collection[Any]) -> tuple[Any, ...]:
    return tuple(np.float64 if one in ("float32", "f4", np.float32, np.float16) else one for one in args)


def _without_single(kwargs: dict[str, Any]) -> dict[str, Any]:
    if "dtype" in kwargs and kwargs["dtype"] in ("float32", "f4", "float16", np.float32, np.float16):
        return kwargs | {"dtype": np.float64}
    return kwargs
