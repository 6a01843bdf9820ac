"""The three steps of an upload: ask where, send the bytes, share the file."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.sandbox.aliases import Json
from bot.sandbox.slack.blockkit.rules import wrong
from bot.sandbox.slack.model import serialize
from bot.sandbox.slack.model.objects import File, Message, Refusal
from bot.sandbox.slack.model.workspace import Workspace
from bot.sandbox.slack.server.methods import Method, place, structured

CHANNELS = 100
ALT_TEXT = 1000
PROCESSING = timedelta(seconds=1)  # from the upload until a block may show the file
IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")  # how what a block can show begins


def get_upload_url(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal ."""
    if not str(args["length"]).isdecimal() or int(args["length"]) == 0:
        raise Refusal("missing_argument")
    if len(str(args.get("alt_txt") or "")) > ALT_TEXT:
        raise Refusal("alt_txt_too_large")
    file = File(id=space.new_id("F"), name=str(args["filename"]))
    space.files[file.id] = file
    return {"upload_url": f"{space.origin}/upload/{file.id}", "file_id": file.id}


def complete_upload(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/files.completeUploadExternal ."""
    channels = _channels(args)
    places = [place(space, each) for each in channels]
    files = [_complete(space, each) for each in _listed(args)]
    space.files |= {file.id: file for file in files}
    for channel in places:
        space.say(
            Message(
                channel=channel.id,
                user=space.bot.id,
                text=str(args.get("initial_comment") or ""),
                thread=str(args.get("thread_ts") or ""),
                files=tuple(files),
            )
        )
    return {"files": [serialize.file(file, space) for file in files]}


def delete(space: Workspace, args: Json) -> Json:
    """https://docs.slack.dev/reference/methods/files.delete ."""
    file = space.files.pop(str(args["file"]), None)
    if file is None:
        raise Refusal("file_not_found")
    for message in list(space.messages.values()):
        if any(one.id == file.id for one in message.files):
            space.delete(message)
    return {}


def receive(space: Workspace, file_id: str, content: bytes) -> bool:
    """Take the bytes of an upload that was announced; False when it was not."""
    file = space.files.get(file_id)
    if file is None or file.complete:
        return False
    space.files[file_id] = replace(file, content=content)
    return True


def unshowable(space: Workspace, blocks: Any, at: str = "/blocks") -> list[str]:
    """Return what is wrong with the files that *blocks* show.

    Slack refuses one that is not processed yet as it refuses one that it does not know.
    https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object
    """
    if isinstance(blocks, list):
        inside = list(enumerate(blocks))
    elif isinstance(blocks, dict):
        inside = [(name, one) for name, one in blocks.items() if name != "slack_file"]
    else:
        return []
    faults = [
        fault
        for step, one in inside
        for fault in unshowable(space, one, f"{at}/{step}")
    ]
    shown = blocks.get("slack_file") if isinstance(blocks, dict) else None
    if shown is not None and not _is_processed(space, shown):
        faults.append(wrong("invalid slack file", f"{at}/slack_file"))
    return faults


def _is_processed(space: Workspace, shown: Json) -> bool:
    named = str(shown.get("id") or str(shown.get("url") or "").rsplit("/", 1)[-1])
    file = space.files.get(named)
    ready = file is not None and file.processed
    image = file is not None and file.content.startswith(IMAGES)
    return bool(ready and image and ready <= space.now())


METHODS = {
    "files.delete": Method(run=delete, needs=("file",), scopes=("files:write",)),
    "files.getUploadURLExternal": Method(
        run=get_upload_url,
        needs=("filename", "length"),
        scopes=("files:write",),
        json=False,
        lacking="missing_argument",
    ),
    "files.completeUploadExternal": Method(
        run=complete_upload, needs=("files",), scopes=("files:write",)
    ),
}


def _channels(args: Json) -> list[str]:
    one, many = str(args.get("channel_id") or ""), str(args.get("channels") or "")
    channels = [each for each in (one, *many.split(",")) if each]
    if len(channels) > CHANNELS:
        raise Refusal("channels_limit_exceeded")
    return channels


def _listed(args: Json) -> list[Any]:
    listed = structured(args, "files", "invalid_arguments")
    if not isinstance(listed, list) or not listed:
        raise Refusal("invalid_arguments", "[ERROR] files must be a list")
    return listed


def _complete(space: Workspace, listed: Json) -> File:
    file = space.files.get(listed.get("id", ""))
    if file is None or not file.content:
        raise Refusal("file_not_found")
    return replace(
        file,
        title=str(listed.get("title") or ""),
        complete=True,
        processed=space.now() + PROCESSING,
    )
