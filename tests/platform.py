"""A platform for tests: the real process, on a database that is made without one."""

import asyncio

import tools.platform
from server.data.store import migrate


class Platform(tools.platform.Platform):
    """As any other. A process that only migrates would take longer to start than to do it."""

    async def migrate(self) -> None:
        await asyncio.to_thread(migrate, self.environment()["HEARTH_DATABASE_URL"])
