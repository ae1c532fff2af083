"""Does the loss of a call depend on what it is differentiated by? Else functions were put together wrongly."""

from __future__ import annotations

from chainrule.checking.record.run import Called
from chainrule.checking.record.tape import SCALAR, Ref, Tape, outputs, refs


def connected(tape: Tape, called: Called) -> bool:
    """Return whether the loss, or the outputs, depend on half of the inputs at least.

    An input that does not reach the loss may be a mistake of the program; that most do not is one of the call.
    """
    ends = [called.loss] if called.loss is not None else [ref for ref, _ in called.outputs]
    if not ends:
        return True
    reached = _Reached(tape)
    for number, ref in enumerate(called.inputs.values()):
        reached.add(ref.node, 1 << number)
    for event in tape.events[called.start : called.end]:
        found = 0
        for ref in (*refs(event.args), *refs(event.kwargs)):
            found |= reached.of(ref)
        if found:
            for node in outputs(event) if event.output is not None else (event.args[0].node,):
                reached.add(node, found)
    found = 0
    for ref in ends:
        found |= reached.of(ref)
    return 2 * found.bit_count() >= len(called.inputs)


class _Reached:
    """By value, and by memory: which inputs are in it, as bits."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._numbers: dict[int, int] = {}
        self._memory: dict[int, int] = {}

    def of(self, ref: Ref) -> int:
        storage = self._tape.nodes[ref.node].storage
        return self._numbers.get(ref.node, 0) if storage == SCALAR else self._memory.get(storage, 0)

    def add(self, node: int, bits: int) -> None:
        if node < 0:
            return
        storage = self._tape.nodes[node].storage
        known = self._numbers if storage == SCALAR else self._memory
        key = node if storage == SCALAR else storage
        known[key] = known.get(key, 0) | bits
