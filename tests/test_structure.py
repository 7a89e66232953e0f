"""How the project is built: layers, lazy names, docstrings, version."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

import truto_async
import truto_sync
from tests.conftest import run_script
from truto_async import models

if TYPE_CHECKING:
    from truto_async.testing import FakeTruto

ROOT = Path(__file__).parent.parent
SOURCE = Path(truto_async.__file__).parent.parent  # the same, unless the tests are of what is installed

# From the top down: a module may import from rows below its own, and from none above.
LAYERS: list[list[str]] = [
    ["truto_sync.__main__"],
    ["truto_sync._cli.main"],
    [
        f"truto_sync._cli.{command}"
        for command in ("fetch", "graph", "check", "preview", "diff", "files", "runs", "demo", "completion")
    ],
    ["truto_sync._cli.checking", "truto_sync._cli.arguments"],
    ["truto_sync._cli.sarif"],
    ["truto_sync._cli.job_source"],
    ["truto_sync._files.applying", "truto_sync._files.pulling"],
    ["truto_sync._files.planning", "truto_sync._files.names"],
    ["truto_sync._files.states"],
    ["truto_sync._files.folder"],
    ["truto_sync._files.job_file", "truto_sync._files.records"],
    ["truto_sync._files.yaml_edit", "truto_sync._files.json_text", "truto_sync._files.arrangement"],
    ["truto_sync._files.yaml_text", "truto_sync._files.yaml_pieces"],
    ["truto_sync._files.errors", "truto_sync._files.json_lines"],
    ["truto_sync._cli"],
    ["truto_sync._files"],
    ["truto_sync.testing", "truto_sync.webhooks", "truto_sync.pipeline", "truto_sync.redis"],
    ["truto_sync"],
    ["truto_sync.tracking"],
    ["truto_sync.client"],
    ["truto_sync.resources"],
    [
        "truto_sync.resources.sync_jobs",
        "truto_sync.resources.sync_job_runs",
        "truto_sync.resources.sync_job_cron_triggers",
        "truto_sync.resources.sync_job_templates",
        "truto_sync.resources.sync_job_run_state",
        "truto_sync.resources.webhooks",
        "truto_sync.resources.logs",
        "truto_sync.resources.batch_requests",
        "truto_sync.resources.generic",
    ],
    ["truto_sync._blocking"],
    ["truto_sync.paging", "truto_sync.batch"],
    ["truto_sync._portal", "truto_sync._docs"],
    ["truto_sync._call"],
    ["truto_async.testing._fixtures"],
    ["truto_async.testing"],
    ["truto_async.testing._fake"],
    ["truto_async.testing._server"],
    ["truto_async.testing._api"],
    [
        f"truto_async.testing._nouns.{noun}"
        for noun in (
            "batch_requests",
            "logs",
            "records",
            "runs",
            "sync_job_cron_triggers",
            "sync_job_run_state",
            "sync_job_templates",
            "sync_jobs",
            "webhooks",
        )
    ],
    ["truto_async.testing._nouns.crud"],
    ["truto_async.testing._nouns"],
    ["truto_async.testing._runs", "truto_async.testing._args", "truto_async.testing._deliveries"],
    ["truto_async.testing._state_nodes", "truto_async.testing._lives", "truto_async.testing._seeds"],
    ["truto_async.testing._answers", "truto_async.testing._database", "truto_async.testing._routes"],
    ["truto_async.testing._records", "truto_async.testing._no_waiting"],
    ["truto_async"],
    ["truto_async.tracking", "truto_async.redis"],
    ["truto_async.client"],
    ["truto_async._runs.cut_short", "truto_async._runs.tracked"],
    ["truto_async.resources"],
    ["truto_async.resources.sync_job_runs"],
    [
        "truto_async.resources.sync_jobs",
        "truto_async.resources.sync_job_cron_triggers",
        "truto_async.resources.sync_job_templates",
        "truto_async.resources.sync_job_run_state",
        "truto_async.resources.webhooks",
        "truto_async.resources.logs",
        "truto_async.resources.batch_requests",
        "truto_async.resources.generic",
    ],
    ["truto_async.resources._log"],
    ["truto_async.resources._entity", "truto_async.resources._windows"],
    ["truto_async.resources._base", "truto_async.resources._documents"],
    ["truto_async._runs.following"],
    ["truto_async._runs.poller", "truto_async._runs.start"],
    ["truto_async._runs.source", "truto_async._runs.history", "truto_async._runs.failure"],
    ["truto_async._runs.pace", "truto_async._runs.starts", "truto_async._runs.store"],
    ["truto_async._runs", "truto_async.runs"],
    ["truto_async.batch", "truto_async.paging"],
    ["truto_async._transport.transport", "truto_async._transport.copies"],
    ["truto_async._transport.connections"],
    ["truto_async._transport.attempt"],
    ["truto_async._transport.fast_get", "truto_async._transport.translate", "truto_async._transport.observer"],
    ["truto_async._transport.request"],
    ["truto_async._transport.settings"],
    ["truto_async._transport"],
    ["truto_async.options"],
    ["truto_async.events"],
    ["truto_async._limits.redis.link", "truto_async._limits.redis.options"],
    ["truto_async._limits.redis.shared", "truto_async._limits.redis.store", "truto_async._limits.redis.thread"],
    ["truto_async._limits.redis.holdings", "truto_async._limits.redis.ledger"],
    ["truto_async._limits.redis.messages"],
    ["truto_async._limits.redis"],
    ["truto_async._limits.rate_limit", "truto_async._limits.retry", "truto_async._limits.budget"],
    ["truto_async._limits.waiters", "truto_async._limits.limiter"],
    ["truto_async._limits"],
    ["truto_async._config.endpoint", "truto_async._config.checks"],
    ["truto_async._config.secrets"],
    ["truto_async._config"],
    ["truto_async.webhooks"],
    ["truto_async.pipeline"],
    ["truto_async.pipeline.difference"],
    [
        "truto_async.pipeline._difference.matching",
        "truto_async.pipeline._difference.comparing",
        "truto_async.pipeline._difference.text",
    ],
    ["truto_async.pipeline._difference.renames", "truto_async.pipeline.changes"],
    ["truto_async.pipeline._difference.content"],
    ["truto_async.pipeline._difference"],
    ["truto_async.pipeline.planning"],
    ["truto_async.pipeline._planning.text", "truto_async.pipeline._planning.nodes"],
    ["truto_async.pipeline._planning.evaluation"],
    [f"truto_async.pipeline._planning.{part}" for part in ("scope", "templates", "turns")],
    ["truto_async.pipeline._planning"],
    ["truto_async.pipeline.plans"],
    ["truto_async.pipeline.checking"],
    [
        f"truto_async.pipeline.checking._{family}"
        for family in (
            "arguments",
            "delivery",
            "dependencies",
            "fields",
            "loops",
            "resources",
            "scope",
            "state",
            "syntax",
        )
    ],
    ["truto_async.pipeline.checking.rules"],
    ["truto_async.pipeline.checking._subject"],
    ["truto_async.pipeline.checking._reads", "truto_async.pipeline.checking._outputs"],
    ["truto_async.pipeline.checking.finding"],
    [
        "truto_async.pipeline._pictures.summary",
        "truto_async.pipeline._pictures.notebook",
        "truto_async.pipeline._pictures.page",
    ],
    ["truto_async.pipeline._pictures.tree"],
    [f"truto_async.pipeline._pictures.{form}" for form in ("mermaid", "dot", "svg", "networkx")],
    ["truto_async.pipeline._pictures.drawing", "truto_async.pipeline._pictures.layout"],
    [
        "truto_async.pipeline._pictures.styles",
        "truto_async.pipeline._pictures.layers",
        "truto_async.pipeline._pictures.facts",
    ],
    ["truto_async.pipeline._pictures"],
    ["truto_async.pipeline.rendering", "truto_async.pipeline.argument_check"],
    ["truto_async.pipeline.arguments"],
    [
        "truto_async.pipeline.graph",
        "truto_async.pipeline.placeholders",
        "truto_async.pipeline._jsonata",
        "truto_async.pipeline._formats",
    ],
    [
        "truto_async.pipeline.expressions",
        "truto_async.pipeline._placeholders.casts",
        "truto_async.pipeline._placeholders.merging",
        "truto_async.pipeline._jsonata.parser",
        "truto_async.pipeline._jsonata.tree",
        "truto_async.pipeline._jsonata.truto_functions",
    ],
    ["truto_async.pipeline._placeholders.paths", "truto_async.pipeline._placeholders.walking"],
    ["truto_async.pipeline._inputs"],
    ["truto_async.pipeline._placeholders"],
    ["truto_async.pipeline._placeholders.javascript", "truto_async.pipeline._pictures.text", "truto_async.pipeline._cycles"],
    ["truto_async.models"],
    [
        "truto_async.models.sync_job",
        "truto_async.models.template",
        "truto_async.models.state",
        "truto_async.models.webhook",
        "truto_async.models.batch_result",
        "truto_async.models.log",
    ],
    ["truto_async.models.cron_trigger"],
    ["truto_async.models.run"],
    ["truto_async.models.nodes"],
    ["truto_async.models.args", "truto_async.models.configs"],
    ["truto_async.models._base"],
    ["truto_async._codec.codec"],
    ["truto_async._codec.fields"],
    ["truto_async._codec.converter", "truto_async._codec.readers"],
    ["truto_async._codec.structure_error", "truto_async._codec.timestamps", "truto_async._codec.body"],
    ["truto_async._codec"],
    ["truto_async.errors"],
    ["truto_async._support.json", "truto_async._support.lazy"],
    ["truto_async._support.worker_pool", "truto_async._support.fork"],
    ["truto_async._support.waits", "truto_async._support.collector", "truto_async._support.loops"],
    ["truto_async._support.deprecation"],
    ["truto_async._support", "truto_async._version"],
]
# What users look for on a model leads up, into what is loaded when they use it.
UP = {
    ("truto_async.models.sync_job", "truto_async.pipeline"),
    ("truto_async.models.sync_job", "truto_async.pipeline._pictures.summary"),
    ("truto_async.pipeline.plans", "truto_async.pipeline._planning.text"),
    ("truto_async.models.sync_job", "truto_async.pipeline._pictures.notebook"),
    ("truto_async.pipeline.graph", "truto_async.pipeline._pictures.tree"),
    *(
        ("truto_async.pipeline.graph", f"truto_async.pipeline._pictures.{picture}")
        for picture in ("mermaid", "dot", "svg", "page", "networkx", "notebook")
    ),
}
HEIGHT = {module: -row for row, modules in enumerate(LAYERS) for module in modules}
FILES = [path for package in ("truto_async", "truto_sync") for path in (SOURCE / package).rglob("*.py")]
DOORS = {
    "cattrs": {"truto_async._codec.converter", "truto_async._codec.fields"},  # the latter for an annotation
    "asyncio_throttle": {"truto_async._limits.rate_limit"},
    "jsonata": {"truto_async.pipeline._jsonata"},
    "networkx": {"truto_async.pipeline._pictures.networkx"},
    "orjson": {"truto_async._support.json"},
    "shtab": {"truto_sync._cli.completion"},
    "ruamel": {"truto_sync._files.yaml_text"},
    "uvloop": {"truto_sync._portal"},
    "redis": {"truto_async._limits.redis.store"},
    "aiohttp": {
        "truto_async._transport.settings",
        "truto_async._transport.attempt",
        "truto_async._transport.connections",
        "truto_async._transport.fast_get",
        "truto_async._transport.translate",
        "truto_async.testing._server",
        "truto_async.testing._deliveries",
    },
}


def module_name(path: Path) -> str:
    """Name the module of a file."""
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """List the modules that a file imports, also those for type checkers only."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            below = {f"{module}.{alias.name}" for alias in node.names} & HEIGHT.keys()
            found |= below or {module}
    return found


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_imports_point_down(path: Path) -> None:
    """No module imports from above itself, and each foreign library has its doors."""
    name = module_name(path)
    for imported in imports(path):
        if imported in HEIGHT and (name, imported) not in UP:
            assert HEIGHT[imported] < HEIGHT[name], f"{name} imports {imported}"
        root = imported.partition(".")[0]
        assert name in DOORS.get(root, {name}), f"{name} imports {imported}"


