"""The lines that stop a relay and ask for the same again; secrets stay masked."""

from collections.abc import Iterator

from bot.journal.model import Intent
from bot.resources import byhand
from bot.resources.relay.replanned import Wire, keyed, says_all
from bot.tencent.models.trtc.requests import StopPublishCdnStream


def stop_line(relay: Intent) -> str:
    """Return the line that stops *relay* from a terminal."""
    subject = relay.subject
    return (
        f"tccli trtc {StopPublishCdnStream.action} --region {subject.region}"
        f" --SdkAppId {subject.sdk_app_id} --TaskId={subject.ref}"
    )


def unsent(masked: Wire) -> Iterator[str]:
    """Yield the robots of *masked*, which are the bot's own, and their UserSigs."""
    yield from ("AgentParams.UserId", "AgentParams.UserSig")
    for number, _room in enumerate(masked.get("FeedBackRoomParams") or ()):
        yield f"FeedBackRoomParams.{number}.UserSig"


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
