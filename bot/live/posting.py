"""Level 2: six messages, each deleted again; what a crash leaves is in the ledger."""

from collections.abc import Mapping
from functools import partial

from bot.i18n import _
from bot.live import largest, places
from bot.live.report import Seen
from bot.live.trial import Trial
from bot.slack.outbound.web import Sent, Web
from bot.slack.render import blocks, limits
from bot.slack.render.escape import size

TEXT = "Patchbay, doctor --live: this message is deleted in a moment."
FILE = "patchbay-doctor.txt"
TOO_LONG = "invalid_blocks"  # Slack's word for a text that is
SHARED = "files.completeUploadExternal"  # the last of the three calls of an upload


async def post(trial: Trial) -> None:
    """Write and delete six messages: to the channel, and to whom --as names."""
    web = trial.web
    if web is None:
        return
    try:
        if channel := await _posted(trial, web):
            await _to_one(trial, web, channel)
            await _long(trial, web, channel)
    finally:
        for entry in trial.ledger.left():
            if "agent" not in entry:
                await take_back(trial, entry)


async def _posted(trial: Trial, web: Web) -> str:
    """Post and update; return the channel's ID, empty if it cannot be posted to."""
    named = trial.wishes.channel
    sent = await _write(trial, web, named, {"text": TEXT})
    _tell(trial, "chat.postMessage", sent, places.REFUSALS)
    if not sent.ok:
        fix = _("Invite the bot to it, or name another.")
        trial.report.add(_("Nothing more is posted"), well=None, fix=fix)
        return ""
    channel, ts = str(sent.channel), str(sent.ts)
    longest = "u" * limits.FALLBACK
    call = partial(web.call, "chat.update", channel=channel, ts=ts, text=longest)
    update = await trial.patiently(call)
    name = _("chat.update with {n} characters").format(n=limits.FALLBACK)
    _tell(trial, name, update, places.FALLBACK)
    return channel


async def _to_one(trial: Trial, web: Web, channel: str) -> None:
    person = trial.wishes.person
    if not person:
        fix = _("Say --as U… for an ephemeral message, a DM and a file.")
        trial.report.add(_("Nobody to write to"), well=None, fix=fix)
        return
    facts = {"channel": channel, "user": person, "text": TEXT}
    sent = await trial.patiently(partial(web.call, "chat.postEphemeral", **facts))
    _tell(trial, "chat.postEphemeral", sent, places.REFUSALS)
    direct = await _write(trial, web, person, {"text": TEXT})
    _tell(trial, _("chat.postMessage to a person"), direct, places.REFUSALS)
    if direct.channel:
        call = partial(web.upload, direct.channel, FILE, TEXT)
        sent = await trial.patiently(call)
        if file := _file_of(trial):
            trial.ledger.begin(f"file {file}", file=file)
        _tell(trial, _("Upload of a file"), sent, places.UPLOAD)


async def _long(trial: Trial, web: Web, channel: str) -> None:
    """Post what is as long as ours may be, and where UTF-16 and code points differ."""
    full = blocks.message(largest.full_text())
    name = _("A message as long as {n} characters").format(n=limits.MESSAGE_TEXT)
    sent = await _write(trial, web, channel, full)
    _tell(trial, name, sent, places.BLOCK_LIMITS)
    count = limits.CONTEXT_TEXT - 1  # twice as many in UTF-16
    body = {"text": TEXT, "blocks": largest.unfitted(largest.EMOJI * count)}
    sent = await _write(trial, web, channel, body)
    words = {"": _("counted as code points"), TOO_LONG: _("counted as UTF-16")}
    units = words.get(sent.error)
    what = _("{n} emoji in one text: {how}").format(n=count, how=units or sent.error)
    assumed = words[TOO_LONG if size(largest.EMOJI) > 1 else ""]
    row = Seen(assumed, units, places.SIZE) if units else None
    trial.report.add(what, well=True if units else None, seen=row)


async def _write(trial: Trial, web: Web, to: str, body: Mapping[str, object]) -> Sent:
    """Post *body*, and note where it stands before anything else."""
    sent = await trial.patiently(partial(web.post, to, body))
    if sent.ok:
        key = f"message {sent.channel} {sent.ts}"
        trial.ledger.begin(key, channel=sent.channel, ts=sent.ts)
    return sent


def _file_of(trial: Trial) -> str:
    """Return the ID of the file that was shared last; empty if none was."""
    answer = trial.recorder.last.get(SHARED, {}).get("body")
    files = answer.get("files") if isinstance(answer, dict) else None
    return str(files[0].get("id") or "") if files else ""


def _tell(trial: Trial, name: str, sent: Sent, place: str) -> None:
    row = Seen(f"{name}: ok", f"{name}: {sent.error or 'ok'}", place)
    answered = not sent.transient
    what = f"{name}: {sent.error or 'ok'}"
    trial.report.add(what, well=sent.ok, seen=row if answered else None)


async def take_back(trial: Trial, entry: dict[str, str]) -> None:
    """Delete the message or file that *entry* of the ledger names."""
    web = trial.web
    if web is None:
        fix = _("Set SLACK_BOT_TOKEN to delete what an earlier run posted.")
        trial.report.add(
            _("Not deleted: {what}").format(what=entry["key"]), well=False, fix=fix
        )
        return
    if file := entry.get("file"):
        call = partial(web.call, "files.delete", file=file)
    else:
        place = {"channel": entry["channel"], "ts": entry["ts"]}
        call = partial(web.call, "chat.delete", **place)
    sent = await trial.patiently(call)
    gone = sent.error in {"message_not_found", "file_not_found", "file_deleted"}
    if sent.ok or gone:
        trial.ledger.end(entry["key"])
        return
    what = _("Not deleted: {what}: Slack says {word}")
    text = what.format(what=entry["key"], word=sent.error)
    fix = _("Run --live --resume, or delete it by hand.")
    trial.report.add(text, well=False, fix=fix)
