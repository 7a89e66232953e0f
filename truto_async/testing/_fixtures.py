"""Fixtures for pytest, found through an entry point: nothing to import.

Nothing else of the SDK is imported before a fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from truto_async.testing import FakeTruto

__all__ = ["fake_truto", "truto_env"]


@pytest.fixture
def fake_truto() -> Iterator[FakeTruto]:
    """A running FakeTruto: Truto's API on a loopback port, for clients of both packages."""
    from truto_async.testing import FakeTruto  # noqa: PLC0415  # only when used

    with FakeTruto() as fake:
        yield fake


@pytest.fixture
def truto_env(fake_truto: FakeTruto, monkeypatch: pytest.MonkeyPatch) -> FakeTruto:
    """The same, with TRUTO_API_TOKEN and TRUTO_API_BASE_URL set, so that `Truto()` in the code under test reaches it."""
    monkeypatch.setenv("TRUTO_API_TOKEN", fake_truto.token)
    monkeypatch.setenv("TRUTO_API_BASE_URL", fake_truto.url)
    return fake_truto
