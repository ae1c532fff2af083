from __future__ import annotations

import ast

import pytest

from chainrule.checking.reading.python2 import in_python_3

REWRITTEN = {
    'print "a", b': 'print("a", b)',
    "print": "print()",
    'print >>log, "a"': 'print(log, "a")',
    'print "%d" % (a,\n  b),': 'print("%d" % (a,\n  b),)',
    'if a: print "b" ; print ("x") % y': 'if a: print("b") ; print(("x") % y)',
    "print(a)": "print(a)",
    "print = 3": "print = 3",
    "for i in xrange(10L): pass": "for i in xrange(10): pass",
    "x = 0777 + 0 + 0.5": "x = 0o777 + 0 + 0.5",
    "x = `y` <> 3": "x = repr(y) != 3",
    'raise ValueError, "no"': 'raise ValueError( "no")',
    'exec "x = 1"': 'exec("x = 1")',
    'x = ur"a\\d"': 'x = r"a\\d"',
    "f = {1: lambda x: 2}": "f = {1: lambda x: 2}",
    '"""\nprint x\n"""': '"""\nprint x\n"""',
    "a = 3 / 2  # print it": "a = 3 / 2  # print it",
    "print a \\\n  , b": "print(a \\\n  , b)",
}


@pytest.mark.parametrize("old", REWRITTEN)
def test_statements(old: str) -> None:
    assert "\n".join(in_python_3(old.split("\n"))) == REWRITTEN[old]
    ast.parse(REWRITTEN[old])


def test_exceptions() -> None:
    old = ["try: pass", "except (A, B), e:", "    print e", "except C: pass"]
    assert in_python_3(old) == ["try: pass", "except (A, B) as e:", "    print(e)", "except C: pass"]
