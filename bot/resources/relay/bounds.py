"""What of a relay the policy refuses, by the fields of its request."""

from collections.abc import Mapping
from typing import Any

from bot.access.limits import Over, host_over, size_over
from bot.errors import NotAllowed
from bot.settings import Policy

SIZES = {  # the limit for each field
    "AgentParams.MaxIdleTime": "idle_seconds",
    "VideoParams.VideoEncode.Width": "width",
    "VideoParams.VideoEncode.Height": "height",
    "VideoParams.VideoEncode.BitRate": "bitrate_kbps",
}


def over(wire: Mapping[str, Any], policy: Policy) -> dict[str, Over]:
    """Return what of the request *wire*, masked or not, is refused: by dotted path."""
    refusals: dict[str, Over | None] = {}
    for path, rule in SIZES.items():
        value = at(wire, path)
        if isinstance(value, int):
            refusals[path] = size_over(rule, value, policy.limits)
    for number, target in enumerate(wire.get("PublishCdnParams") or ()):
        url = str(target.get("PublishCdnUrl", ""))
        path = f"PublishCdnParams.{number}.PublishCdnUrl"
        refusals[path] = host_over(url, policy.push_hosts)
    return {path: one for path, one in refusals.items() if one}


def check(wire: Mapping[str, Any], policy: Policy) -> None:
    """Refuse what is over a limit or goes elsewhere, all of it at once.

    Raises:
        NotAllowed: by the first rule, with a fault for each field.
    """
    if refused := over(wire, policy):
        faults = {path: one.sentence for path, one in refused.items()}
        rule = next(iter(refused.values())).rule
        raise NotAllowed(" ".join(faults.values()), rule=rule, faults=faults)


def at(wire: Mapping[str, Any], path: str) -> Any:
    """Return what stands at the dotted *path* of *wire*, None for nothing."""
    value: Any = wire
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
