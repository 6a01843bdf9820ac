"""Web API methods about messages that Slack posts by itself at a time."""

import asyncio
from dataclasses import replace

from bot.sandbox.aliases import Json
from bot.sandbox.slack.model import serialize
from bot.sandbox.slack.model.objects import Refusal, Scheduled
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.server.chat import draft, in_thread
from bot.sandbox.slack.server.methods import Method, place

FARTHEST = 120 * 86_400  # seconds ahead
WINDOW, MOST = 300, 30  # seconds of a channel, and how many messages it takes in them
KEPT = 60  # seconds before its time, in which none is given back
LONGEST_WAIT = 3600.0  # seconds until the clock is looked at again


def schedule(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.scheduleMessage ."""
    channel = place(space, str(args["channel"]))
    at = _time(args["post_at"])
    now = int(space.now().timestamp())
    if at <= now:
        raise Refusal("time_in_past")
    if at - now > FARTHEST:
        raise Refusal("time_too_far")
    near = [
        one
        for one in space.scheduled.values()
        if one.message.channel == channel.id and one.at // WINDOW == at // WINDOW
    ]
    if len(near) >= MOST:
        raise Refusal("restricted_too_many")
    message = draft(space, args, channel=channel.id, user=space.bot.id)
    if message.thread:
        message = in_thread(space, message)
    made = Scheduled(id=space.new_id("Q"), at=at, created=now, message=message)
    space.scheduled[made.id] = made
    _post_in_time(space)
    shown = serialize.message(replace(message, ts=f"{at}.000000"), space)
    return {
        "channel": channel.id,
        "scheduled_message_id": made.id,
        "post_at": at,
        "message": shown,
    }


def delete(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.deleteScheduledMessage ."""
    channel = space.channel(str(args["channel"]))
    one = space.scheduled.get(str(args["scheduled_message_id"]))
    if one is None or one.message.channel != channel.id:
        raise Refusal("invalid_scheduled_message_id")
    if one.at - space.now().timestamp() <= KEPT:
        raise Refusal("invalid_scheduled_message_id")
    del space.scheduled[one.id]
    return {}


def listed(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.scheduledMessages.list ."""
    oldest = _time(args.get("oldest") or 0)
    latest = _time(args.get("latest") or 2**40)
    there = [
        {
            "id": one.id,
            "channel_id": one.message.channel,
            "post_at": one.at,
            "date_created": one.created,
            "text": one.message.text,
        }
        for one in space.scheduled.values()
        if args.get("channel") in (None, one.message.channel)
        and oldest <= one.at <= latest
    ]
    return {"scheduled_messages": there, "response_metadata": {"next_cursor": ""}}


METHODS = {
    "chat.scheduleMessage": Method(
        run=schedule, needs=("channel", "post_at"), scopes=("chat:write",)
    ),
    "chat.deleteScheduledMessage": Method(
        run=delete, needs=("channel", "scheduled_message_id"), scopes=("chat:write",)
    ),
    "chat.scheduledMessages.list": Method(run=listed),
}


def _time(text: object) -> int:
    try:
        return int(float(str(text)))
    except ValueError as broken:
        raise Refusal("invalid_time") from broken


def _post_in_time(space: Workspace) -> None:
    """Post what is due, and look again when the next one is."""
    wait = space.say_scheduled()
    if wait is not None:
        loop = asyncio.get_running_loop()
        loop.call_later(min(wait, LONGEST_WAIT), _post_in_time, space)
