"""A fleet under one shared limit, without sockets and without waiting: the ledger, the holdings, and a clock that jumps."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from truto_async._limits.redis.holdings import Holdings, Timing
from truto_async._limits.redis.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from truto_async._limits.redis.messages import Call, Reply

__all__ = ["Fleet", "Load", "Outcome"]


@dataclass(frozen=True)
class Load:
    """What a process does: so many tasks, each of which sends one request after another."""

    tasks: int = 8
    request: float = 0.2
    """The seconds that a request takes."""
    begins: float = 0.0
    """When it begins."""
    requests: float = float("inf")
    """How many it sends in all; then it leaves."""


@dataclass
class Outcome:
    """What became of a simulated fleet."""

    seconds: float
    sent: list[float] = field(default_factory=list)
    """When each request was sent."""
    excess: int = 0
    """How many requests a server refuses that counts any window of a period."""
    calls: int = 0
    """The round trips to the ledger."""
    longest_wait: float = 0.0
    """The longest time that any process waited between two slots, or for its first."""


class Fleet:
    """Processes with delays of their own between them and the ledger."""

    def __init__(
        self,
        delays: Sequence[float],
        *,
        limit: int = 500,
        per: float = 10.0,
        timeout: float = 2.0,
        load: Load | Callable[[int], Load] = Load(),
        ledger: type[Ledger] = Ledger,
        loss: float = 0.0,
        seed: int = 0,
    ) -> None:
        """Take the one-way delay of each process, in seconds, and how likely it is that a call or its reply is lost."""
        self.per, self.limit, self.timeout, self.loss = per, limit, timeout, loss
        self.random = random.Random(seed)  # noqa: S311  # the same fleet each time
        timing = Timing(per, per / 2 + timeout, per / 2 + timeout + 30.0)
        self.ledger = ledger(timing.terms(limit))
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self.processes = [
            Process(self, f"p{number}", delay, load(number) if callable(load) else load, timing)
            for number, delay in enumerate(delays)
        ]
        self.names = {process.holdings.worker: process for process in self.processes}
        self._window: deque[float] = deque()
        self.outcome = Outcome(0.0)

    def at(self, moment: float, event: Callable[[], None]) -> None:
        """Have something happen later."""
        heapq.heappush(self._events, (max(moment, self.now), next(self._count), event))

    def run(self, seconds: float) -> Outcome:
        """Go on for some seconds."""
        until = self.now + seconds
        while self._events and self._events[0][0] <= until:
            self.now, _, event = heapq.heappop(self._events)
            event()
        self.now = until
        for process in self.processes:
            process.note_wait()
        self.outcome.seconds += seconds
        return self.outcome

    def arrive(self) -> None:
        """Judge a request that reaches the server, as the server does."""
        while self._window and self._window[0] <= self.now - self.per:
            self._window.popleft()
        if len(self._window) >= self.limit:
            self.outcome.excess += 1
        else:
            self._window.append(self.now)

    def exchange(self, call: Call) -> Reply:
        """Have the ledger carry out a call, and pass on what it has to say at once."""
        reply = self.ledger.exchange(call, wall=round(self.now * 1e6) + 10**15, uptime=10**12)
        for notice in self.ledger.notices:
            kind, *details = notice.split(" ")
            if kind == "wake":
                process = self.names[details[0]]
                self.at(self.now + process.delay(), partial(process.hear_wake, int(details[1]) / 1e6))
            else:
                for process in self.processes:
                    generation, epoch, length = map(int, details)
                    self.at(self.now + process.delay(), partial(process.hear_pause, generation, epoch, length / 1e6))
        return reply


class Process:
    """One process of the fleet, with a clock of its own."""

    def __init__(self, fleet: Fleet, name: str, delay: float, load: Load, timing: Timing) -> None:
        self.holdings = Holdings(timing, name)
        self.holdings.is_told = True
        self._fleet, self._delay, self.load = fleet, delay, load
        self._clock = fleet.random.uniform(-1e6, 1e6)
        self._waiting = self._asked = 0
        self._calling = False
        self._dead = False
        self._timer = 0
        self._last_slot = 0.0
        self.granted = 0
        for _ in range(load.tasks):
            fleet.at(load.begins + fleet.random.uniform(0.0, 0.01), self._ask)

    def delay(self) -> float:
        """Return how long a message takes now."""
        return self._delay * self._fleet.random.uniform(0.8, 1.2)

    def kill(self) -> None:
        """End it without a word."""
        self.note_wait()
        self._dead = True

    def pause(self, seconds: float) -> None:
        """Pause the limit, as after an answer of 429."""
        if not self._dead:
            self.holdings.pause(self._now(), seconds)
            self._step()

    def hear_wake(self, seconds: float) -> None:
        """Hear that there are slots."""
        self.holdings.hear_wake(self._now(), seconds)
        self._step()

    def hear_pause(self, generation: int, epoch: int, seconds: float) -> None:
        """Hear of a pause."""
        self.holdings.hear_pause(self._now(), generation, epoch, seconds)
        self._step()

    def note_wait(self) -> None:
        """Note how long it has waited."""
        if self._waiting and not self._dead:
            outcome = self._fleet.outcome
            outcome.longest_wait = max(outcome.longest_wait, self._fleet.now - self._last_slot)

    def _now(self) -> float:
        return self._fleet.now + self._clock

    def _ask(self) -> None:
        if self._asked >= self.load.requests:
            return
        self._asked += 1
        if not self._waiting:
            self._last_slot = self._fleet.now
        self._waiting += 1
        self._step()

    def _step(self) -> None:
        if self._dead:
            return
        now = self._now()
        while self._waiting and self.holdings.take(now):
            self.note_wait()
            self._waiting -= 1
            self._last_slot = self._fleet.now
            self.granted += 1
            self._send()
        due = self.holdings.next_call(now, self._waiting)
        if not self._calling and due <= now:
            self._call()
        naps = [self.holdings.longest_nap(self._waiting)]
        if not self._calling:
            naps.append(due - now)
        if self._waiting:
            naps += [nap for nap in [self.holdings.seconds_until_free(0, now)] if nap > 0]
        self._timer += 1
        timer = self._timer
        self._fleet.at(self._fleet.now + min(naps) + 1e-6, lambda: self._step() if timer == self._timer else None)

    def _send(self) -> None:
        fleet, seconds = self._fleet, self.load.request * self._fleet.random.uniform(0.5, 1.5)
        fleet.outcome.sent.append(fleet.now)
        fleet.at(fleet.now + seconds * fleet.random.uniform(0.1, 0.9), fleet.arrive)
        fleet.at(fleet.now + seconds, self._answer)

    def _answer(self) -> None:
        if not self._dead:
            self.holdings.release(self._now(), counted=True)
            self._ask()
            if self.granted >= self.load.requests and not self.holdings.in_flight:
                self._leave()

    def _leave(self) -> None:
        fleet, call = self._fleet, self.holdings.leave(self._now())
        self._dead = True

        def exchange() -> None:
            fleet.exchange(call)

        fleet.at(fleet.now + self.delay(), exchange)

    def _call(self) -> None:
        fleet, sent = self._fleet, self._now()
        call = self.holdings.call(sent, self._waiting)
        self._calling = True
        fleet.outcome.calls += 1

        def exchange() -> None:
            reply = fleet.exchange(call)
            if fate > 1 - fleet.loss / 2:
                give_up()
            else:
                fleet.at(fleet.now + self.delay(), lambda: self._hear(reply, sent))

        def give_up() -> None:
            fleet.at(fleet.now + fleet.timeout, self._go_on)

        fate = fleet.random.random()
        fleet.at(fleet.now + self.delay(), give_up if fate < fleet.loss / 2 else exchange)

    def _go_on(self) -> None:
        self._calling = False
        self._step()

    def _hear(self, reply: Reply, sent: float) -> None:
        self._calling = False
        self.holdings.hear(reply, sent, self._now())
        self._step()
