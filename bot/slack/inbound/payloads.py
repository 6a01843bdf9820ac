"""Slack's payloads as asks.

The de-duplication key of an ask is made of what the person did, never of how it was
delivered.
https://docs.slack.dev/interactivity
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.dialogue.ask import Ask, Person, Place, Submission, Surface
from bot.i18n import DEFAULT_LOCALE
from bot.ids import ChannelId, FormId, MessageTs, SlackUserId, TeamId
from bot.slack.render import modals

Payload = Mapping[str, Any]

NO_CHANNEL = ChannelId("")  # a modal and the Home tab stand in none
HOOKS = "hooks.slack.com"
LONGEST_TEXT = 1900  # characters of a message that are looked up

_MENTION = re.compile(r"^\s*(?:<@[A-Z0-9]+(?:\|[^>]*)?>\s*)+")


def command(body: Payload, prefix: str, locale: str = DEFAULT_LOCALE) -> Ask:
    """Return a slash command; *prefix* goes before every command's name (`tc-`)."""
    name = str(body["command"]).removeprefix("/")
    channel = str(body.get("channel_id", ""))
    team, trigger = str(body["team_id"]), str(body.get("trigger_id", ""))
    return Ask(
        command=name.removeprefix(prefix),
        text=str(body.get("text", "")),
        who=_person(team, str(body["user_id"]), team, locale),
        where=Place(channel=ChannelId(channel), direct=channel.startswith("D")),
        surface=Surface.COMMAND,
        key=f"slash:{team}:{trigger}",
        answer_url=_secret(body.get("response_url")),
        trigger=trigger,
    )


def button(body: Payload, action: Payload, locale: str = DEFAULT_LOCALE) -> Ask:
    """Return a press of a button or menu entry, on a message or the Home tab."""
    _do, command, _number = str(action["action_id"]).split(":", 2)
    once, _space, text = _pressed(action).partition(" ")
    who = who_in(body, locale)
    where = _where(body)
    press = f"{where.channel}:{where.message}:{action.get('action_ts', '')}"
    return Ask(
        command=command,
        text=text,
        who=who,
        where=where,
        surface=Surface.BUTTON,
        key=f"button:{who.team}:{press if once == '-' else f'{once}:{text}'}",
        answer_url=_secret(body.get("response_url")),
        trigger=str(body.get("trigger_id", "")),
    )


def submission(
    body: Payload, locale: str = DEFAULT_LOCALE, *, changed: str = ""
) -> Ask:
    """Return a submitted form, or one in which the field *changed* was changed."""
    view = body["view"]
    _form, command, subcommand = str(view["callback_id"]).split(":", 2)
    who = who_in(body, locale)
    return Ask(
        command=command,
        text=subcommand,
        who=who,
        where=Place(channel=NO_CHANNEL),
        surface=Surface.FORM,
        key=f"modal:{who.team}:{view['id']}",
        trigger=str(body.get("trigger_id", "")),
        submission=Submission(
            form_id=FormId(str(view.get("private_metadata", ""))),
            view=str(view["id"]),
            hash=str(view.get("hash", "")),
            values=modals.values((view.get("state") or {}).get("values") or {}),
            changed=changed,
        ),
    )


def mention(
    body: Payload, commands: Iterable[str], prefix: str, locale: str = DEFAULT_LOCALE
) -> Ask:
    """Return `@Patchbay relay stop R128`, or the same text in the bot's messages.

    Text that does not begin with a command is a look-up; no text opens the launcher.
    The key is the message itself: Slack sends a message again when it is edited, as an
    event of another id.
    """
    event = body["event"]
    direct = event.get("channel_type") == "im"
    text = _MENTION.sub("", str(event.get("text", ""))).strip()
    first, _space, rest = text.partition(" ")
    command = first.casefold().lstrip("/").removeprefix(prefix)
    is_command = command in set(commands)
    team = str(body.get("team_id", ""))
    home = str(event.get("user_team") or event.get("team") or team)
    return Ask(
        command=command if is_command else ("lookup" if text else "patchbay"),
        text=rest if is_command else text,
        who=_person(team, str(event["user"]), home, locale),
        where=Place(
            channel=ChannelId(str(event["channel"])),
            thread=_thread(event, direct=direct),
            direct=direct,
        ),
        surface=Surface.DIRECT if direct else Surface.MENTION,
        key=f"event:{team}:{event['channel']}:{event.get('ts', '')}",
    )


def shortcut(body: Payload, locale: str = DEFAULT_LOCALE) -> Ask:
    """Return the shortcut *Look up IDs*, with all text of the message it is for."""
    message = body.get("message") or {}
    who = who_in(body, locale)
    thread = message.get("thread_ts") or message.get("ts")
    return Ask(
        command="lookup",
        text=" ".join(_texts(message))[:LONGEST_TEXT],
        who=who,
        where=Place(
            channel=ChannelId(str((body.get("channel") or {}).get("id", ""))),
            thread=MessageTs(str(thread)) if thread else None,
        ),
        surface=Surface.SHORTCUT,
        key=f"shortcut:{who.team}:{body.get('trigger_id', '')}",
        answer_url=_secret(body.get("response_url")),
        trigger=str(body.get("trigger_id", "")),
    )


def who_in(body: Payload, locale: str = DEFAULT_LOCALE) -> Person:
    """Return the person of an interactive payload."""
    user = body["user"]
    team = str((body.get("team") or {}).get("id") or user.get("team_id", ""))
    home = str(user.get("team_id") or team)
    return _person(team, str(user["id"]), home, locale)


def answer_url_is_slacks(url: str, api_url: str) -> bool:
    """Return whether *url* is a `response_url` of Slack's.

    One on loopback is if it has the host and port of *api_url*.
    """
    parts, api = urlsplit(url), urlsplit(api_url)
    if parts.username or parts.password or parts.fragment:
        return False
    if parts.scheme == "https":
        return parts.netloc == HOOKS
    local = api.hostname in {"127.0.0.1", "localhost", "::1"}
    return parts.scheme == "http" == api.scheme and local and parts.netloc == api.netloc


def _person(team: str, user: str, home: str, locale: str) -> Person:
    return Person(
        team=TeamId(team), user=SlackUserId(user), home=TeamId(home), locale=locale
    )


def _where(body: Payload) -> Place:
    container = body.get("container") or {}
    message = body.get("message") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    thread = message.get("thread_ts") or container.get("thread_ts")
    ts = container.get("message_ts")
    return Place(
        channel=ChannelId(str(channel or "")),
        thread=MessageTs(str(thread)) if thread else None,
        message=MessageTs(str(ts)) if ts else None,
        direct=str(channel or "").startswith("D"),
    )


def _pressed(action: Payload) -> str:
    chosen = action.get("selected_option") or {}
    return str(action.get("value") or chosen.get("value") or "- ")


def _thread(event: Payload, *, direct: bool) -> MessageTs | None:
    thread = event.get("thread_ts") or (None if direct else event.get("ts"))
    return MessageTs(str(thread)) if thread else None


def _secret(url: Any) -> SecretStr | None:
    return SecretStr(str(url)) if url else None


def _texts(node: Any) -> Iterable[str]:
    """Yield all text of a message, its blocks and its attachments."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in {"text", "fallback", "pretext", "title", "value"} and isinstance(
                value, str
            ):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(node, list):
        for one in node:
            yield from _texts(one)
