"""The directions of the house, and the tables that must have no holes."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from moderation.actions import Action
from moderation.model import Role
from moderation.rules import RULES

ROOT = Path(__file__).resolve().parent.parent
PURE_MEDIA = (
    "arrivals", "bandwidth", "downlink", "h264", "layers", "packets", "red", "route", "router", "rtcp",
    "sctp", "source", "stun", "track", "twcc", "vp8",
)  # fmt: skip
# Of the standard library, what would bring a clock, chance or the outside into what decides.
IMPURE = {
    "asyncio",
    "io",
    "os",
    "pathlib",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "threading",
    "time",
    "uuid",
}


def imported_by(path: Path) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    tree = ast.parse(path.read_text())
    whole = [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    parts = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    return {name.split(".")[0] for name in (*whole, *parts)}


def pure_modules() -> list[Path]:
    return [*sorted((ROOT / "moderation").glob("*.py")), *(ROOT / f"media/{name}.py" for name in PURE_MEDIA)]


def test_imports_point_one_way() -> None:
    found = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("module", pure_modules(), ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_what_decides_uses_only_the_pure_part_of_the_standard_library(module: Path) -> None:
    own = module.parent.name
    allowed = (set(sys.stdlib_module_names) - IMPURE) | {own}
    assert imported_by(module) <= allowed


def test_every_action_says_for_each_role_whether_it_may() -> None:
    assert set(RULES) == set(get_args(Action))
    assert all(entry.may and entry.may <= set(Role) for entry in RULES.values())


def test_an_admin_may_do_nothing_in_a_room() -> None:
    assert not [action.__name__ for action, entry in RULES.items() if Role.ADMIN in entry.may]


def test_the_development_lock_holds_what_the_runtime_lock_holds() -> None:
    def pins(lock: str) -> set[str]:
        lines = (ROOT / lock).read_text().splitlines()
        return {line.split(" ")[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}

    assert pins("requirements.lock") <= pins("requirements-dev.lock")
