"""The search: propose a generation, train it from rung to rung, write down what came of it, and again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from chainrule.tuning.crew import Clock, Crew, Leg
from chainrule.tuning.halving import Bracket, bracket, survivors
from chainrule.tuning.heat import Lineup, Reading, lineups
from chainrule.tuning.kept import Kept
from chainrule.tuning.ledger import Ledger
from chainrule.tuning.plan import Plan
from chainrule.tuning.problem import Problem
from chainrule.tuning.propose import propose
from chainrule.tuning.trial import DIVERGED, FINISHED, RUNNING, STOPPED, Trial


class Watcher:
    """What may be told of a search while it goes on; every method does nothing unless it is written over."""

    def on_generation(self, search: Search, generation: int, rungs: Bracket) -> None:
        """A generation was proposed."""

    def on_reading(self, search: Search, reading: Reading) -> None:
        """A heat has reached a rung, or the end of the budget."""

    def on_rung(self, search: Search, rung: int, going_on: int) -> None:
        """All heats of a generation have reached a rung, and so many trials go on."""


@dataclass
class Generation:
    """Trials that are compared with each other.

    Attributes
    ----------
    number : int
    rungs : Bracket
    trials : dict of int to Trial
        By number. Some may have ended before, if the process was killed and goes on.
    lineups : list of Lineup
        The heats of those that have not.
    """

    number: int
    rungs: Bracket
    trials: dict[int, Trial]
    lineups: list[Lineup] = field(default_factory=list)

    @property
    def running(self) -> set[int]:
        """The trials that have not ended."""
        return {number for number, trial in self.trials.items() if trial.state == RUNNING}


class Search:
    """One process's part of a search.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    ledger : Ledger
    crew : Crew
    kept : Kept
    clock : Clock
    watchers : sequence of Watcher
    """

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        ledger: Ledger,
        crew: Crew,
        kept: Kept,
        clock: Clock,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        self.problem, self.plan, self.ledger, self.crew, self.kept = problem, plan, ledger, crew, kept
        self.clock, self.watchers = clock, watchers
        self.trials = {trial.number: trial for trial in ledger.trials()}

    @property
    def most_trials(self) -> int | None:
        """How many trials there are to be, all processes together; None for no limit but the budget."""
        size = self.problem.space.size
        most = min(self.plan.trials or size, size)
        return None if most == float("inf") else int(most)

    def run(self) -> None:
        """Search until the trials or the time are used up, or the clock was told to stop."""
        while not self.clock.over():
            generation = self._next_generation()
            if generation is None:
                break
            self._train(generation)
        self.ledger.spend(self.clock.elapsed)

    def _next_generation(self) -> Generation | None:
        """Take up the generation that was in flight when the process was killed, or propose a new one."""
        self.trials = {trial.number: trial for trial in self.ledger.trials()}
        mine = [trial.generation for trial in self.trials.values() if trial.share == self.ledger.share]
        unfinished = self.ledger.unfinished()
        number = unfinished[0].generation if unfinished else max(mine, default=-1) + 1
        rungs = self._rungs(number)
        self._propose(number, rungs.sizes[0])
        if not self.ledger.generation(number):  # nothing is left to propose: who has left something undone?
            self.ledger.adopt(number, time.time())
        found = {
            trial.number: replace(trial, curve=()) if trial.state == RUNNING else trial  # it trains from its beginning
            for trial in self.ledger.generation(number)
        }
        generation = Generation(number, rungs, found)
        if not generation.running:
            return None
        self.trials |= found
        closed = [(each, self.problem.settings(found[each].params)) for each in sorted(generation.running)]
        folds = self.plan.folds > 0
        copies = self.plan.folds or self.plan.seeds
        threads = self.problem.base.training.threads if "threads" in self._given_training else None
        generation.lineups = lineups(
            closed,
            self.problem.steps_per_epoch,
            copies,
            folds=folds,
            threads=threads,
            least=self.crew.parallel,
        )
        for watcher in self.watchers:
            watcher.on_generation(self, number, rungs)
        return generation

    @property
    def _given_training(self) -> set[str]:
        return set(self.problem.space.fixed.get("training", {}))

    def _rungs(self, generation: int) -> Bracket:
        """Return the rungs of a generation."""
        training, n = self.problem.base.training, len(self.problem.material.train)
        batch_size = training.batch_size or n
        epochs = training.total_steps(self.problem.steps_per_epoch(batch_size)) * batch_size / n
        plan = self.plan
        return bracket(plan.stopping, plan.population, plan.reduction, epochs, generation)

    def _propose(self, number: int, n: int) -> None:
        """Ask for the trials of a generation, and write them down."""
        share, most = self.ledger.share, self.most_trials
        own = (share, number)
        known = [
            frozen
            for frozen in self.ledger.frozen()
            if (frozen.user_attrs.get("share"), frozen.user_attrs.get("generation")) != own
        ]
        if most is not None:
            n = min(n, most - len(known))
        if n > 0:
            seed = (self.problem.base.training.seed, share, number)
            proposals = propose(self.problem.space, self.plan.sampler, known, n, seed)
            self.ledger.add(proposals, number, most)

    def _train(self, generation: Generation) -> None:
        """Train a generation from rung to rung; at each, those that are behind end."""
        self.crew.begin(generation.lineups)
        for rung, share in enumerate(generation.rungs.shares):
            complete = self._run_to(generation, share)
            if not complete:
                self._stop_where_they_are(generation)
                return
            self._compare(generation, rung)
            self.ledger.spend(self.clock.elapsed)
            for watcher in self.watchers:
                watcher.on_rung(self, rung, len(generation.running))
            if not generation.running:
                return

    def _run_to(self, generation: Generation, share: float) -> bool:
        """Train all heats up to a part of their training; return whether they all got there."""
        legs = [
            Leg(heat, frozenset(keep), lineup.steps_at(share))
            for heat, lineup in enumerate(generation.lineups)
            if (keep := generation.running.intersection(lineup.trials))
        ]
        arrived = 0
        for heat, reading in self.crew.run(legs, self.clock):
            self._account_for(generation, heat, reading)
            arrived += reading.complete
            for watcher in self.watchers:
                watcher.on_reading(self, reading)
        return arrived == len(legs)

    def _account_for(self, generation: Generation, heat: int, reading: Reading) -> None:
        """Take down what was measured, and the end of those that diverged."""
        began = self.clock.elapsed - reading.seconds
        for number, points in reading.points.items():
            trial = generation.trials[number]
            timed = tuple(replace(point, elapsed=round(began + point.elapsed, 3)) for point in points)
            trial = replace(trial, curve=trial.curve + timed)
            self._set(generation, trial)
            if points and reading.complete and number not in reading.diverged:
                self.ledger.report(trial, points[-1])
        for number in reading.diverged:
            self._end(generation, number, DIVERGED)

    def _compare(self, generation: Generation, rung: int) -> None:
        """End the trials that are not among the best of this rung; at the last one, all."""
        share, sizes = generation.rungs.shares[rung], generation.rungs.sizes
        last = rung == len(sizes) - 1
        scores = {}
        for number, trial in generation.trials.items():  # those that ended before a resumption compete too
            point = trial.at(max(1, round(share * self.total_steps(trial))))
            if point is not None and trial.state != DIVERGED:
                scores[number] = point.score
        going_on = set() if last else survivors(scores, sizes[rung + 1])
        ending = generation.running - going_on
        for number in sorted(ending):
            self._set(generation, replace(generation.trials[number], state=FINISHED if last else STOPPED))
        self._keep_weights(generation, ending)
        for number in sorted(ending):
            self.ledger.end(generation.trials[number])

    def total_steps(self, trial: Trial) -> int:
        """Return how many steps a trial's whole training has."""
        training = self.problem.settings(trial.params).training
        return training.total_steps(self.problem.steps_per_epoch(training.batch_size or 1))

    def _stop_where_they_are(self, generation: Generation) -> None:
        """Write down what is known of trials under way; at the end of the budget those that were measured end."""
        running = generation.running
        measured = {number for number in running if generation.trials[number].curve}
        self._keep_weights(generation, measured)
        for number in sorted(running):
            if self.clock.interrupted or number not in measured:  # --resume takes them up
                self.ledger.note(generation.trials[number])
            else:
                self.ledger.report(generation.trials[number], generation.trials[number].curve[-1])
                self._end(generation, number, STOPPED)

    def _end(self, generation: Generation, number: int, state: str) -> None:
        trial = replace(generation.trials[number], state=state)
        self._set(generation, trial)
        self.ledger.end(trial)

    def _set(self, generation: Generation, trial: Trial) -> None:
        generation.trials[trial.number] = self.trials[trial.number] = trial

    def _keep_weights(self, generation: Generation, candidates: set[int]) -> None:
        """Keep the networks of those that are now among the best of the whole search."""
        wanted = self.kept.wanted(list(self.trials.values()))
        for heat, lineup in enumerate(generation.lineups):
            for number in sorted(candidates.intersection(lineup.trials, wanted)):
                networks = self.crew.weights(heat, number)
                if networks is not None:  # else they are trained again, should they be wanted in the end
                    self.kept.keep(number, networks)
        self.kept.forget_all_but(wanted)
