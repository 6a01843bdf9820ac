"""A1 that also loads what the bot stands on, and has no line of the bot.

So it is the least that a start-up and idle memory can be while the bot stands on that.
"""

import os
from importlib import import_module

from tests.bench.peers.bare import made

LIBRARIES = (  # as the bot imports them to run on a file
    "aiohttp.web",
    "cachetools",
    "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.hazmat.primitives.kdf.hkdf",
    "prometheus_client",
    "pydantic",
    "sqlalchemy",
    "sqlalchemy.dialects.sqlite",
    "structlog",
    "ulid",
)

if __name__ == "__main__":
    for library in LIBRARIES:
        import_module(library)
    port = int(os.environ["BOT_PORT"])
    made(before=False).start(port, "/slack/events", host="127.0.0.1")
