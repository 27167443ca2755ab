"""What Hearth is made of: bills of materials (CycloneDX 1.5), their licences, and the holes that are known.

    python -m tools.supply bill      writes bill/python.cdx.json and bill/web.cdx.json
    python -m tools.supply check     a line for a licence that nobody agreed to or a known hole; then status 1

Both look at what is shipped, as the locks name it, and not at what only tests need.
"""

import asyncio
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Any

import aiohttp
from boolean import Expression
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot5
from license_expression import ExpressionError, get_spdx_licensing
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "bill"
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)
HOLES = "https://api.osv.dev/v1/querybatch"
PATIENCE = 10.0  # seconds for an answer about holes

AGREED = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0"}
)  # fmt: skip
# What packages say in words of their own, read in the licence file they bring.
READ = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "BSD": "BSD-2-Clause",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
}
UNSAID = {"xmlhttprequest-ssl": "MIT"}

Bill = Mapping[str, Any]


def python_bill() -> Bill:
    """Of the packages that the lock names and this machine has; those for other systems are left out."""
    components = []
    for name, version in LOCKED.findall((ROOT / "requirements.lock").read_text()):
        try:
            told = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        components.append(_component("pypi", name, version, _licence_of(told)))
    return _bill(components)


def _licence_of(told: metadata.PackageMetadata) -> str:
    classified = [each for each in told.get_all("Classifier") or [] if each.startswith("License ::")]
    fields = (told.get_all(name) or [] for name in ("License-Expression", "License"))
    said = next((each for each in (*chain(*fields), *classified) if each), "")
    return READ.get(said, said)


def web_bill() -> Bill:
    """Of the packages that the browser bundle is made from."""
    locked = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    shipped = {path: told for path, told in locked.items() if path and not told.get("dev")}
    return _bill(
        _component("npm", name, told["version"], told.get("license") or UNSAID.get(name, ""))
        for path, told in shipped.items()
        for name in [path.rpartition("node_modules/")[2]]
    )


def _component(kind: str, name: str, version: str, licence: str) -> Component:
    scope, _, short = name.rpartition("/")
    return Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=version,
        purl=PackageURL(kind, namespace=scope or None, name=short, version=version),
        licenses=[LicenseFactory().make_from_string(licence)] if licence else [],
    )


def _bill(components: Iterable[Component]) -> Bill:
    written: Bill = json.loads(JsonV1Dot5(Bom(components=components)).output_as_string())
    return written


def not_agreed(bill: Bill) -> Iterator[str]:
    """A line for every component whose licence nobody agreed to."""
    for component in bill["components"]:
        said = _said(component)
        if not _is_agreed(said):
            yield f"{component['purl']}: licence {said or 'unknown'}"


def _said(component: Mapping[str, Any]) -> str:
    for each in component.get("licenses", ()):
        told = each.get("license", {})
        return str(each.get("expression") or told.get("id") or told.get("name"))
    return ""


def _is_agreed(said: str) -> bool:
    try:
        parsed = get_spdx_licensing().parse(said)
    except ExpressionError:
        return False
    return parsed is not None and _allows(parsed)


def _allows(licence: Expression) -> bool:
    """Of several to choose from, one must be agreed to; of several that hold together, all."""
    if licence.isliteral:
        return str(licence) in AGREED
    choose = any if licence.operator.strip() == "OR" else all
    return choose(_allows(each) for each in licence.args)


async def holes(bills: Sequence[Bill], address: str = HOLES) -> list[str]:
    """A line for every known hole. Raises: aiohttp.ClientError, TimeoutError, when nobody answered"""
    parts = [component["purl"] for bill in bills for component in bill["components"]]
    asked = {"queries": [{"package": {"purl": part}} for part in parts]}
    limit = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(timeout=limit, raise_for_status=True) as http:
        async with http.post(address, json=asked) as answer:
            results = (await answer.json())["results"]
    return [
        f"{part}: {hole['id']}"
        for part, found in zip(parts, results, strict=True)
        for hole in found.get("vulns", ())
    ]


async def check() -> int:
    bills = [python_bill(), web_bill()]
    wrong = [line for bill in bills for line in not_agreed(bill)]
    try:
        wrong += await holes(bills)
    except (aiohttp.ClientError, TimeoutError) as error:
        print(f"NOTE: nobody could be asked about known holes ({type(error).__name__})")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


def write() -> int:
    OUT.mkdir(exist_ok=True)
    for name, bill in (("python", python_bill()), ("web", web_bill())):
        path = OUT / f"{name}.cdx.json"
        path.write_text(json.dumps(bill, indent=1) + "\n")
        print(f"{path.relative_to(ROOT)}: {len(bill['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(check()) if sys.argv[1:] == ["check"] else write())
