"""The layers by themselves: the numbers of system calls, the filter's program, the account of what is kept."""

from __future__ import annotations

import errno
import platform
import re
from pathlib import Path

import pytest

from chainrule.checking.isolation.linux import seccomp, syscalls
from chainrule.checking.isolation.promises import PROMISES, Ledger, UnavailableError

HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}


@pytest.mark.parametrize("machine", syscalls.MACHINES)
def test_numbers_are_those_of_the_kernels_headers(machine: str) -> None:
    headers = [Path(path) for path in HEADERS[machine] if Path(path).exists()]
    if not headers:
        pytest.skip("no headers of the kernel here")
    stated = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", headers[0].read_text()))
    column = syscalls.MACHINES.index(machine)
    compared = {name: numbers[column] for name, numbers in syscalls.NUMBERS.items() if name in stated}
    assert len(compared) > 40
    assert compared == {name: int(stated[name]) for name in compared}


def judge(program: list[seccomp.Instruction], call: int, arguments: tuple[int, ...] = (), machine: int = 0) -> int:
    """Run a filter as the kernel does."""
    shown = {seccomp.CALL: call, seccomp.MACHINE: machine or seccomp.AUDIT_MACHINE[platform.machine()]}
    shown |= {16 + 8 * position: argument for position, argument in enumerate(arguments)}
    at, value = 0, 0
    while True:
        operation, if_true, if_false, constant = program[at]
        if operation == seccomp.RETURN:
            return constant
        if operation == seccomp.LOAD:
            value = shown[constant]
            at += 1
            continue
        holds = {
            seccomp.EQUAL: value == constant,
            seccomp.AT_LEAST: value >= constant,
            seccomp.ANY_BIT: bool(value & constant),
        }[operation]
        at += 1 + (if_true if holds else if_false)


@pytest.mark.parametrize("machine", syscalls.MACHINES)
@pytest.mark.parametrize("processes", [1, 8])
def test_the_filter(machine: str, processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    program = list(seccomp.filter_program(processes, own=77))
    alone = processes == 1

    def refused(name: str, *arguments: int) -> bool:
        number = syscalls.number_of(name)
        assert number is not None
        return judge(program, number, arguments) != seccomp.ALLOW

    for name in seccomp.REFUSED:
        assert syscalls.number_of(name) is None or refused(name)
    assert judge(program, 435) & 0xFFFF == errno.ENOSYS
    assert not refused("clone", seccomp.CLONE_THREAD | 0x3D0F00)
    assert refused("clone", 17) == alone
    assert refused("clone", 17 | 0x10000000)
    assert refused("kill", 78, 9) == alone
    assert not refused("kill", 77, 9)
    assert refused("prlimit64", 1)
    assert not refused("prlimit64", 0)
    assert refused("ioctl", 0, seccomp.TIOCSTI)
    assert not refused("ioctl", 0, 0x5401)
    assert judge(program, 0) == seccomp.ALLOW
    assert judge(program, 0, machine=1) == seccomp.KILL


def test_another_machine_has_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "s390x")
    with pytest.raises(UnavailableError, match="the system calls of s390x are not known here"):
        list(seccomp.filter_program(1, own=77))


def test_a_layer_that_fails_is_accounted_for() -> None:
    def broken() -> tuple[str, ...]:
        raise OSError(errno.EPERM, "Operation not permitted")

    ledger = Ledger()
    ledger.attempt("network namespace", broken)
    ledger.attempt("resource limits", lambda: [promise for promise in PROMISES if promise != "network"])
    said = "that there is no network (network namespace: Operation not permitted; "
    assert ledger.not_enforced() == (said + "system call filter: does not cover this here)",)
    copy = Ledger()
    copy.add_json(ledger.to_json())
    assert copy.not_enforced() == ledger.not_enforced()
