"""Where things are."""

from pathlib import Path

__all__ = ["ENVIRONMENTS", "FOLDER", "PLOTS", "README", "RESULTS", "ROOT", "SCRIPTS"]

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
README = FOLDER / "README.md"
RESULTS = FOLDER / "results.json"
PLOTS = FOLDER / "plots"
SCRIPTS = FOLDER / "scripts"
ENVIRONMENTS = FOLDER / ".environments"
