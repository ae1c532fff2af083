"""A heat: the trials of a generation that train side by side as one population, from rung to rung."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from numpy import ndarray

from chainrule.network.parameters import Parameters
from chainrule.training.settings import RunSettings
from chainrule.tuning.population.member import Member
from chainrule.tuning.population.population import Population
from chainrule.tuning.problem import Material
from chainrule.tuning.trial import Point

MEASURED = 24  # times that a whole training is measured, besides at its rungs
CALL_SECONDS = 0.3  # about how long one call may take: how soon the end of the budget, or Ctrl-C, is heard


@dataclass(frozen=True)
class Lineup:
    """Who trains in a heat, and how far: plain values, fit to be sent to another machine.

    Attributes
    ----------
    trials : tuple of int
        Their numbers.
    members : tuple of Member
        ``copies`` networks of the first trial (one a seed, or one a fold), then those of the second, ...
    copies : int
    batch_size, total_steps, steps_per_epoch, order_seed : int
    sampling, dtype : str
    threads : int or None
        Threads of the matrix product; None for what suits the size of the networks.
    """

    trials: tuple[int, ...]
    members: tuple[Member, ...]
    copies: int
    batch_size: int
    total_steps: int
    steps_per_epoch: int
    order_seed: int
    sampling: str
    dtype: str
    threads: int | None

    def networks(self, trial: int) -> range:
        """Return the numbers of a trial's networks in the population."""
        first = self.trials.index(trial) * self.copies
        return range(first, first + self.copies)

    def steps_at(self, share: float) -> int:
        """Return the step at which a part of the training has been done."""
        return max(1, round(share * self.total_steps))


@dataclass(frozen=True)
class Reading:
    """What came of a heat between two rungs.

    Attributes
    ----------
    points : dict of int to tuple of Point
        What was measured of each trial.
    diverged : tuple of int
        The trials that left the finite numbers.
    seconds : float
        How long it took.
    examples : int
        Examples that went through a network, summed over the networks.
    complete : bool
        Whether the heat got where it was to go, before the end of the budget.
    """

    points: Mapping[int, tuple[Point, ...]]
    diverged: tuple[int, ...]
    seconds: float
    examples: int
    complete: bool