def test_every_module_has_a_layer() -> None:
    """The list of layers is whole."""
    assert set(map(module_name, FILES)) == set(HEIGHT)


@pytest.mark.parametrize("package", ["truto_async", "truto_sync"])
def test_importing_is_cheap(package: str) -> None:
    """Importing a package brings in none of the libraries; errors come without them, too."""
    heavy = {"aiohttp", "attrs", "cattrs", "asyncio", "yarl", "ssl"}
    script = f"import {package}, sys; {package}.TrutoError; print(sorted({heavy} & set(sys.modules)))"

    assert "[]" == subprocess.check_output([sys.executable, "-c", script], text=True).strip()


def test_the_pytest_plugin_is_light() -> None:
    """Everybody's pytest loads it."""
    script = "import truto_async.testing._fixtures, sys; print(sorted({'aiohttp', 'attrs', 'cattrs'} & set(sys.modules)))"

    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() in ("[]", "['attrs']")  # pytest's own


@pytest.mark.parametrize("module", ["errors", "models", "options", "client", "resources", "paging", "batch"])
def test_public_modules(module: str) -> None:
    """They are attributes of the package from the first."""
    script = f"import truto_async; print(truto_async.{module}.__name__)"

    assert f"truto_async.{module}" == subprocess.check_output([sys.executable, "-c", script], text=True).strip()


