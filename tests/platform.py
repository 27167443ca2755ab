"""A platform for tests: the real program, forked from a warm process, on a database made without one."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import tools.platform
from server.data.store import migrate
from tests.warm import Warm
from tools.platform import WillNotStart


class Platform(tools.platform.Platform):
    """As any other. A process that only migrates would take longer to start than to do it."""

    async def migrate(self) -> None:
        await asyncio.to_thread(migrate, self.environment()["HEARTH_DATABASE_URL"])

    async def run(self, *command: str) -> str:
        return await asyncio.to_thread(self._run, *command)

    def _run(self, *command: str) -> str:
        with TemporaryDirectory() as folder:
            said, complained = Path(folder, "said"), Path(folder, "complained")
            status = Warm(("server", *command), self.environment(), said, complained).wait()
            printed = said.read_text(errors="replace")
            if status:
                complaint = complained.read_text(errors="replace")
                raise WillNotStart(" ".join(command), printed + complaint)
            return printed

    def _launch(self) -> None:
        self.process = Warm(self.program, self.environment(), self.log, self.log)
