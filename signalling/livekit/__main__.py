"""`python -m signalling.livekit`: the embedded media engine as a child process."""

import asyncio
import os
import sys

from signalling.livekit.process import run

status = asyncio.run(run())
sys.stdout.flush()
sys.stderr.flush()
# Everything is closed. What the interpreter still tidies up takes ten times as long as all of that, and while
# it does, a parent that was killed has a child.
os._exit(status)
