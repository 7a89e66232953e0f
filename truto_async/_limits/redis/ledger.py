"""The ledger: who has which slots of a shared limit, and who gets the next ones. Pure decisions.

`ledger.lua` makes the same decisions inside Redis; a test compares the two. This one takes its place in a process that
cannot reach Redis, and in simulations.

A slot that is granted counts until one period after its answer. The window has an entry for each answer until then. All
other slots that count are held by a process: under way, or granted and not used yet. So the next slot can be granted for
the moment at which the entries that are left in the window, and all slots that are held, are fewer than the limit.

Who wants slots joins a queue, with a block of them at a time. The head of the queue gets the next slot, up to a quarter of
a period before it may be used: this is time to fetch it.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING

from attrs import Factory, define

from truto_async._limits.redis.messages import Reply

if TYPE_CHECKING:
    from truto_async._limits.redis.messages import Call, Terms

__all__ = ["Ledger", "block_size"]


@define
class Worker:
    """What the ledger knows of a process."""

    name: str
    number: int = 0
    """The number of its last call."""
    held: int = 0
    """The slots that it said it has."""
    starts: list[int] = Factory(list[int])
    """From when on the slots may be used that were granted to it since. They count as held, too."""
    delivered: int = 0
    """How many of them the last reply told of."""
    epoch: int = 0
    """The epoch in which they were granted."""
    want: int = 0
    """How many more it is queued for."""
    place: int = 0
    """Its place in the queue, counted in slots from the beginning of time."""
    lead: int = 0
    """How long before it can use a slot it is to call."""
    due: int = 0
    """When it was told to call again."""
    lease_ends: int = 0
    """When its slots are free, if it does not call again."""


def block_size(limit: int, workers: int) -> int:
    """Return how many slots a process may queue for at once.

    A quarter of its share: so it calls about four times in a period, and waits for a quarter of a period while the others
    have their turns. Where that is less than ten, it is up to ten, but no more than its share: the fewer slots there are in
    a block, the more calls are made for each; and nobody is to wait for much longer than a period.
    """
    return max(1, limit // (4 * workers), min(10, limit // workers))


class Ledger:
    """The ledger of one limit."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.notices: list[str] = []
        """What processes are to be told at once after an exchange. For all: "pause", generation, epoch and length. For one:
        "wake", its name, and in what time to call."""
        self._run: str | None = None
        self._now = self._wall = 0

    def exchange(self, call: Call, *, wall: int, run: str = "", uptime: int = 0) -> Reply:
        """Carry out a call.

        Args:
            call: what the process says.
            wall: the time of a clock that all calls share.
            run: changes when the store is started again; what it kept may be old then.
            uptime: how long ago it was started.
        """
        self.notices = []
        self._open(wall, run, uptime)
        self._expire()
        self._hold(call)
        worker = self._workers.get(call.worker) or Worker(call.worker, epoch=self._epoch)
        if call.number <= worker.number:
            return Reply(self._generation, self._epoch, self._blocked(), -1, 0, ())
        self._take_report(worker, call)
        self._pause(call.pause)
        for _ in range(2):  # if it gets what it was queued for, it queues up for more at once
            self._queue_up(worker, call.want - len(worker.starts))
            self._grant(worker)
        return self._reply(worker)

    def _open(self, wall: int, run: str, uptime: int) -> None:
        """Go on to now; where the past is not known, begin anew."""
        if self._run is None:
            self._begin(wall, run, wall + max(0, self.terms.hold - uptime))
        elif self._run != run:
            self._begin(wall, run, wall + self.terms.hold)
        self._now += max(0, wall - self._wall)  # time does not go back where the clock does
        self._wall = wall

    def _begin(self, wall: int, run: str, held_until: int) -> None:
        self._run, self._generation = run, wall
        self._now = self._wall = wall
        self._held_until, self._paused_until, self._epoch = held_until, 0, 0
        self._gap = self._next = self._spread_until = 0
        self._held = self._end = 0
        self._window: list[tuple[int, str]] = []
        self._workers: dict[str, Worker] = {}
        self._queue: dict[str, None] = {}

    def _expire(self) -> None:
        """Forget the answers that are a period old, and the processes that have not called for too long."""
        del self._window[: bisect_right(self._window, (self._now, "\U0010ffff"))]
        gone = [worker for worker in self._workers.values() if worker.lease_ends <= self._now]
        for worker in gone:
            self._held -= worker.held + len(worker.starts)
            self._queue.pop(worker.name, None)
            del self._workers[worker.name]

    def _hold(self, call: Call) -> None:
        """Grant nothing for a while if others may have used slots that are not in the ledger."""
        if call.generation not in (0, self._generation):
            self._held_until = max(self._held_until, self._generation + self.terms.hold)
        if call.returns:
            self._held_until = max(self._held_until, self._now + self.terms.per)

    def _take_report(self, worker: Worker, call: Call) -> None:
        self._void(worker)
        if call.received == worker.number:  # else the last reply was lost, and what it told of is told again
            self._drop(worker, worker.delivered)
        if call.want < 0:
            self._drop(worker, len(worker.starts))
        self._held += call.held - worker.held
        worker.held, worker.number, worker.lead, worker.delivered = call.held, call.number, call.lead, 0
        known = {name for _, name in self._window} if call.ages else set[str]()
        for index, age in enumerate(call.ages):
            until, name = self._now - age + self.terms.per, f"{call.worker}:{call.first + index}"
            if until > self._now and name not in known:
                insort(self._window, (until, name))

    def _drop(self, worker: Worker, count: int) -> None:
        self._held -= count
        del worker.starts[:count]

    def _void(self, worker: Worker) -> None:
        """Take back what was granted before a pause. What the process was told of, it may have used; it will say so."""
        if worker.epoch != self._epoch:
            self._held -= len(worker.starts) - worker.delivered
            del worker.starts[worker.delivered :]
            worker.epoch = self._epoch

    def _pause(self, length: int) -> None:
        """Grant nothing until the pause ends, and then one slot at a time, for a period and as long as anybody is queued."""
        if self._gap and self._now >= self._spread_until and not self._queue:
            self._gap = 0
        ends = self._now + length
        if length > 0 and ends > self._paused_until:
            self._paused_until = ends
            self._epoch += 1
            self._gap = max(1, self.terms.per // self.terms.limit)
            self._next = max(self._next, ends)
            self._spread_until = max(self._spread_until, ends + self.terms.per)
            self.notices.append(f"pause {self._generation} {self._epoch} {ends - self._now}")

    def _queue_up(self, worker: Worker, want: int) -> None:
        self._workers[worker.name] = worker
        want = max(0, min(want, max(self.block_size(), self._free() // (2 * len(self._workers)))))
        if worker.want:
            worker.want = min(worker.want, want)
        elif want:
            worker.want, worker.place = want, self._end
            self._end += want
            self._queue[worker.name] = None
        if not worker.want:
            self._queue.pop(worker.name, None)

    def _free(self) -> int:
        """Return how many slots are free at once."""
        return self.terms.limit - self._held - len(self._window)

    def block_size(self) -> int:
        """Return how many slots a process may queue for at once, where they are scarce."""
        return block_size(self.terms.limit, len(self._workers))

    def _grant(self, caller: Worker) -> None:
        """Grant slots to the head of the queue for as long as there are any that may be used soon."""
        horizon = self._now + self.terms.per // 4
        while self._queue:
            head = self._workers[next(iter(self._queue))]
            self._void(head)
            if self._free() <= 0:  # others may have come since it was queued
                head.want = min(head.want, self.block_size())
            wake_at: int | None = None
            while head.want:
                start = self._next_start()
                if start is None or start > horizon:
                    break
                head.starts.append(start)
                head.want -= 1
                head.place += 1
                self._held += 1
                if wake_at is None and start < head.due:
                    wake_at = max(self._now, start - head.lead)
                if self._gap:  # a slot that is granted late delays the next one by half a gap at most
                    self._next = max(self._next, start - self._gap // 2) + self._gap
            if wake_at is not None and head is not caller:
                head.due = wake_at
                self.notices.append(f"wake {head.name} {wake_at - self._now}")
            if head.want:
                break
            del self._queue[head.name]

    def _next_start(self) -> int | None:
        """Return from when on the next slot may be used; None if that depends on answers that are still to come."""
        free_at = self._free_at(0)
        return (
            None if free_at is None else max(free_at, self._held_until, self._paused_until, self._next if self._gap else 0)
        )

    def _free_at(self, ahead: int) -> int | None:
        """Return when a slot is free, if `ahead` others are granted first."""
        rank = self._held + len(self._window) + ahead - self.terms.limit
        if rank < 0:
            return self._now
        return self._window[rank][0] if rank < len(self._window) else None

    def _reply(self, worker: Worker) -> Reply:
        worker.delivered = len(worker.starts)
        worker.lease_ends = self._now + self.terms.lease + self.terms.per
        due, expected = -1, 0
        if worker.want:
            ahead = worker.place - self._workers[next(iter(self._queue))].place
            expected, due = self._expect(ahead, worker.lead)
            worker.due = self._now + due
        elif not worker.held and not worker.starts:
            del self._workers[worker.name]
        blocked = self._blocked()
        starts = tuple(max(blocked, start - self._now) for start in worker.starts)
        return Reply(self._generation, self._epoch, blocked, due, expected, starts)

    def _expect(self, ahead: int, lead: int) -> tuple[int, int]:
        """Return how soon at best a slot can be used if `ahead` others are granted first, and how soon to call for it.

        Where that depends on answers that the ledger has yet to be told of, that is long enough for all of them: the process
        will be woken before.
        """
        free_at = self._free_at(ahead)
        others = max(self._held_until, self._paused_until, self._next + ahead * self._gap if self._gap else 0)
        soonest = max(self._now if free_at is None else free_at, others) - self._now
        due = max(self.terms.per // 64, soonest - lead)
        if free_at is None:
            due = max(due, self.terms.per, (self._held + ahead) * self.terms.per // self.terms.limit)
        return soonest, due

    def _blocked(self) -> int:
        return max(0, max(self._held_until, self._paused_until) - self._now)
