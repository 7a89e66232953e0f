"""What is no job, as given to the functions of the pipeline."""

from __future__ import annotations

from typing import Any

import pytest

from truto_async import InvalidArgumentError, pipeline


@pytest.mark.parametrize(
    "look_at",
    [
        pipeline.check,
        pipeline.plan,
        pipeline.check_arguments,
        pipeline.find_arguments,
        lambda job: list(pipeline.find_expressions(job)),
        lambda job: list(pipeline.find_placeholders(job)),
    ],
)
@pytest.mark.parametrize("job", [{"resources": []}, "4a4de828-61e5-4d0c-9f61-8f3a5b7c2d01", None])
def test_no_job(look_at: Any, job: Any) -> None:
    """It is said how to make one of its JSON."""
    with pytest.raises(InvalidArgumentError, match=rf"expected a SyncJob, not {type(job).__name__}; .* SyncJob\.from_dict"):
        look_at(job)


def test_no_text() -> None:
    """A template to parse is a text."""
    with pytest.raises(InvalidArgumentError, match="expected a text, not dict; render takes objects and lists, too"):
        pipeline.Template.parse({"a": "{{a}}"})  # type: ignore[arg-type]  # which is tested
