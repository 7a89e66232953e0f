"""The ledger of the shared limit: its Lua script decides as the Python does."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import redis_server
from truto_async._limits.redis.ledger import Ledger
from truto_async._limits.redis.messages import Call, Reply, Terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.redis_server import RedisServer

SCRIPT = files("truto_async._limits.redis").joinpath("ledger.lua").read_text()
KEYS = [f"{{ledger}}:{name}" for name in ("state", "window", "workers", "leases", "queue")]
# The same script, with a clock and a server that are said from outside.
DRIVEN = "local WALL, RUN, UPTIME = table.remove(ARGV), table.remove(ARGV), table.remove(ARGV)\n" + SCRIPT.replace(
    "redis.call('TIME')", "{ string.sub(WALL, 1, -7), string.sub(WALL, -6) }"
).replace("redis.pcall('INFO', 'server')", "'run_id:' .. RUN .. '\\nuptime_in_seconds:' .. UPTIME")


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = redis_server.start(tmp_path_factory.mktemp("redis"), age=0.0)
    yield server
    server.stop()


@define
class Step:
    """One call of a process that may have lost replies, and what else happens before it."""

    worker: int
    wait: int
    want: int
    used: int
    unused: int
    pause: int
    returns: bool
    is_lost: bool
    is_old: bool
    loss: str


STEPS = st.builds(
    Step,
    worker=st.integers(0, 5),
    wait=st.one_of(
        st.integers(0, 300_000), st.just(3_000_000), st.just(4_500_000), st.just(20_000_000), st.just(-5_000_000)
    ),
    want=st.one_of(st.integers(0, 12), st.just(-1)),
    used=st.integers(0, 12),
    unused=st.integers(0, 3),
    pause=st.sampled_from([0] * 12 + [400_000, 1_500_000]),
    returns=st.sampled_from([False] * 15 + [True]),
    is_lost=st.sampled_from([False] * 5 + [True]),
    is_old=st.sampled_from([False] * 9 + [True]),
    loss=st.sampled_from([""] * 25 + ["restart", "failover", "flush"]),
)


@define
class Process:
    """What a process knows."""

    name: str
    held: int = 0
    number: int = 0
    received: int = 0
    generation: int = 0
    first: int = 0
    answers: list[int] = field(factory=list)

    def call(self, step: Step, wall: int) -> Call:
        """Use some slots, give some back, and ask for more."""
        used = min(step.used, self.held)
        self.answers += [wall - index * 1000 for index in range(used)]
        self.held -= used + min(step.unused, self.held - used)
        self.number += 1
        return Call(
            worker=self.name,
            number=max(1, self.number - 2) if step.is_old else self.number,
            received=self.received,
            generation=self.generation,
            held=self.held,
            want=step.want,
            lead=60_000 + step.worker,
            pause=step.pause,
            returns=step.returns,
            first=self.first,
            ages=[wall - answer for answer in self.answers],
        )

    def hear(self, reply: Reply) -> None:
        """Take in the reply."""
        self.received, self.generation = self.number, reply.generation
        self.first += len(self.answers)
        self.answers = []
        self.held += len(reply.starts)


def spoken(notice: str) -> tuple[str, str]:
    """Return the channel and the message of a notice."""
    kind, *details = notice.split()
    if kind == "wake":
        return f"channel:{details[0]}", f"label wake {details[1]}"
    return "channel", f"label {notice}"


def ask(script: Any, call: Call, terms: Terms, clock: tuple[int, str, int]) -> Reply:
    """Ask the script."""
    wall, run, uptime = clock
    arguments = ["channel", "label", *call.arguments(terms), uptime // 1_000_000, run, wall]
    generation, epoch, blocked, due, expected, *starts = script(keys=KEYS, args=arguments)
    return Reply(generation, epoch, blocked, due, expected, tuple(starts))


@settings(max_examples=150)
@given(steps=st.lists(STEPS, max_size=60), limit=st.sampled_from([1, 2, 7, 40]), uptime=st.sampled_from([0, 60_000_000]))
def test_the_script_decides_as_the_python(server: RedisServer, steps: list[Step], limit: int, uptime: int) -> None:
    """For any course of events, both give the same replies and the same notices."""
    terms = Terms(limit=limit, per=1_000_000, lease=4_000_000, hold=2_500_000)
    ledger = Ledger(terms)
    processes = [Process(f"w{number}") for number in range(6)]
    wall, run = 1_700_000_000_000_000, "a"
    with server.client() as client, client.pubsub() as notices:
        client.flushall()
        notices.subscribe("channel", *(f"channel:w{number}" for number in range(6)))
        for _ in range(7):
            notices.get_message(timeout=5)
        script = client.register_script(DRIVEN)
        for step in steps:
            wall += step.wait
            uptime += max(0, step.wait)
            if step.loss == "flush":
                ledger = Ledger(terms)
                client.flushall()
            elif step.loss:
                run, uptime = run + "a", 0 if step.loss == "restart" else uptime
            process = processes[step.worker]
            call = process.call(step, wall)

            expected = ledger.exchange(call, wall=wall, run=run, uptime=uptime // 1_000_000 * 1_000_000)
            found = ask(script, call, terms, (wall, run, uptime))

            assert expected == found
            for notice in ledger.notices:
                heard = notices.get_message(timeout=5)
                assert spoken(notice) == (heard["channel"].decode(), heard["data"].decode())
            if not step.is_lost and not step.is_old:
                process.hear(found)
        assert all(0 < client.pttl(key) <= 8_500 + 1_500 for key in client.scan_iter())


def test_a_call_that_comes_late(server: RedisServer) -> None:
    """What comes after a later call of the same process changes nothing, and grants nothing."""
    terms = Terms(limit=3, per=1_000_000, lease=4_000_000, hold=2_500_000)
    ledger, process = Ledger(terms), Process("w")
    step = Step(0, wait=0, want=2, used=0, unused=0, pause=0, returns=False, is_lost=False, is_old=False, loss="")
    wall, old = 1_700_000_000_000_000, 60_000_000
    late, timely = process.call(step, wall), process.call(step, wall)
    with server.client() as client:
        client.flushall()
        script = client.register_script(DRIVEN)
        for call, granted in ((timely, 2), (late, 0)):
            expected = ledger.exchange(call, wall=wall, run="a", uptime=old)

            assert granted == len(expected.starts)
            assert expected == ask(script, call, terms, (wall, "a", old))
