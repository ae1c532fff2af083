"""``chainrule.Population``: many networks that see the same mini-batches, trained as one."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Float32, Float64, Int64, Shaped, UInt8
from numpy import ndarray

from chainrule.data.features import Features
from chainrule.errors import InputError
from chainrule.network.parameters import Parameters
from chainrule.training.minibatches import Batches, steps_per_epoch
from chainrule.tuning.population import door
from chainrule.tuning.population.arrangement import Arrangement, new_networks, saved_network
from chainrule.tuning.population.member import Member
from chainrule.tuning.population.panel import NO_FOLDS, Panel
from chainrule.tuning.population.scores import Scores
from chainrule.tuning.population.stream import next_batches, next_rates
from chainrule.tuning.population.workers import Workers

Inputs = UInt8[ndarray, "N D"] | Float32[ndarray, "N D"] | Float64[ndarray, "N D"]

CALL_SECONDS = 0.2  # about how long compiled code may run: how soon an interrupt is heard


class Population:
    """Networks side by side: each ends with the weights that it would have alone, to rounding.

    Parameters
    ----------
    members : sequence of Member
        The networks; each is known by its place in this list, its number, as long as the population lives.
    input_size, output_size : int
        D and C, which all share.
    batch_size : int
        Examples in a mini-batch.
    order_seed : int
        The seed of the order of examples, that of ``chainrule train --seed``.
    sampling : {"permutation", "replacement"}
    dtype : {"float32", "float64"}
    threads : int, optional
        By default as many as BLAS is held to.

    Raises
    ------
    InputError
        If there is no network, or a size is out of range.

    Attributes
    ----------
    alive : tuple of int
        The numbers of the networks that are still trained.
    diverged : dict of int to int
        For each network that was dropped, the step, counted from 1, at which its loss was no finite number.
    steps_taken : int
    """

    def __init__(
        self,
        members: Sequence[Member],
        *,
        input_size: int,
        output_size: int,
        batch_size: int,
        order_seed: int = 0,
        sampling: str = "permutation",
        dtype: str = "float32",
        threads: int | None = None,
    ) -> None:
        door.check_population(members, batch_size, sampling, dtype, threads)
        self.dtype: np.dtype[np.floating] = np.dtype(np.float64) if dtype == "float64" else np.dtype(np.float32)
        self.input_size, self.output_size, self.batch_size = input_size, output_size, batch_size
        self.order_seed, self.sampling = order_seed, sampling
        self.alive: tuple[int, ...] = tuple(range(len(members)))
        self.diverged: dict[int, int] = {}
        self.steps_taken = 0
        self._all = tuple(members)
        self._workers = Workers(threads)
        self._step_seconds = CALL_SECONDS
        networks = new_networks(members, input_size, output_size, self.dtype, self._workers)
        self._networks: Arrangement | None = Arrangement(networks, self._workers)

    @property
    def members(self) -> tuple[Member, ...]:
        """The networks that are still trained, in the order of :attr:`alive`."""
        return tuple(self._all[number] for number in self.alive)

    def train(
        self,
        features: Features,
        y: Int64[ndarray, " N"],
        *,
        steps: int,
        total_steps: int,
        rows: Int64[ndarray, " n"] | None = None,
        folds: Int64[ndarray, " N"] | None = None,
    ) -> Float64[ndarray, "{steps} K"]:
        """Take some steps more, and drop every network whose loss or weights leave the finite numbers.

        Parameters
        ----------
        features, y
            All rows (N, D) and their labels (N,).
        steps : int
            How many.
        total_steps : int
            How many the training has in all, for schedules that end with it.
        rows : ndarray of shape (n,), int64, optional
            The training rows; all, if it is not given.
        folds : ndarray of shape (N,), int64, optional
            The fold of every row; needed where a member has one.

        Returns
        -------
        ndarray of shape (steps, K)
            The data loss of each network that was :attr:`alive` before, on each mini-batch before its update; nan from
            where it was dropped.

        Raises
        ------
        InputError
            If the arrays do not fit together or to the networks; nothing was changed.
        """
        rows = self._checked(features, y, rows)
        door.check_steps(self.batch_size, len(rows), steps, self.steps_taken, total_steps)
        door.check_folds(self.members, folds, rows, len(y))
        in_epoch = steps_per_epoch(len(rows), self.batch_size)
        before, losses, done = self.alive, np.full((steps, len(self.alive)), np.nan), 0
        while done < steps and self.alive:
            size = max(1, min(int(CALL_SECONDS / self._step_seconds), steps - done))
            columns = np.searchsorted(before, self.alive)
            batches = next_batches(rows, self.batch_size, self.sampling, self.order_seed, self.steps_taken, size)
            rates = next_rates(self.members, in_epoch, self.steps_taken, size, total_steps)
            losses[done : done + size, columns] = self._take(
                features, y, batches, rates, NO_FOLDS if folds is None else folds
            )
            done += size
        if self.alive:
            self._drop_infinite_weights()
        return losses

    def evaluate(
        self,
        features: Features,
        y: Int64[ndarray, " N"],
        rows: Int64[ndarray, " n"] | None = None,
        folds: Int64[ndarray, " N"] | None = None,
    ) -> Scores:
        """Measure every network on some rows, or on those of them that are of its own fold.

        Parameters
        ----------
        features, y
            All rows (N, D) and their labels (N,).
        rows : ndarray of shape (n,), int64, optional
            Which of them; all, if it is not given.
        folds : ndarray of shape (N,), int64, optional
            The fold of every row; given, each network that has a fold is measured on that alone.
        """
        rows = self._checked(features, y, rows)
        measured = [len(rows)] * len(self.alive)
        if folds is not None:
            door.check_folds(self.members, folds, rows, len(y))
            own = [member.fold for member in self.members]
            measured = [len(rows) if fold is None else int(np.count_nonzero(folds[rows] == fold)) for fold in own]
        loss, right = self._side_by_side.gather(lambda panel, _: panel.score(features, y, rows, folds))
        return Scores(self.alive, loss / measured, right / measured)

    def keep(self, numbers: Sequence[int]) -> None:
        """Go on with these networks alone; what the others took is freed.

        Raises
        ------
        InputError
            If one of them is not :attr:`alive`, or there are none.
        """
        door.check_numbers(numbers, self.alive)
        wanted, standing = set(numbers), self._side_by_side
        self._networks = None
        networks = [standing.network(place) for place, number in enumerate(self.alive) if number in wanted]
        self._networks, self.alive = Arrangement(networks, self._workers), tuple(sorted(wanted))

    def model(self, number: int) -> Parameters:
        """Return a copy of the weights of a network that is :attr:`alive`."""
        door.check_numbers([number], self.alive)
        network = self._side_by_side.network(self.alive.index(number))
        network.parameters.weights[0][...] *= network.scale
        return network.parameters

    def predict_proba(self, X: Features | Inputs) -> Float[ndarray, "N C"]:
        """Return the probabilities (N, C) of the ensemble: the mean of those that its networks give.

        Parameters
        ----------
        X : Features or ndarray of shape (N, D)
            Rows as the networks were trained on.
        """
        features = X if isinstance(X, Features) else Features(X)
        rows = np.arange(len(features.X))
        door.check_rows((self.input_size, self.output_size), self.dtype, features, rows)
        return self._side_by_side.add_up(lambda panel: panel.sum_probabilities(features, rows)) / len(self.alive)

    def predict(self, X: Features | Inputs) -> Int64[ndarray, " N"]:
        """Return the label (N,) that the ensemble finds most probable."""
        return self.predict_proba(X).argmax(axis=1)

    def state(self) -> dict[str, Shaped[ndarray, "..."]]:
        """Return everything that training has changed, as arrays by name: what :meth:`restore` goes on from."""
        state = {
            "alive": np.array(self.alive, np.int64),
            "diverged": np.array(sorted(self.diverged.items()), np.int64).reshape(-1, 2),
            "steps_taken": np.array(self.steps_taken),
        }
        for place, number in enumerate(self.alive):
            network = self._side_by_side.network(place)
            state[f"{number}.scale"] = np.array(network.scale)
            state[f"{number}.parameters"], state[f"{number}.moments"] = network.parameters.buffer, network.moments
        return state

    def restore(self, state: Mapping[str, Shaped[ndarray, "..."]]) -> None:
        """Go on from where :meth:`state` was taken, with the bits that would have come without a break.

        Raises
        ------
        InputError
            If the state is that of other networks; nothing was changed.
        """
        alive = tuple(state["alive"].tolist())
        door.check_state(state, alive, self._all, (self.input_size, self.output_size), self.dtype)
        networks = [
            saved_network(self._all[number], state, number, self.input_size, self.output_size) for number in alive
        ]
        self._networks = Arrangement(networks, self._workers) if networks else None
        self.alive, self.diverged = alive, dict(state["diverged"].tolist())
        self.steps_taken = int(state["steps_taken"].item())

    def _repr_html_(self) -> str:
        from chainrule.display.population import population_html

        return population_html(self)

    @property
    def _side_by_side(self) -> Arrangement:
        """The networks, of which one at least must be left."""
        if self._networks is None:
            raise InputError("the population", expected="a network that is left", got="none: all have diverged")
        return self._networks

    def _checked(
        self, features: Features, y: Int64[ndarray, " N"], rows: Int64[ndarray, " n"] | None
    ) -> Int64[ndarray, " _"]:
        """Return the rows to use, once all of them can be."""
        rows = np.arange(len(y)) if rows is None else rows
        door.check_rows((self.input_size, self.output_size), self.dtype, features, rows)
        door.check_labels(self.output_size, features, y, rows)
        return rows

    def _take(
        self,
        features: Features,
        y: Int64[ndarray, " N"],
        batches: Batches,
        rates: Float64[ndarray, "steps K"],
        folds: Int64[ndarray, " _"],
    ) -> Float64[ndarray, "steps K"]:
        """Take one step for each mini-batch, and drop who diverges; return the losses (steps, K) of all."""
        taken, standing, began = self.steps_taken, self._side_by_side, time.perf_counter()

        def run(panel: Panel, places: Int64[ndarray, " k"]) -> Float64[ndarray, "steps k"]:
            return panel.run(features, y, batches, np.ascontiguousarray(rates[:, places]), taken, folds)

        try:
            with np.errstate(all="ignore"):  # what is not finite is looked for
                losses = standing.gather(run)
        finally:  # interrupted or not, they are taken
            self.steps_taken += len(batches)
        self._step_seconds = max((time.perf_counter() - began) / len(batches), 1e-9)
        wrong = ~np.isfinite(losses)
        losses[np.logical_or.accumulate(wrong)] = np.nan
        places = np.flatnonzero(wrong.any(axis=0)).tolist()
        self._drop({self.alive[place]: taken + 1 + int(wrong[:, place].argmax()) for place in places})
        return losses

    def _drop(self, diverged: dict[int, int]) -> None:
        """Let networks go, of which each has diverged at a step."""
        if not diverged:
            return
        self.diverged |= diverged
        left = [number for number in self.alive if number not in diverged]
        if left:
            self.keep(left)
        else:
            self._networks, self.alive = None, ()

    def _drop_infinite_weights(self) -> None:
        """Let go whose last step led out of the finite numbers: no loss has shown it yet."""
        finite = self._side_by_side.gather(lambda panel, _: panel.finite())
        self._drop({number: self.steps_taken for number, fine in zip(self.alive, finite, strict=True) if not fine})
