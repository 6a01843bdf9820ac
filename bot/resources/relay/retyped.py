"""The line that asks for the same relay, from its request; secrets stay masked."""

from bot.resources import byhand
from bot.resources.relay.replanned import Wire, keyed, says_all


def start_line(masked: Wire, app: str, region: str) -> str:
    """Return the `/relay start …` that asks for *masked* again.

    By its keys where they say all of it, and otherwise by the request as JSON.
    """
    where = {"app": app, "region": region}
    plan = keyed(masked)
    if not says_all(plan, masked):
        return byhand.in_slack("relay start", (), where) + f" json={_pasted(masked)}"
    pairs = {**plan, **where}
    room, urls = pairs.pop("room"), pairs.pop("url").split()
    rooms = filter(None, pairs.pop("feedback").split("\n"))
    line = byhand.in_slack("relay start", (room,), pairs)
    spoken = (f"feedback={byhand.quoted(one)}" for one in rooms)
    return " ".join((line, *(f"url={url}" for url in urls), *spoken))


def _pasted(masked: Wire) -> str:
    robot = {k: v for k, v in masked.get("AgentParams", {}).items() if k != "UserId"}
    return byhand.compact({**masked, "AgentParams": robot})
