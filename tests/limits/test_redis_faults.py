"""What becomes of a shared limit when Redis is away, slow, or does not do what it is asked. A server judges."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from redis import exceptions

from benchmarks import relay
from tests import redis_server
from tests.conftest import wait_until
from truto_async import APITimeoutError, AsyncTruto, RateLimiterUnavailableError, TrutoError
from truto_async._limits.redis import store
from truto_async._limits.redis.store import advice
from truto_async.redis import RedisRateLimit
from truto_async.testing import SEED_JOBS, FakeTruto

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.redis_server import RedisServer

JOB_ID = SEED_JOBS[3]["id"]
LIMIT, PER, TIMEOUT = 40, 0.5, 0.5
OLD = 3.0
SOME = LIMIT // 4  # requests that show that it works; how many there are, the benchmarks measure


@pytest.fixture(name="one_server", scope="module")
def _one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = redis_server.start(tmp_path_factory.mktemp("redis"), age=OLD)
    yield server
    server.stop()


@pytest.fixture(name="server")
def _server(one_server: RedisServer) -> Iterator[RedisServer]:
    """Give a server to do harm to."""
    one_server.wait_until_old(OLD)
    yield one_server
    with one_server.client() as client:
        client.flushall()
        client.config_set("maxmemory", 0)


class Fleet:
    """Several processes, as far as Redis can tell, which send as many requests as they may."""

    def __init__(self, url: str, fake: FakeTruto, count: int = 3, **options: Any) -> None:
        """Make them."""
        common: dict[str, Any] = {"limit": LIMIT, "per": PER, "name": "fleet", "timeout": TIMEOUT, "local_share": 0.3}
        self.limits = [RedisRateLimit.from_url(url, **common | options) for _ in range(count)]
        self.errors: list[TrutoError] = []
        self.longest = 0.0
        """The longest that a call has taken."""
        self._fake = fake

    async def run(self, seconds: float, *events: tuple[float, Callable[[], object]]) -> None:
        """Send for some seconds, and have things happen in between."""
        until = time.monotonic() + seconds
        try:
            async with asyncio.TaskGroup() as group:
                for limit in self.limits:
                    group.create_task(self._send(limit, until))
                for moment, event in events:
                    group.create_task(self._do(moment, event))
        finally:
            await asyncio.gather(*(asyncio.to_thread(limit.close) for limit in self.limits))

    def sent(self, began: float, ended: float = float("inf")) -> int:
        """Count the requests in a time."""
        return sum(began <= request.time < ended for request in self._fake.requests)

    async def _do(self, moment: float, event: Callable[[], object]) -> None:
        await asyncio.sleep(moment)
        await asyncio.to_thread(event)

    async def _send(self, limit: RedisRateLimit, until: float) -> None:
        async with AsyncTruto(self._fake.token, base_url=self._fake.url, rate_limit=limit, retry=None) as truto:
            await asyncio.gather(*(self._send_one_by_one(truto, until) for _ in range(16)))

    async def _send_one_by_one(self, truto: AsyncTruto, until: float) -> None:
        while (began := time.monotonic()) < until:
            try:
                await truto.with_options(deadline=until - began).sync_jobs.get(JOB_ID)
            except APITimeoutError:
                return  # the time is up, or will be before there is a slot
            except TrutoError as error:
                self.errors.append(error)
                await asyncio.sleep(0.05)
            self.longest = max(self.longest, time.monotonic() - began)

    def assert_never_over(self) -> None:
        """The server has refused nothing, and nothing went wrong but that Redis was away."""
        assert {RateLimiterUnavailableError} >= {type(error) for error in self.errors}, self.errors


@pytest.mark.parametrize("policy", ["raise", "local"])
@pytest.mark.parametrize("fault", ["stopped", "frozen"])
async def test_away_for_a_while(
    server: RedisServer, fake_truto: FakeTruto, fault: str, policy: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Errors come soon, or each process goes on with its share; and all is as before when Redis is back."""
    fake_truto.limit(LIMIT, per=PER)
    fleet = Fleet(server.url, fake_truto, on_unavailable=policy)
    leave, come = (server.stop, server.start) if fault == "stopped" else (server.freeze, server.thaw)
    began = time.monotonic()

    await fleet.run(7.0, (1.0, leave), (3.5, come))

    fleet.assert_never_over()
    assert fleet.sent(began, began + 1.0) >= SOME
    assert fleet.sent(began + 6.0) >= SOME
    assert (policy == "raise") == bool(fleet.errors)
    assert (policy == "local") == (fleet.sent(began + 2.7, began + 3.5) > 0)
    assert fleet.longest < (3.0 if policy == "raise" else 5.0)
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert (policy == "local") == any("limits itself: 12 requests in 0.5 s" in text for text in warnings)
    assert any("can be asked again" in text for text in warnings)


