"""Who computes something else is refused, whatever the rule; the honest are not."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks.agreement import disagreement, expected_products, expected_steps
from benchmarks.contenders import CONTENDERS, Contender
from benchmarks.contenders.blas_products import Contender as BlasProducts
from benchmarks.contenders.compiled_engine import Contender as CompiledEngine
from benchmarks.contenders.numpy_longhand import Contender as Longhand
from benchmarks.contenders.scikit_learn import Contender as ScikitLearn
from benchmarks.problems import PROBLEMS, Problem, Task, make_order, make_task, views
from benchmarks.worker import CHECKED_STEPS
from tests.benchmarks import cheats

RULES = ("sgd", "momentum", "adam")
SIZES = ((64, 32, 10), (20, 8, 2), (30, 12, 7, 5))
CHEATS = (
    cheats.SkipsThePenalty,
    cheats.SkipsThePenaltysGradient,
    cheats.SkipsEverySecondStep,
    cheats.RightLossesOfAnotherOrder,
    cheats.ReusesTheFirstBatch,
    cheats.ForgetsTheLoss,
    cheats.LearnsNothing,
)


def small_task(rule: str, sizes: tuple[int, ...] = SIZES[0]) -> Task:
    return make_task(Problem(sizes, 16, rule), 100, 1)


def judge(contender: Contender, task: Task) -> str:
    contender.reset()
    losses = contender.run(make_order(task.problem, len(task.X), CHECKED_STEPS))
    return disagreement(expected_steps(task), losses, contender.state())


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("maker", [Longhand, CompiledEngine, ScikitLearn], ids=lambda maker: maker.__module__)
def test_the_honest_agree_and_agree_again(maker: type, rule: str, sizes: tuple[int, ...]) -> None:
    task = small_task(rule, sizes)
    contender = maker(task)
    assert judge(contender, task) == ""
    assert judge(contender, task) == "", "reset() left something behind"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.__name__)
def test_cheats_are_seen(cheat: type[Longhand], rule: str) -> None:
    task = small_task(rule)
    assert judge(cheat(task), task) != ""


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_leaving_the_penalty_out_is_more_than_rounding_in_every_row(problem: Problem) -> None:
    """Both losses and weights of the row's smallest relative, with as many rows as the batch needs."""
    task = make_task(Problem(tuple(min(size, 100) for size in problem.sizes), 16, problem.rule), 100, 1)
    cheat = cheats.SkipsThePenaltysGradient(task)
    assert judge(cheat, task) != ""


def test_the_words() -> None:
    task = small_task("sgd")
    expected = expected_steps(task)
    right = task.start + (expected.state - task.start)
    assert disagreement(expected, expected.losses, right) == ""
    assert disagreement(expected, expected.losses[:9], right) == "it reported 9 losses, not 50"
    assert disagreement(expected, expected.losses, right[1:]) == f"it has {right.size - 1} numbers, not {right.size}"
    assert "of the way they went, where 1e-03 is rounding" in disagreement(expected, expected.losses, task.start)
    wrong = expected.losses.copy()
    wrong[3] = 1.0
    assert disagreement(expected, wrong, right).startswith("the loss of step 4 is 1, not ")
    assert disagreement(expected, wrong[:2]) == "", "the first losses of a timed round"


def test_the_products_are_numpys_and_too_few_are_seen() -> None:
    task = small_task("sgd", SIZES[2])
    contender = BlasProducts(task)
    expected = expected_products(task)
    assert "products are off by 1.0e+00" in disagreement(expected, [], contender.state())
    contender.run(make_order(task.problem, 100, 2))
    assert disagreement(expected, [], contender.state()) == ""


def test_orders_are_permutations_and_begin_alike() -> None:
    problem = Problem((3, 2), 8, "sgd")
    order = make_order(problem, 20, 5)
    assert sorted(order.reshape(-1)[:20].tolist()) == list(range(20))
    np.testing.assert_array_equal(make_order(problem, 20, 2), order[:2])


def test_views_are_views() -> None:
    problem = Problem((3, 4, 2), 8, "sgd")
    buffer = np.arange(3 * 4 + 4 + 4 * 2 + 2.0)
    (W1, b1), (W2, b2) = views(buffer, problem)
    assert (W1.shape, b1.tolist(), W2.shape, b2.tolist()) == ((3, 4), [12, 13, 14, 15], (4, 2), [24, 25])
    assert all(part.base is buffer for part in (b1, b2))


def test_every_contender_has_its_file() -> None:
    assert len({entry.name for entry in CONTENDERS}) == len(CONTENDERS)
    for entry in CONTENDERS:
        assert find_spec(entry.maker.partition(":")[0])


@pytest.mark.parametrize("name", ["torch_eager", "torch_products", "jax_scan"])
def test_the_peers_agree_where_they_are_installed(name: str) -> None:
    pytest.importorskip(name.split("_")[0])
    from importlib import import_module

    task = small_task("adam")
    contender = import_module(f"benchmarks.contenders.{name}").Contender(task)
    if name == "torch_products":
        contender.run(make_order(task.problem, 100, 2))
        assert disagreement(expected_products(task), [], contender.state()) == ""
    else:
        assert judge(contender, task) == ""
