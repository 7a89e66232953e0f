"""What a process tells the ledger, and what it is told. Times are in microseconds."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

__all__ = ["Call", "Reply", "Terms"]


@frozen
class Terms:
    """The numbers that all who share a limit agree on."""

    limit: int
    """The slots."""

    per: int
    """The period: how long a slot counts after its answer."""

    lease: int
    """How long after its last call a process's slots are taken to be under way; then they count for another period."""

    hold: int
    """How long nothing is granted where the past is not known. By then, what anybody may have sent has left the window."""


@frozen
class Call:
    """One call of a process. It states what is, not what has changed, so that a lost call or reply does no harm."""

    worker: str
    """The process."""

    number: int
    """The number of this call. A call that comes after a later one is ignored."""

    received: int
    """The number of the last call whose reply came."""

    generation: int
    """The ledger's generation in that reply; 0 if there was none lately."""

    held: int
    """The slots that the process has: under way, or ready to be used."""

    want: int
    """How many more it could use; -1 if this is its last call, and it will use none any more."""

    lead: int
    """How long before it can use a slot the process is to call for it."""

    pause: int
    """How long nobody is to get a slot; 0 for no such wish."""

    returns: bool
    """Whether the process comes back from limiting itself, while it could not reach the ledger."""

    first: int
    """The number of the first of the answers below. The process counts its answers."""

    ages: Sequence[int]
    """How long ago the answers came that it has not told of yet."""

    def arguments(self, terms: Terms) -> list[str | int]:
        """Return the arguments of the Lua script, after the first two."""
        numbers = [self.number, self.received, self.generation, self.held, self.want, self.lead, self.pause]
        agreed = [terms.limit, terms.per, terms.lease, terms.hold]
        return [*agreed, self.worker, *numbers, int(self.returns), self.first, *self.ages]


@frozen
class Reply:
    """The reply to a call. Times are from now on."""

    generation: int
    """Changes when the ledger was lost and begun anew."""

    epoch: int
    """Changes with each pause: what was granted before it is void."""

    blocked: int
    """Until when nothing is granted, because of a pause or a hold; 0 if that is not so."""

    due: int
    """When to call again, because the process is queued; -1 if it is not."""

    expected: int
    """When the first of the slots that it is queued for will be free, as far as is known."""

    starts: Sequence[int] = ()
    """From when on each of the slots granted to the process may be used."""