async def test_a_share_is_used_while_redis_does_not_answer(server: RedisServer) -> None:
    """Who limits itself does not wait for Redis, which is tried beside that; the last window is used up like the others."""
    limit = RedisRateLimit.from_url(
        server.url, limit=LIMIT, per=PER, name="x", timeout=TIMEOUT, on_unavailable="local", local_share=0.5
    )
    async with limit:
        server.freeze()
        began = time.monotonic()
    taken: list[float] = []
    while await limit.acquire(began + 6.0) is None:
        taken.append(time.monotonic())
        limit.release()
    server.thaw()
    await wait_until(lambda: limit._link._outage is None)
    limit.close()

    windows = 8  # of 10; there would be 6 if Redis were waited for in between
    assert windows * LIMIT // 2 <= len(taken)


async def test_read_only(server: RedisServer, fake_truto: FakeTruto) -> None:
    """The error says what to do; when that is done, all is as before."""
    fake_truto.limit(LIMIT, per=PER)
    fleet = Fleet(server.url, fake_truto, count=2)
    began = time.monotonic()
    with server.client() as client:
        await fleet.run(4.5, (0.7, lambda: client.replicaof("127.0.0.1", 1)), (2.2, lambda: client.replicaof("NO", "ONE")))

    fleet.assert_never_over()
    assert fleet.errors
    assert all("URL of the primary" in str(error) for error in fleet.errors)
    assert all("on_unavailable='local'" in str(error) for error in fleet.errors)
    assert fleet.sent(began + 3.5) >= SOME
    assert fleet.longest < 3.0


async def test_out_of_memory(server: RedisServer, fake_truto: FakeTruto) -> None:
    """The limit is kept all the same: Redis lets a script write that has deleted something."""
    fake_truto.limit(LIMIT, per=PER)
    fleet = Fleet(server.url, fake_truto, count=2)
    began = time.monotonic()
    with server.client() as client:
        await fleet.run(3.0, (1.0, lambda: client.config_set("maxmemory", 1)))

    assert not fleet.errors
    assert fleet.sent(began + 1.5) >= SOME


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (exceptions.OutOfMemoryError("command not allowed when used memory > 'maxmemory'"), "raise its maxmemory"),
        (exceptions.ResponseError("OOM command not allowed when used memory > 'maxmemory'"), "raise its maxmemory"),
        (exceptions.ReadOnlyError("You can't write against a read only replica."), "URL of the primary"),
        (exceptions.ResponseError("READONLY You can't write against a read only replica."), "URL of the primary"),
        (exceptions.NoPermissionError("this user has no permissions"), "many-machines.md"),
        (exceptions.ResponseError("NOPERM this user has no permissions"), "many-machines.md"),
        (exceptions.AuthenticationError("invalid username-password pair"), "user name and password"),
        (exceptions.ResponseError("NOAUTH Authentication required."), "user name and password"),
        (exceptions.MovedError("7 127.0.0.1:7000"), "a cluster of several"),
        (exceptions.TimeoutError("Timeout reading from socket"), "in time"),
        (TimeoutError(), "in time"),
        (ConnectionRefusedError(), "whether it runs"),
        (exceptions.ResponseError("WRONGTYPE Operation against a key"), "give it another name"),
        (
            TypeError("__init__() got an unexpected keyword argument 'foo'"),
            "leave out of its URL what redis-py does not know",
        ),
    ],
)
def test_advice(error: Exception, what: str) -> None:
    """There is something to do about each error."""
    assert what in advice(error)


