"""What one process has of a shared limit: the slots that it may use, what it has to tell the ledger, and when. Pure.

Times are in seconds of a monotonic clock of the process's own. The ledger's times come as seconds from the moment at which
it replied. That was before the reply came, so slots are used a little late, and never too early.
"""

from __future__ import annotations

import math
import secrets
from bisect import insort
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from truto_async._limits.redis.messages import Call, Terms

if TYPE_CHECKING:
    from truto_async._limits.redis.messages import Reply

__all__ = ["Holdings", "Timing"]

_NEVER = -math.inf
_VALID_UNTOLD, _LOOK_UNTOLD = 0.4, 0.3


@frozen
class Timing:
    """How long things take or last, in seconds."""

    per: float
    """The period."""

    valid: float
    """How long after a call its slots may be used. Those of a process that cannot reach the ledger run out."""

    lease: float
    """How long the slots of a process are kept for it after its last call."""

    @property
    def keep(self) -> float:
        """How long slots are kept that nobody waits for, while others are in use."""
        return self.per / 8

    @property
    def keep_idle(self) -> float:
        """How long slots are kept when none is in use: most likely there is nothing left to do."""
        return self.per / 50

    @property
    def renew(self) -> float:
        """How long after its last call a process that has slots calls again."""
        return min(self.lease / 4, self.per)

    def terms(self, limit: int) -> Terms:
        """Return what the ledger has to know."""
        return Terms(limit, _microseconds(self.per), _microseconds(self.lease), _microseconds(self.per + self.valid))


