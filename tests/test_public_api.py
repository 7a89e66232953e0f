"""What users see is what the list beside this file says, so that a change to it is seen in a diff."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from tests import public_api


def test_the_list() -> None:
    """After a change that is meant: `python -m tests.public_api`, and `git diff` shows what it does to users."""
    assert public_api.LIST.read_text().splitlines() == list(public_api.lines())


@pytest.mark.parametrize("package", ["truto_async", "truto_sync"])
def test_every_public_module_is_listed(package: str) -> None:
    """What a module without an underscore exports is in the list, under the name of its package."""
    listed = {name for module in public_api.MODULES for name in import_module(module).__all__}

    for path in (public_api.ROOT / package).rglob("*.py"):
        module = ".".join(path.relative_to(public_api.ROOT).with_suffix("").parts).removesuffix(".__init__")
        if "._" not in module and module.count(".") < 3:
            assert set(import_module(module).__all__) <= listed, module


def test_deprecations_say_what_to_do() -> None:
    """Each names the version from which on the name is gone, and what to use."""
    for line in public_api.lines():
        if "# deprecated: " in line:
            assert re.search(r"goes away in \d+\.\d+: use `.+`", line), line