async def test_a_wrong_password(server: RedisServer, fake_truto: FakeTruto) -> None:
    """The error says so, and shows no password."""
    with server.client() as client:
        client.execute_command("ACL", "SETUSER", "somebody", "reset", "on", ">right", "allkeys", "allchannels", "+@all")
    fleet = Fleet(server.url.replace("redis://", "redis://somebody:wrong-secret@"), fake_truto, count=1)

    await fleet.run(1.5)

    assert fleet.errors
    assert not fake_truto.requests
    assert all("user name and password" in str(error) and "secret" not in str(error) for error in fleet.errors)
    await Fleet(server.url.replace("redis://", "redis://somebody:right@"), fake_truto, count=1).run(0.5)
    assert fake_truto.requests


async def test_what_an_access_list_may_forbid(server: RedisServer, fake_truto: FakeTruto) -> None:
    """Without channels and INFO the limit is kept all the same; without its keys, the error says what to do."""
    fake_truto.limit(LIMIT, per=PER)
    with server.client() as client:
        client.execute_command("ACL", "SETUSER", "some", "on", ">x", "resetchannels", "~{truto:*", "+@all", "-info")
        client.execute_command("ACL", "SETUSER", "none", "on", ">x", "resetkeys", "+@all")
    fleet = Fleet(server.url.replace("redis://", "redis://some:x@"), fake_truto)
    began = time.monotonic()

    await fleet.run(3.0)

    assert not fleet.errors
    assert fleet.sent(began) >= SOME
    fleet = Fleet(server.url.replace("redis://", "redis://none:x@"), fake_truto, count=1)
    await fleet.run(1.5)
    assert "many-machines.md" in str(fleet.errors[0])


async def test_nobody_is_there(fake_truto: FakeTruto) -> None:
    """The first error comes after the timeout, those that follow at once."""
    limit = RedisRateLimit.from_url("redis://127.0.0.1:1", name="x", timeout=1.0)
    took: list[float] = []
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(
            RateLimiterUnavailableError, match=r"redis://127\.0\.0\.1:1 cannot be asked.*see whether it runs"
        ):
            await limit.acquire()
        took.append(time.monotonic() - began)
    limit.close()

    assert 1.0 <= took[0]
    assert max(took[1:]) < 1.0


async def test_what_the_documentation_allows(server: RedisServer, fake_truto: FakeTruto) -> None:
    """The permissions that it lists are enough."""
    fake_truto.limit(LIMIT, per=PER)
    document = (Path(__file__).parents[2] / "docs" / "how-to" / "many-machines.md").read_text()
    permissions = document.partition("## Permissions")[2].partition("```\n")[2].partition("```")[0].split()
    with server.client() as client:
        client.execute_command("ACL", "SETUSER", "listed", "reset", "on", ">x", *permissions)
        client.acl_log_reset()
    fleet = Fleet(server.url.replace("redis://", "redis://listed:x@"), fake_truto, count=2)

    await fleet.run(1.5)

    assert not fleet.errors
    assert fake_truto.requests
    with server.client() as client:
        assert not client.acl_log()


async def test_limits_of_accounts_in_an_outage() -> None:
    """All limits of a process wait for the same next try."""
    limit = RedisRateLimit.from_url("redis://127.0.0.1:1", name="x", timeout=0.5)
    accounts = [limit.for_account(name) for name in "abc"]
    results = await asyncio.gather(
        limit.acquire(), *(account.acquire() for account in accounts if account), return_exceptions=True
    )
    limit.close()

    assert [RateLimiterUnavailableError] * 4 == [type(result) for result in results]