class Holdings:
    """The slots of one limit that a process has."""

    def __init__(self, timing: Timing, worker: str | None = None) -> None:
        """Have none yet. The worker is the name of the process; by default a random one."""
        self.worker: str = worker or secrets.token_urlsafe(9)
        self.in_flight: int = 0
        """The slots in use."""
        self.is_told: bool = False
        """Whether it is told of pauses when they begin. Where it is not, slots do not stay valid for long."""
        self._timing = timing
        # From when on each free slot may be used; descending, so that the next one is the last.
        self._ready: list[float] = []
        self._valid_until = _NEVER
        self._answers: list[float] = []  # when the answers came that the ledger does not know of
        self._first_answer = 0
        self._number = self._received = self._told = 0
        self._generation = self._epoch = 0
        self._contact = _NEVER  # when the last call was sent that was replied to
        self._due: float | None = None  # when to call again, while queued for slots
        self._wake_at = math.inf
        self._lead = timing.per / 16  # how long before it can use a slot it is to call
        self._expected = _NEVER
        self._blocked_until = self._paused_until = _NEVER  # by anything; by a pause
        self._pause_until = self._pause_told = _NEVER  # of what the ledger is to be told
        self._has_news = False
        self._last_active = _NEVER  # when a slot was taken or returned
        self._last_block = 0
        self._uses = UseCount(timing.keep)

    @property
    def has_slots(self) -> bool:
        """Whether there are slots that were not used yet."""
        return bool(self._ready)

    @property
    def is_busy(self) -> bool:
        """Whether there are slots of any kind, or answers that the ledger has to be told of."""
        return bool(self._ready or self.in_flight or self._answers)

    def take(self, now: float) -> bool:
        """Take a slot if one may be used."""
        if not self._ready or self._ready[-1] > now or now > self._valid_until:
            return False
        self._ready.pop()
        self.in_flight += 1
        self._last_active = now
        self._uses.add(now)
        return True

    def release(self, now: float, *, counted: bool) -> None:
        """Return a slot that was used; one that does not count may be used again."""
        if not self.in_flight:  # it was taken before a fork: it is the parent's
            return
        self.in_flight -= 1
        self._last_active = now
        if counted:
            self._answers.append(now)
        elif now >= self._blocked_until:
            self._add(now)

    def pause(self, now: float, seconds: float) -> None:
        """Use no slot for some seconds, and have the ledger tell all processes."""
        self._pause_until = max(self._pause_until, now + seconds)
        self._block(now + seconds)

    def hear_pause(self, now: float, generation: int, epoch: int, seconds: float) -> None:
        """Take in that somebody has paused the limit."""
        if generation != self._generation or epoch > self._epoch:
            if generation == self._generation:
                self._epoch = epoch
            self._block(now + seconds)

    def hear_wake(self, now: float, seconds: float) -> None:
        """Take in that the ledger has slots for this process, and in what time to call."""
        self._wake_at = min(self._wake_at, now + seconds)

    def look(self) -> None:
        """Call at once, since something may have been missed."""
        self._has_news = True

    def seconds_until_free(self, ahead: int, now: float) -> float:
        """Return the seconds until a slot can be used when `ahead` others are taken first, as far as that is known."""
        if ahead < len(self._ready) and now <= self._valid_until:
            return max(0.0, self._ready[-1 - ahead] - now)
        return max(0.0, self._blocked_until - now, self._expected - now)

    def next_call(self, now: float, waiting: int) -> float:
        """Return when to call, with so many tasks waiting for slots; infinity for never."""
        if self._ready and now > self._valid_until:
            self._ready.clear()
            self._has_news = True
        if self._has_news or (self._due is None and waiting > len(self._ready)):
            return now
        moments = [self._wake_at]
        if self._due is not None:
            moments.append(self._due if self.is_told else min(self._due, self._contact + _LOOK_UNTOLD))
        if self._answers:
            # So late, the ledger can still grant the slot again in time. Most likely there will be another call before.
            moments.append(self._answers[0] + self._timing.per - self._lead / 2)
        if self._ready and not waiting:
            moments.append(self._idle_from())
        if self._ready and not self.is_told:
            moments.append(self._contact + _LOOK_UNTOLD)
        if self._ready or self.in_flight:
            moments.append(self._contact + self._timing.renew)
        return min(moments)

    def longest_nap(self, waiting: int) -> float:
        """Return after how long to ask again when to call: an answer may change that."""
        return self._timing.keep_idle if self._ready and not waiting else self._timing.keep

    def call(self, now: float, waiting: int, *, returns: bool = False) -> Call:
        """Make a call; `returns` if the process has limited itself since the last one."""
        want = self._want(now, waiting)
        if self._is_idle(now, waiting):
            self._ready.clear()
        self._has_news = False
        self._wake_at = math.inf
        self._number += 1
        self._told = len(self._answers)
        self._pause_told = self._pause_until
        # Much later, the ledger may have been forgotten in good order.
        is_recent = now - self._contact < self._timing.per + self._timing.valid
        return Call(
            worker=self.worker,
            number=self._number,
            received=self._received,
            generation=self._generation if is_recent else 0,
            held=self.in_flight + len(self._ready),
            want=want,
            lead=_microseconds(self._lead),
            pause=_microseconds(max(0.0, self._pause_until - now)),
            returns=returns and is_recent,
            first=self._first_answer,
            ages=[_microseconds(now - answer) for answer in self._answers],
        )

    def leave(self, now: float) -> Call:
        """Make a last call, which gives back what is not under way."""
        self._ready.clear()
        return evolve(self.call(now, 0), want=-1)

    def hear(self, reply: Reply, sent: float, now: float) -> None:
        """Take in the reply to the last call, which was sent at some moment."""
        self._received = self._number
        self._first_answer += self._told
        del self._answers[: self._told]
        if self._pause_until <= self._pause_told:
            self._pause_until = _NEVER
        is_void = False
        if reply.generation != self._generation:
            self._begin(reply, now)
        elif reply.epoch < self._epoch:
            is_void = self._has_news = True
        elif reply.epoch > self._epoch:
            self._epoch = reply.epoch
            self._void()
        if reply.blocked:
            self._blocked_until = max(self._pause_until, now + _seconds(reply.blocked))
        self._lead = min(max(self._timing.per / 16, self._lead * 0.9, 4 * (now - sent)), self._timing.per / 4)
        self._due = None if reply.due < 0 else now + _seconds(reply.due)
        self._expected = _NEVER if reply.due < 0 else now + _seconds(reply.expected)
        self._contact = sent
        self._valid_until = sent + self._timing.valid if self.is_told else now + min(self._timing.valid, _VALID_UNTOLD)
        if reply.starts and not is_void:
            self._last_active, self._last_block = now, len(reply.starts)
            for start in reply.starts:  # the ledger may not know yet of a pause that this process knows of
                self._add(max(now + _seconds(start), self._paused_until))

    def _begin(self, reply: Reply, now: float) -> None:
        """Take in that the ledger is not the one that is known: it was lost, with all slots and pauses."""
        if self._paused_until > now:
            self._pause_until = max(self._pause_until, self._paused_until)
            self._has_news = True
        self._generation, self._epoch = reply.generation, reply.epoch
        self._void()

    def _block(self, until: float) -> None:
        self._blocked_until = max(self._blocked_until, until)
        self._paused_until = max(self._paused_until, until)
        self._ready.clear()
        self._has_news = True

    def _void(self) -> None:
        if self._ready:
            self._ready.clear()
            self._has_news = True

    def _add(self, start: float) -> None:
        insort(self._ready, start, key=lambda moment: -moment)

    def _is_idle(self, now: float, waiting: int) -> bool:
        return not waiting and now >= self._idle_from()

    def _idle_from(self) -> float:
        """Return from when on its slots are not needed any more, if nobody comes."""
        return self._last_active + (self._timing.keep if self.in_flight else self._timing.keep_idle)

    def _want(self, now: float, waiting: int) -> int:
        """Return how many slots to ask for: for those who wait, and for those who will come before the next call."""
        uncovered = waiting - len(self._ready)
        if not waiting and (not self.in_flight or self._is_idle(now, waiting)):
            return 0
        soon = min(self._uses.expected(now), 4 * self._last_block)
        if self._due is not None:  # slots are scarce: those that come next will be used
            soon = max(soon, 2 * self._last_block)
        return max(0, uncovered, soon + min(0, uncovered))


class UseCount:
    """Counts how many slots were used lately."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began = _NEVER
        self._count = self._before = 0

    def add(self, now: float) -> None:
        """Count one."""
        self._go_on(now)
        self._count += 1

    def expected(self, now: float) -> int:
        """Return how many there will be in the next so many seconds, if it goes on as lately."""
        self._go_on(now)
        part = (now - self._began) / self._seconds
        if self._before:
            return self._count + int(self._before * (1 - part))
        return int(self._count / max(part, 1 / 16))

    def _go_on(self, now: float) -> None:
        age = now - self._began
        if age >= self._seconds:
            self._before = self._count if age < 2 * self._seconds else 0
            self._began = self._began + self._seconds if age < 2 * self._seconds else now
            self._count = 0


def _microseconds(seconds: float) -> int:
    return int(seconds * 1e6)


def _seconds(microseconds: int) -> float:
    return microseconds / 1e6
