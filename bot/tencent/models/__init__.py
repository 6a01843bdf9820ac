"""Requests and replies, one module for each Tencent product."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from bot.tencent.models.base import Request
from bot.tencent.models.car import (
    ApplyConcurrent,
    CreateSession,
    DescribeConcurrentCount,
    DestroySession,
    StartPublishStream,
    StartPublishStreamWithURL,
    StopPublishStream,
)
from bot.tencent.models.gs import DescribeCloudPhoneMultipleStreamSessionSlaves
from bot.tencent.models.live import (
    DescribeLiveStreamPushInfoList,
    DescribeLiveStreamState,
    DescribeStreamPushInfoList,
)
from bot.tencent.models.trtc.history import HISTORY
from bot.tencent.models.trtc.removal import DISMISSALS, REMOVALS
from bot.tencent.models.trtc.requests import (
    StartPublishCdnStream,
    StopPublishCdnStream,
    UpdatePublishCdnStream,
)

# Every action that the bot knows, by its name.
REQUESTS: Mapping[str, type[Request[Any]]] = MappingProxyType(
    {
        request.action: request
        for request in (
            StartPublishCdnStream,
            UpdatePublishCdnStream,
            StopPublishCdnStream,
            CreateSession,
            ApplyConcurrent,
            DestroySession,
            DescribeConcurrentCount,
            StartPublishStream,
            StartPublishStreamWithURL,
            StopPublishStream,
            DescribeCloudPhoneMultipleStreamSessionSlaves,
            *REMOVALS,
            *DISMISSALS,
            *HISTORY,
            DescribeLiveStreamPushInfoList,
            DescribeStreamPushInfoList,
            DescribeLiveStreamState,
        )
    }
)


async def build(sleep: Callable[[float], Awaitable[None]]) -> None:
    """Build what checks and writes each request and its reply; else its first use does.

    Each takes some thousandths of a second, and whoever waits goes on in between.
    """
    for request in REQUESTS.values():
        request.model_rebuild()
        request.reply.model_rebuild()
        await sleep(0)
