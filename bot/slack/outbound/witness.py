"""Shows what came back of each request of a session: status, headers and bytes.

Not what was sent: that has the token in it.
"""

from collections.abc import Callable, Mapping
from types import SimpleNamespace

import aiohttp

# Takes an address without its query, the HTTP status, the headers and the body.
Saw = Callable[[str, int, Mapping[str, str], bytes], None]


def witness(saw: Saw) -> aiohttp.TraceConfig:
    """Return what tells *saw* of each answer whose body was read."""
    trace = aiohttp.TraceConfig()

    async def headed(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        context.answer = params.response

    async def read(
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceResponseChunkReceivedParams,
    ) -> None:
        answer = context.answer
        where = str(params.url.with_query(None))
        saw(where, answer.status, answer.headers, params.chunk)

    trace.on_request_end.append(headed)
    trace.on_response_chunk_received.append(read)
    return trace
