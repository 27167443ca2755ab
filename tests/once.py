"""What a process of tests makes once, though every test has a platform of its own: compiled templates."""

import functools
from types import CodeType

import pytest
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from server.pages import render


class Templates(BytecodeCache):
    """Compiled templates, by name and contents."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key, bucket.checksum] = bucket.code


def compile_once(patch: pytest.MonkeyPatch) -> None:
    """From now on, and until `patch` is undone."""
    patch.setattr(render, "Environment", functools.partial(Environment, bytecode_cache=Templates()))
