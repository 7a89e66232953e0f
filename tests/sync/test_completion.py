"""The command `completion`: its scripts complete in the shells themselves."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from truto_sync._cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

ASK_BASH = """
source {script}
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
$(complete -p truto-async | sed 's/.*-F \\([^ ]*\\).*/\\1/') 2>/dev/null  # compopt is for interactive shells
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def completed(shell: str, folder: Path, line: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Return what a shell completes a line to."""
    script = folder / "script"
    assert 0 == main(["completion", shell])
    script.write_text(capsys.readouterr().out)
    if shell == "bash":
        words = " ".join(repr(word) for word in line.split(" "))
        command = ["bash", "--norc", "-c", ASK_BASH.format(script=script, words=words)]
    else:
        command = ["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    return {shown.partition("\t")[0] for shown in done.stdout.splitlines()}


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_completion(shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Commands, options, choices, files and folders."""
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell} here")
    (tmp_path / "job.json").touch()
    (tmp_path / "jobs").mkdir()

    assert {"check", "completion"} == completed(shell, tmp_path, "truto-async c", capsys)
    assert "--severity" in completed(shell, tmp_path, "truto-async check --", capsys)
    assert {"text", "mermaid", "dot", "svg", "html"} == completed(shell, tmp_path, "truto-async graph --format ", capsys)
    for line in ("truto-async graph jo", "truto-async diff a.json jo", "truto-async graph a.json -o jo"):
        assert "job.json" in completed(shell, tmp_path, line, capsys)
    assert {"jobs"} == {name.rstrip("/") for name in completed(shell, tmp_path, "truto-async pull jo", capsys)}


def test_zsh(capsys: pytest.CaptureFixture[str]) -> None:
    """The script for zsh describes each command with its line in the help."""
    assert 0 == main(["completion", "zsh"])
    script = capsys.readouterr().out

    assert script.startswith("#compdef truto-async\n")
    assert "check:'check sync jobs for mistakes'\n" in script


def test_without_shtab(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said what to install."""
    monkeypatch.setitem(sys.modules, "shtab", None)

    assert 1 == main(["completion", "bash"])
    assert "error: completion needs shtab: pip install 'truto-async[cli]'\n" == capsys.readouterr().err


def test_another_shell(capsys: pytest.CaptureFixture[str]) -> None:
    """It is said which shells there are."""
    with pytest.raises(SystemExit, match=r"^2$"):
        main(["completion", "ksh"])
    assert "choose from" in capsys.readouterr().err
