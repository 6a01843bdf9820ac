"""What of a relay the policy refuses, by the fields of its request."""

from collections.abc import Mapping
from typing import Any

from bot.access.exits import exits_of, refusals
from bot.access.limits import Over, size_over
from bot.settings import Limits, Terms
from bot.tencent.models.base import Request

SIZES = {  # the limit for each field
    "AgentParams.MaxIdleTime": "idle_seconds",
    "VideoParams.VideoEncode.Width": "width",
    "VideoParams.VideoEncode.Height": "height",
    "VideoParams.VideoEncode.BitRate": "bitrate_kbps",
}


def sizes(wire: Mapping[str, Any], limits: Limits) -> dict[str, Over]:
    """Return what of the request *wire*, masked or not, is too much: by dotted path."""
    refusals = {
        path: size_over(rule, value, limits)
        for path, rule in SIZES.items()
        if isinstance(value := at(wire, path), int)
    }
    return {path: one for path, one in refusals.items() if one}


def over(request: Request[Any], terms: Terms, app: str) -> dict[str, Over]:
    """Return what of *request* is too much, or leads where it may not."""
    wire = request.to_wire()
    too_much = sizes(wire, terms.policy.limits)
    led = refusals(exits_of(type(request), wire), terms.exits, app)
    return {**too_much, **led}


def at(wire: Mapping[str, Any], path: str) -> Any:
    """Return what stands at the dotted *path* of *wire*, None for nothing."""
    value: Any = wire
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
