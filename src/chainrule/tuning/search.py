"""The search: propose a generation, train it from rung to rung, write down what came of it, and again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from chainrule.tuning.crew import Clock, Crew
from chainrule.tuning.generation import Generation
from chainrule.tuning.halving import Bracket, bracket, survivors
from chainrule.tuning.heat import Lineup, Reading, lineups
from chainrule.tuning.in_flight import InFlight, State
from chainrule.tuning.kept import Kept
from chainrule.tuning.ledger import Ledger
from chainrule.tuning.plan import Plan
from chainrule.tuning.problem import Problem
from chainrule.tuning.propose import propose
from chainrule.tuning.trial import DIVERGED, FINISHED, STOPPED, Trial


class Watcher:
    """What may be told of a search while it goes on; every method does nothing unless it is written over."""

    def on_generation(self, search: Search, generation: int, rungs: Bracket) -> None:
        """A generation was proposed."""

    def on_reading(self, search: Search, reading: Reading) -> None:
        """A heat has reached a rung, or the end of the budget."""

    def on_rung(self, search: Search, rung: int, going_on: int) -> None:
        """All heats of a generation have reached a rung, and so many trials go on."""


class Search:
    """One process's part of a search.

    Parameters
    ----------
    problem : Problem
    plan : Plan
    ledger : Ledger
    crew : Crew
    kept : Kept
    in_flight : InFlight
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
        in_flight: InFlight,
        clock: Clock,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        self.problem, self.plan, self.ledger, self.crew, self.kept = problem, plan, ledger, crew, kept
        self.in_flight, self.clock, self.watchers = in_flight, clock, watchers
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
        generation = Generation(number, rungs, {trial.number: trial for trial in self.ledger.generation(number)})
        if not generation.running:
            return None
        generation.lineups = self._lineups(generation)
        self._begin(generation)
        for watcher in self.watchers:
            watcher.on_generation(self, number, rungs)
        return generation

    def _lineups(self, generation: Generation) -> list[Lineup]:
        """Put the trials that can train as one population together."""
        base, folds = self.problem.base.training, self.plan.folds > 0
        return lineups(
            [(number, self.problem.settings(trial.params)) for number, trial in sorted(generation.trials.items())],
            self.problem.steps_per_epoch,
            self.plan.folds or self.plan.seeds,
            folds=folds,
            threads=base.threads if "threads" in self.problem.space.fixed.get("training", {}) else None,
            least=self.crew.parallel,
        )

    def _begin(self, generation: Generation) -> None:
        """Hand the heats to the crew, each as it stood when the process was killed, or at its beginning."""
        states: dict[int, State] = {}
        for heat, lineup in enumerate(generation.lineups):
            saved = self.in_flight.load(heat, lineup, generation.number) if self.crew.takes_states else None
            curves = saved[1] if saved else {}
            for number in generation.running_of(heat):
                self._set(generation, replace(generation.trials[number], curve=curves.get(number, ())))
            if saved:
                states[heat] = saved[0]
        self.crew.begin(generation.lineups, states)

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
        for rung in range(len(generation.rungs.shares)):
            if not self._run_to(generation, rung):
                self._stop_where_they_are(generation)
                break
            if not generation.is_last(rung):
                self._compare(generation, rung)
            self.ledger.spend(self.clock.elapsed)
            for watcher in self.watchers:
                watcher.on_rung(self, rung, len(generation.running))
            if not generation.running:
                break
        if not generation.running:
            self.in_flight.clear()

    def _run_to(self, generation: Generation, rung: int) -> bool:
        """Train all heats to a rung; return whether they all got there. A heat that is at the last one ends."""
        legs = {leg.heat: leg for leg in generation.legs(rung)}
        arrived = 0
        for heat, reading in self.crew.run(list(legs.values()), self.clock):
            self._account_for(generation, heat, reading)
            if reading.complete:
                arrived += 1
                self._report(generation.trials[number] for number in generation.running_of(heat))
                if generation.is_last(rung):
                    self._end(generation, generation.running_of(heat), FINISHED)
            self._save(generation, heat, reading.seconds)
            for watcher in self.watchers:
                watcher.on_reading(self, reading)
        return arrived == len(legs)

    def _account_for(self, generation: Generation, heat: int, reading: Reading) -> None:
        """Take down what was measured, and the end of those that diverged."""
        began = self.clock.elapsed - reading.seconds
        for number, points in reading.points.items():
            trial = generation.trials[number]
            timed = tuple(replace(point, elapsed=round(began + point.elapsed, 3)) for point in points)
            self._set(generation, replace(trial, curve=trial.curve + timed))
        self._end(generation, set(reading.diverged), DIVERGED)

    def _report(self, trials: Iterable[Trial]) -> None:
        """Write how trials stand at the rung that they have reached, for whoever looks into the storage."""
        for trial in trials:
            if trial.curve:
                self.ledger.report(trial, trial.curve[-1])

    def _save(self, generation: Generation, heat: int, seconds: float) -> None:
        """Write a heat down now and then, where it was measured; one that was cut off in between is no such place."""
        running = generation.running_of(heat)
        if not running or self.clock.over() or not self.in_flight.is_due(heat, seconds):
            return
        state = self.crew.state(heat)
        if state is not None:
            trials = [generation.trials[number] for number in running]
            self.in_flight.save(heat, generation.lineups[heat], generation.number, state, trials)

    def _compare(self, generation: Generation, rung: int) -> None:
        """End the trials that are not among the best of a rung."""
        scores = generation.scores(rung, self.total_steps)
        going_on = survivors(scores, generation.rungs.sizes[rung + 1])
        self._end(generation, generation.running - going_on, STOPPED)

    def total_steps(self, trial: Trial) -> int:
        """Return how many steps a trial's whole training has."""
        training = self.problem.settings(trial.params).training
        return training.total_steps(self.problem.steps_per_epoch(training.batch_size or 1))

    def _stop_where_they_are(self, generation: Generation) -> None:
        """Write down what is known of trials under way; at the end of the budget those that were measured end."""
        measured = {number for number in generation.running if generation.trials[number].curve}
        if self.clock.interrupted:  # --resume takes them up
            self._keep_weights(generation, measured)
            for number in sorted(measured):
                self.ledger.note(generation.trials[number])
        else:
            self._report(generation.trials[number] for number in sorted(measured))
            self._end(generation, measured, STOPPED)

    def _end(self, generation: Generation, numbers: set[int], state: str) -> None:
        """End some trials, and keep the networks of the best."""
        for number in sorted(numbers):
            self._set(generation, replace(generation.trials[number], state=state))
        if state != DIVERGED:
            self._keep_weights(generation, numbers)
        for number in sorted(numbers):
            self.ledger.end(generation.trials[number])

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
