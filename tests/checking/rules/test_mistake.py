"""Every kind of mistake has its words and its likelihood, and is used by a rule."""

from __future__ import annotations

from chainrule.checking.rules import WORDS, Mistake
from chainrule.checking.rules.likelihood import LIKELIHOOD


def test_every_kind_has_words_and_a_likelihood() -> None:
    assert set(WORDS) == set(LIKELIHOOD) == set(Mistake)


def test_words_can_be_filled_in() -> None:
    for words in WORDS.values():
        assert words.title.strip(".") == words.title != ""
        assert words.explanation.format(used="a", expected="b").endswith(".")


def test_names_are_those_of_the_members() -> None:
    assert all(mistake.value == mistake.name.lower() for mistake in Mistake)
