"""The sandbox as `make run` starts it, for those who look at its page."""

import asyncio
import os
import re
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

TOP = Path(__file__).parents[4]


@asynccontextmanager
async def sandbox():
    """Start the sandbox; yields its process and where its page is."""
    with TemporaryDirectory() as folder:
        async with _started(folder) as running:
            yield running


@asynccontextmanager
async def _started(folder):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "sandbox",
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(TOP)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    found = None
    while found is None:
        line = (await process.stdout.readline()).decode()
        if not line:
            raise RuntimeError("the sandbox ended")
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    try:
        yield process, found[0]
    finally:
        process.stdin.write(b":quit\n")
        await process.communicate()