def test_using_the_sync_package_without_a_server_is_light() -> None:
    """Models load without the HTTP library."""
    script = "import truto_sync, sys; truto_sync.SyncJob; print('aiohttp' in sys.modules)"

    assert "False" == subprocess.check_output([sys.executable, "-c", script], text=True).strip()


def test_a_job_loads_no_other_noun(truto_env: FakeTruto) -> None:
    """A script that fetches a job pays neither for the resources nor for the models of other nouns."""
    script = f"""
        import sys
        from truto_sync import Truto

        with Truto() as truto:
            truto.sync_jobs.get("{next(iter(truto_env.jobs))}")
        homes = ["truto_sync.resources", "truto_async.resources", "truto_async.models"]
        parts = [module.rpartition(".") for module in sys.modules]
        print([sorted(name for package, _, name in parts if package == home and name[0] != "_") for home in homes])
    """

    loaded = ast.literal_eval(run_script(script).stdout)

    assert [["sync_jobs"], ["sync_jobs"], ["args", "configs", "nodes", "sync_job"]] == loaded


@pytest.mark.parametrize("package", [truto_async, truto_sync])
def test_public_names(package: object) -> None:
    """`dir()`, `__all__` and star imports see every public name; other names raise AttributeError."""
    listed = dir(package)
    namespace: dict[str, object] = {}
    exec(f"from {package.__name__} import *", namespace)  # type: ignore[attr-defined]

    assert {"SyncJob", "TrutoError", "NotFoundError", "__version__", "__doc__"} <= set(listed)
    for name in package.__all__:  # type: ignore[attr-defined]
        assert name in listed
        assert inspect.getdoc(namespace[name])
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing  # type: ignore[attr-defined]
    assert not hasattr(package, "__wrapped__")


def test_one_version() -> None:
    """The distribution and both packages have one version, and the changelog knows it."""
    assert version("truto-async") == truto_async.__version__ == truto_sync.__version__
    assert f"\n## [{truto_async.__version__}] - " in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("package", ["truto_async", "truto_sync"])
def test_typed(package: str) -> None:
    """Both packages say that they are typed."""
    module = importlib.import_module(package)

    assert (Path(module.__file__ or "").parent / "py.typed").exists()


@pytest.mark.parametrize("path", sorted((SOURCE / "truto_async").rglob("models/*.py")), ids=module_name)
def test_every_field_is_documented(path: Path) -> None:
    """Each field of each model has a docstring right below it."""
    for cls in (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)):
        for field, below in zip(cls.body, [*cls.body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign):
                documented = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
                assert documented, f"{cls.name}.{ast.unparse(field.target)}"


def test_every_model_is_an_attrs_class() -> None:
    """The models are attrs classes with slots, as promised."""
    for name in models.__all__:
        if name != "Node":
            assert attrs.has(getattr(models, name))
            assert "__dict__" not in dir(getattr(models, name))