@dataclass
class Heat:
    """A lineup under way."""

    lineup: Lineup
    population: Population
    alive: set[int] = field(default_factory=set)
    step_seconds: float = CALL_SECONDS

    @classmethod
    def begin(cls, lineup: Lineup, material: Material, state: Mapping[str, ndarray] | None = None) -> Heat:
        """Return the population of a lineup with its initial weights, or as it stood when ``state`` was taken."""
        population = Population(
            lineup.members,
            input_size=material.input_size,
            output_size=material.output_size,
            batch_size=lineup.batch_size,
            order_seed=lineup.order_seed,
            sampling=lineup.sampling,
            dtype=lineup.dtype,
            threads=lineup.threads,
        )
        if state is not None:
            population.restore(state)
        heat = cls(lineup, population, set(lineup.trials))
        heat.alive -= heat._broken()
        return heat

    def advance(self, keep: set[int], until: int, material: Material, over: Callable[[], bool]) -> Reading:
        """Train the trials of ``keep`` up to step ``until``, or until ``over`` says so; the others are let go.

        The networks are measured some dozen times in a whole training, and at the end of this part of it.
        """
        began, examples = time.perf_counter(), 0
        self._let_go(self.alive - keep)
        points: dict[int, list[Point]] = {trial: [] for trial in self.alive}
        before, measured = set(self.alive), self.population.steps_taken
        while self.alive and self.population.steps_taken < until and not over():
            mark = self.next_mark(until)
            examples += self._train(mark, material, over)
            self._let_go(self._broken())
            if self.alive and self.population.steps_taken > measured:
                measured = self.population.steps_taken
                for trial, point in self._measure(material, began).items():
                    points[trial].append(point)
        return Reading(
            {trial: tuple(points[trial]) for trial in points},
            tuple(sorted(before - self.alive)),
            time.perf_counter() - began,
            examples,
            self.population.steps_taken >= until or not self.alive,
        )

    def weights(self, trial: int) -> list[Parameters]:
        """Return the weights of a trial's networks."""
        return [self.population.model(network) for network in self.lineup.networks(trial)]

    def _let_go(self, trials: set[int]) -> None:
        """Take trials out of the population: their columns are freed, and the others train faster."""
        self.alive -= trials
        if trials and self.alive:
            kept = [network for trial in sorted(self.alive) for network in self.lineup.networks(trial)]
            self.population.keep(kept)

    def _broken(self) -> set[int]:
        """Return the trials of which a network has diverged."""
        alive = set(self.population.alive)
        return {trial for trial in self.alive if not alive.issuperset(self.lineup.networks(trial))}

    def next_mark(self, until: int) -> int:
        """Return the step at which the networks are to be measured next on the way to a rung."""
        every = max(1, round(self.lineup.total_steps / MEASURED))
        if every > self.lineup.steps_per_epoch // 2:  # whole epochs, where they are short enough
            every = self.lineup.steps_per_epoch * max(1, round(every / self.lineup.steps_per_epoch))
        return min(until, (self.population.steps_taken // every + 1) * every)

    def _train(self, mark: int, material: Material, over: Callable[[], bool]) -> int:
        """Take the steps up to ``mark`` in calls of bounded length; return the examples that went through networks."""
        examples = 0
        while self.population.steps_taken < mark and self.population.alive and not over():
            networks = len(self.population.alive)
            steps = max(1, min(int(CALL_SECONDS / self.step_seconds), mark - self.population.steps_taken))
            began = time.perf_counter()
            self.population.train(
                material.features,
                material.y,
                rows=material.train,
                folds=material.folds,
                steps=steps,
                total_steps=self.lineup.total_steps,
            )
            self.step_seconds = max((time.perf_counter() - began) / steps, 1e-9)
            examples += steps * self.lineup.batch_size * networks
        return examples

    def _measure(self, material: Material, began: float) -> dict[int, Point]:
        """Return how every trial that is alive stands."""
        population = self.population
        rows, folds = material.validation, material.folds
        scores = population.evaluate(material.features, material.y, rows, folds)
        place = {network: k for k, network in enumerate(scores.numbers)}
        found, seconds = {}, time.perf_counter() - began
        for trial in sorted(self.alive):
            own = [place[network] for network in self.lineup.networks(trial)]
            mine = tuple(float(accuracy) for accuracy in scores.accuracy[own])
            found[trial] = Point(population.steps_taken, mine, float(scores.loss[own].mean()), seconds)
        return found


def member(settings: RunSettings, copy: int, *, folds: bool) -> Member:
    """Return the network of a run with these settings: its seed's number ``copy``, or the one of fold ``copy``."""
    network, training = settings.network, settings.training
    return Member(
        hidden=network.hidden,
        learning_rate=training.learning_rate or 0.0,
        initial_weights=network.initial_weights or "he",
        activation=network.activation,
        seed=training.seed + (0 if folds else copy),
        reg=training.reg,
        rule=training.rule,
        rule_settings=training.rule_settings,
        schedule=training.schedule,
        dropout=training.dropout,
        label_smoothing=training.label_smoothing,
        fold=copy if folds else None,
    )


def lineups(
    trials: Sequence[tuple[int, RunSettings]],
    steps_per_epoch: Callable[[int], int],
    copies: int,
    *,
    folds: bool,
    threads: int | None,
    least: int = 1,
) -> list[Lineup]:
    """Put trials that can train as one population together: those that share the stream of mini-batches.

    Where that makes fewer than ``least`` heats, the largest are divided, so that every worker has something to do.
    """
    together: dict[int, list[tuple[int, RunSettings]]] = {}
    for number, settings in trials:
        together.setdefault(settings.training.batch_size or 1, []).append((number, settings))
    groups = [group for _, group in sorted(together.items(), reverse=True)]  # who has the fewest steps is known first
    while len(groups) < min(least, len(trials)):
        largest = max(groups, key=len)
        groups[groups.index(largest)] = largest[::2]
        groups.append(largest[1::2])
    found = []
    for group in groups:
        training = group[0][1].training
        batch_size = training.batch_size or 1
        per_epoch = steps_per_epoch(batch_size)
        found.append(
            Lineup(
                trials=tuple(number for number, _ in group),
                members=tuple(member(each, k, folds=folds) for _, each in group for k in range(copies)),
                copies=copies,
                batch_size=batch_size,
                total_steps=training.total_steps(per_epoch),
                steps_per_epoch=per_epoch,
                order_seed=training.seed,
                sampling=training.sampling,
                dtype=group[0][1].network.dtype,
                threads=threads,
            )
        )
    return found
