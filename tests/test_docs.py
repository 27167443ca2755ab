"""The pages of docs/ are true of the code."""

import re

from server.config import PREFIX, Config
from tools.platform import ROOT


def test_every_configuration_variable_is_on_its_page_and_no_other() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    listed = re.findall(rf"^\| `{PREFIX}(\w+)`", page, flags=re.MULTILINE)
    assert listed
    assert set(listed) == {name.upper() for name in Config.model_fields}


def test_every_default_on_the_page_is_the_real_one() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    rows = re.findall(rf"^\| `{PREFIX}(\w+)` \| `([^`]+)` \|", page, flags=re.MULTILINE)
    assert dict(rows) == {
        name.upper(): str(field.default)
        for name, field in Config.model_fields.items()
        if field.default not in ((), "")
    }


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