async def test_restarted_while_nobody_asks(server: RedisServer) -> None:
    """The connections are made anew with the next request."""
    limit = RedisRateLimit.from_url(server.url, limit=LIMIT, per=PER, name="x", timeout=TIMEOUT)
    async with limit:
        pass
    await asyncio.sleep(3 * PER)
    await asyncio.to_thread(server.stop)
    await asyncio.sleep(0.5)
    await asyncio.to_thread(server.start)
    for _ in range(2):
        assert await limit.acquire(time.monotonic() + 5) is None
        limit.release()
    await wait_until(lambda: limit._link._is_told)
    limit.close()


async def test_a_subscription_from_which_nothing_comes(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked whether it is alive; if it is not, there is another one."""
    monkeypatch.setattr(store, "_LISTEN_SECONDS", 0.1)
    limit = RedisRateLimit.from_url(server.url, limit=LIMIT, per=PER, name="x", timeout=5.0)
    async with limit:
        await wait_until(lambda: limit._link._is_told)
        await asyncio.sleep(0.5)
        assert limit._link._is_told
        server.freeze()
        await wait_until(lambda: not limit._link._is_told)
        server.thaw()
        await wait_until(lambda: limit._link._is_told)
    limit.close()


async def test_connections_that_were_idle(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What is between may have closed them; that is no outage."""
    monkeypatch.setattr(store, "_STALE_SECONDS", 0.2)
    with closing(RedisRateLimit.from_url(server.url, limit=LIMIT, per=PER, name="idle", timeout=TIMEOUT)) as limit:
        for _ in range(3):
            async with limit:
                pass
            await asyncio.sleep(2 * PER)
            with server.client() as client:
                client.client_kill_filter(_type="normal", skipme=True)

    assert [] == caplog.messages


async def test_far_away(server: RedisServer, fake_truto: FakeTruto) -> None:
    """With 50 ms each way to Redis, nothing is over the limit, and little is lost."""
    fake_truto.limit(LIMIT, per=1.0)
    server.wait_until_old(4.0)
    with relay.running(server.port, 0.1) as port:
        fleet = Fleet(f"redis://127.0.0.1:{port}", fake_truto, per=1.0, timeout=2.0)
        began = time.monotonic()
        await fleet.run(5.0)

    assert not fleet.errors
    assert fleet.sent(began) >= SOME


async def test_forgotten_in_the_middle(server: RedisServer, fake_truto: FakeTruto) -> None:
    """When somebody deletes all keys, what was sent before still counts."""
    fake_truto.limit(LIMIT, per=PER)
    fleet = Fleet(server.url, fake_truto)
    began = time.monotonic()
    with server.client() as client:
        await fleet.run(6.0, *((moment, client.flushall) for moment in (0.7, 0.9, 2.5)))

    assert not fleet.errors
    assert fleet.sent(began + 3.8) >= SOME


@pytest.mark.parametrize("part", ["window", "workers", "leases", "queue", "state"])
async def test_evicted_in_part(server: RedisServer, fake_truto: FakeTruto, part: str) -> None:
    """When Redis evicts one of the keys, nothing is over the limit either, and it is soon as before."""
    fake_truto.limit(LIMIT, per=PER)
    fleet = Fleet(server.url, fake_truto)
    began = time.monotonic()
    with server.client() as client:
        await fleet.run(5.0, *((moment, lambda: client.delete(f"{{truto:fleet:-}}:{part}")) for moment in (0.6, 0.8)))

    assert not fleet.errors
    assert fleet.sent(began + 2.5) >= SOME


async def test_rubbish_on_the_channel(server: RedisServer, fake_truto: FakeTruto) -> None:
    """What somebody else says on the channel does no harm."""
    fake_truto.limit(LIMIT, per=PER)
    fleet = Fleet(server.url, fake_truto, count=1)
    began = time.monotonic()
    with server.client() as client:
        words = [b"", b"\xff\xfe", b"- pause", b"- wake", b"- wake x", b"- dance 1", b"other wake 5", b"- pause 1 2 3 4 5"]
        await fleet.run(
            2.0,
            *((0.5 + index / 10, lambda word=word: client.publish("truto:fleet", word)) for index, word in enumerate(words)),
        )

    assert not fleet.errors
    assert fleet.sent(began) >= SOME
