"""Web API methods that write, change and take away messages."""

from dataclasses import replace

from bot.sandbox.aliases import Json
from bot.sandbox.slack.blockkit.validation import MESSAGE_TEXT, letters, message_faults
from bot.sandbox.slack.model import serialize
from bot.sandbox.slack.model.objects import Message, Refusal
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.server.files import unshowable
from bot.sandbox.slack.server.methods import Method, flag, place, structured

POST_TEXT = 40_000  # what is longer is cut
UPDATE_TEXT = 4_000  # what is longer is refused
_UTTERED = ("text", "blocks", "attachments")


def checked_blocks(space: Workspace, args: Json) -> tuple[Json, ...]:
    """Return the blocks of a message.

    Raises:
        Refusal: Slack would not take them.
    """
    blocks = structured(args, "blocks", "invalid_blocks_format") or []
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    faults = message_faults(blocks) or unshowable(space, blocks)
    if faults:
        raise Refusal("invalid_blocks", *faults)
    if letters(blocks) > MESSAGE_TEXT:
        raise Refusal("msg_blocks_too_long")
    return tuple(blocks)


def draft(space: Workspace, args: Json, *, channel: str, user: str) -> Message:
    """Return the message that *args* describe.

    Raises:
        Refusal: it says nothing, or in blocks that Slack would not take.
    """
    if not any(args.get(name) for name in _UTTERED):
        raise Refusal("no_text")
    return Message(
        channel=channel,
        user=user,
        text=str(args.get("text") or "")[:POST_TEXT],
        blocks=checked_blocks(space, args),
        thread=str(args.get("thread_ts") or ""),
    )


def post_message(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postMessage ."""
    channel = place(space, str(args["channel"]))
    message = draft(space, args, channel=channel.id, user=space.bot.id)
    if message.thread:
        message = in_thread(space, message)
        message = replace(message, broadcast=flag(args, "reply_broadcast"))
    posted = space.say(message)
    shown = serialize.message(posted, space)
    return {"channel": posted.channel, "ts": posted.ts, "message": shown}


def post_ephemeral(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral ."""
    channel = place(space, str(args["channel"]))
    if args["user"] not in channel.members:
        raise Refusal("user_not_in_channel")
    if len(str(args.get("text") or "")) > POST_TEXT:
        raise Refusal("msg_too_long")
    message = draft(space, args, channel=channel.id, user=space.bot.id)
    posted = space.say(replace(message, only_for=args["user"]))
    return {"message_ts": posted.ts}


def update(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.update .

    Text without blocks takes the old blocks away; neither is refused.
    """
    channel = space.channel(str(args["channel"]))
    old = space.message(channel.id, str(args["ts"]))
    if old.user != space.bot.id:
        raise Refusal("cant_update_message")
    if len(str(args.get("text") or "")) > UPDATE_TEXT:
        raise Refusal("msg_too_long")
    new = draft(space, args, channel=channel.id, user=space.bot.id)
    changed = space.edit(old, new.text, new.blocks)
    return {
        "channel": channel.id,
        "ts": changed.ts,
        "text": changed.text,
        "message": serialize.message(changed, space),
    }


def delete(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.delete ."""
    channel = space.channel(str(args["channel"]))
    message = space.message(channel.id, str(args["ts"]))
    if message.user != space.bot.id:
        raise Refusal("cant_delete_message")
    space.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/chat.getPermalink ."""
    channel = space.channel(str(args["channel"]))
    message = space.message(channel.id, str(args["message_ts"]))
    return {"channel": channel.id, "permalink": serialize.permalink(message, space)}


METHODS = {
    "chat.postMessage": Method(
        run=post_message, needs=("channel",), scopes=("chat:write",)
    ),
    "chat.postEphemeral": Method(
        run=post_ephemeral, needs=("channel", "user"), scopes=("chat:write",)
    ),
    "chat.update": Method(run=update, needs=("channel", "ts"), scopes=("chat:write",)),
    "chat.delete": Method(run=delete, needs=("channel", "ts"), scopes=("chat:write",)),
    "chat.getPermalink": Method(
        run=get_permalink, needs=("channel", "message_ts"), json=False
    ),
}


def in_thread(space: Workspace, message: Message) -> Message:
    """A reply to a reply stands under the message that the thread hangs on."""
    try:
        root = space.message(message.channel, message.thread)
    except Refusal as gone:
        raise Refusal("cannot_reply_to_message") from gone
    return replace(message, thread=root.thread or root.ts)
