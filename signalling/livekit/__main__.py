"""`python -m signalling.livekit`: the embedded media engine as a child process."""

import asyncio
import sys

from signalling.livekit.process import run

sys.exit(asyncio.run(run()))
