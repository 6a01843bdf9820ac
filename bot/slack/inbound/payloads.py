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
from bot.slack.inbound.kinds import is_org_wide
from bot.slack.inbound.texts import LONGEST_TEXT, text_of
from bot.slack.render import limits, modals, origin

Payload = Mapping[str, Any]

NO_CHANNEL = ChannelId("")  # a modal and the Home tab stand in none
LONGEST_TYPED = 1900  # characters that are read as words; what is longer was pasted
CLOUDS = ("slack.com", "slack-gov.com")  # another host is a proxy of the first

UNSIGNED = ("app_home_opened", "reaction_added")  # by whose people, nothing says

_MENTION = re.compile(r"^\s*(?:<@[A-Z0-9]+(?:\|[^>]*)?>\s*[:,\uff1a\uff0c]?\s*)+")


def command(body: Payload, prefix: str, locale: str = DEFAULT_LOCALE) -> Ask:
    """Return a slash command; *prefix* goes before every command's name (`tc-`)."""
    name = str(body["command"]).removeprefix("/")
    channel = str(body.get("channel_id", ""))
    team, trigger = str(body["team_id"]), str(body.get("trigger_id", ""))
    return Ask(
        command=name.removeprefix(prefix),
        text=str(body.get("text", "")),
        who=Person(
            team=TeamId(team),
            user=SlackUserId(str(body["user_id"])),
            home=TeamId(team),  # a command is offered to the members of a workspace
            enterprise=str(body.get("enterprise_id") or ""),
            locale=locale,
        ),
        where=Place(channel=ChannelId(channel), direct=channel.startswith("D")),
        surface=Surface.COMMAND,
        key=f"slash:{team}:{trigger}",
        answer_url=_secret(body.get("response_url")),
        trigger=trigger,
    )


def button(body: Payload, action: Payload, locale: str = DEFAULT_LOCALE) -> Ask:
    """Return a press of a button or menu entry, on a message or the Home tab."""
    action_id, team = origin.read(str(action["action_id"]))
    _do, command, number = action_id.split(":", 2)
    is_mine = bool((body.get("container") or {}).get("is_ephemeral"))
    once, _space, text = _pressed(action).partition(" ")
    if not command:  # of a menu whose entries belong to several
        command, _space, text = text.partition(" ")
    who = who_in(body, locale, drawn_for=team)
    where = _where(body)
    press = f"{where.channel}:{where.message}:{action.get('action_ts', '')}"
    return Ask(
        command=command,
        text=text,
        who=who,
        where=where,
        surface=Surface.BUTTON,
        key=f"button:{who.team}:{who.user}:"
        f"{press if once == '-' else f'{once}:{text}'}",
        answer_url=_secret(body.get("response_url")),
        trigger=str(body.get("trigger_id", "")),
        replaces=is_mine and number.endswith(limits.REPLACES),
    )


def submission(
    body: Payload, locale: str = DEFAULT_LOCALE, *, changed: str = ""
) -> Ask:
    """Return a submitted form, or one in which the field *changed* was changed."""
    view = body["view"]
    _form, command, subcommand = str(view["callback_id"]).split(":", 2)
    who, form_id = filler(body, locale)
    state = (view.get("state") or {}).get("values") or {}
    shown = view.get("blocks") or ()
    return Ask(
        command=command,
        text=subcommand,
        who=who,
        where=Place(channel=NO_CHANNEL),
        surface=Surface.FORM,
        key=f"modal:{who.team}:{view['id']}",
        trigger=str(body.get("trigger_id", "")),
        submission=Submission(
            form_id=form_id,
            view=str(view["id"]),
            hash=str(view.get("hash", "")),
            values=modals.values(state, view.get("blocks")),
            changed=changed,
            untold=modals.untold(state, shown),
            drawn=modals.drawn(shown),
        ),
    )


def filler(body: Payload, locale: str = DEFAULT_LOCALE) -> tuple[Person, FormId]:
    """Return who fills in a form, and which; the id is empty if it has none."""
    kept = str((body.get("view") or {}).get("private_metadata", ""))
    form_id, team = origin.read(kept)
    return who_in(body, locale, drawn_for=team), FormId(form_id)


def inputs(view: Payload) -> list[str]:
    """Return the names of a form's fields, in order."""
    return [str(one["block_id"]) for one in modals.inputs(view.get("blocks") or ())]


def mention(
    body: Payload, commands: Iterable[str], prefix: str, locale: str = DEFAULT_LOCALE
) -> Ask:
    """Return `@Patchbay relay stop R128`, or the same text in the bot's messages.

    Text that does not begin with a command is a look-up. No text opens the launcher,
    and looks up what a thread is about. The key is the message itself: Slack sends a
    message again when it is edited, as an event of another id.
    """
    event = body["event"]
    direct = event.get("channel_type") == "im"
    text, command, rest = typed(event, commands, prefix)
    is_command = bool(command)
    who = writer(body, locale)
    parent = _parent(event)
    pasted = not is_command and len(text) > LONGEST_TYPED
    looks_up = text or parent
    return Ask(
        command=command if is_command else ("lookup" if looks_up else "patchbay"),
        text="" if pasted else (rest if is_command else text),
        pasted=text[:LONGEST_TEXT] if pasted else "",
        who=who,
        where=Place(
            channel=ChannelId(str(event["channel"])),
            thread=_thread(event, direct=direct),
            parent=parent,
            direct=direct,
        ),
        surface=Surface.DIRECT if direct else Surface.MENTION,
        key=f"event:{who.team}:{event['channel']}:{event.get('ts', '')}",
    )


def reaction(
    body: Payload, alert: tuple[str, str], locale: str = DEFAULT_LOCALE
) -> Ask:
    """Return that somebody takes an *alert*, of a thing and a workspace, by a reaction.

    It is taken in the workspace that it was drawn for, as by its button.
    """
    thing, team = alert
    drawn_for = team if is_org_wide(body) else ""
    event, who = body["event"], writer(body, locale, drawn_for=drawn_for)
    item = event["item"]
    channel, ts = str(item["channel"]), str(item["ts"])
    return Ask(
        command="patchbay",
        text=f"take {thing}",
        who=who,
        where=Place(channel=ChannelId(channel), direct=channel.startswith("D")),
        surface=Surface.MENTION,
        key=f"reaction:{who.team}:{channel}:{ts}:{who.user}",
    )


def typed(event: Payload, commands: Iterable[str], prefix: str) -> tuple[str, str, str]:
    """Return the text of *event*, the command that it begins with, and the rest.

    The command is empty if it begins with none.
    """
    text = _MENTION.sub("", str(event.get("text", ""))).strip()
    first, _space, rest = text.partition(" ")
    command = first.casefold().lstrip("/").removeprefix(prefix)
    return text, command if command in set(commands) else "", rest


def edited(event: Payload) -> Payload:
    """Return the message that an event of the subtype message_changed is about."""
    return {
        **event["message"],
        "channel": event["channel"],
        "channel_type": event.get("channel_type"),
    }


def shortcut(body: Payload, locale: str = DEFAULT_LOCALE) -> Ask:
    """Return the shortcut *Look up IDs*, with all text of the message it is for."""
    message = body.get("message") or {}
    who = who_in(body, locale)
    thread = message.get("thread_ts") or message.get("ts")
    return Ask(
        command="lookup",
        text="",
        pasted=text_of(message, who.team),
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


def who_in(
    body: Payload, locale: str = DEFAULT_LOCALE, *, drawn_for: str = ""
) -> Person:
    """Return the person of an interactive payload, on what was *drawn_for* a workspace.

    On a Grid `user.team_id` is one of their workspaces, and not always the one they
    are in: so what is said of the payload's workspace is theirs only if it is the same.
    """
    user, at = body["user"], body.get("team") or {}
    home = str(user.get("team_id") or at.get("id") or "")
    of_place = at.get("enterprise_id") or (body.get("enterprise") or {}).get("id")
    return Person(
        team=TeamId(drawn_for or _installation(body)),
        bound=bool(drawn_for),
        user=SlackUserId(str(user["id"])),
        home=TeamId(home),
        enterprise=_enterprise(home, of_place if home == at.get("id") else ""),
        locale=locale,
    )


def writer(
    body: Payload, locale: str = DEFAULT_LOCALE, *, drawn_for: str = ""
) -> Person:
    """Return the person of an event, about what was *drawn_for* a workspace.

    `team_id` and `enterprise_id` are those of the event: in a channel that is shared
    with another company, of whichever of the two wrote or hosts it. Whose people they
    are who open the Home tab, or react, none of them says: `users.info` has to.
    """
    event, of_event = body["event"], str(body.get("team_id") or "")
    usual = "" if event.get("type") in UNSIGNED else of_event
    home = str(event.get("user_team") or event.get("team") or usual)
    is_ours_alone = body.get("is_ext_shared_channel") is False
    certain = is_ours_alone or home == of_event
    return Person(
        team=TeamId(drawn_for or _installation(body)),
        bound=bool(drawn_for),
        user=SlackUserId(str(event["user"])),
        home=TeamId(home),
        enterprise=_enterprise(home, body.get("enterprise_id") if certain else ""),
        locale=locale,
    )


def answer_url_is_slacks(url: str, api_url: str) -> bool:
    """Return whether *url* is a `response_url` of the Slack whose API is *api_url*.

    One on loopback is if it has the host and port of *api_url*.
    """
    parts, api = urlsplit(url), urlsplit(api_url)
    if parts.username or parts.password or parts.fragment:
        return False
    local = api.hostname in {"127.0.0.1", "localhost", "::1"}
    if local and (parts.scheme, parts.netloc) == (api.scheme, api.netloc):
        return api.scheme in {"http", "https"}
    hooks = f"hooks.{_cloud(api.hostname or '')}"
    return (parts.scheme, parts.netloc) == ("https", hooks)


def _cloud(host: str) -> str:
    """Return the domain of the Slack that *host* belongs to: GovSlack has its own."""
    mine = (one for one in CLOUDS if host == one or host.endswith(f".{one}"))
    return next(mine, CLOUDS[0])


def _installation(body: Payload) -> str:
    """Return the workspace in whose installation Slack sent a payload.

    In a shared channel `team` and `team_id` may be the other company's. An org-wide
    install is in many: of those it is the one in which somebody acts, as far as the
    payload says; `Directory.placed` has to look whether it is theirs.
    """
    if is_org_wide(body):
        return next(filter(_is_workspace, map(str, _acted_in(body))), "")
    authorized: Payload = next(iter(body.get("authorizations") or ()), {})
    view = body.get("view") or (body.get("event") or {}).get("view") or {}
    named = (
        authorized.get("team_id"),
        body.get("context_team_id"),
        view.get("app_installed_team_id"),
        (body.get("team") or {}).get("id"),
        body.get("team_id"),
        (body.get("user") or {}).get("team_id"),
    )
    return str(next(filter(None, named), ""))


def _acted_in(body: Payload) -> Iterable[Any]:
    """Yield in which workspace of an organisation somebody acts, the likeliest first.

    A click names the one that it was made in, a message that of its writer. In a
    channel shared with another company the event's own may be theirs.
    """
    event, team = body.get("event"), body.get("team") or {}
    authorized: Payload = next(iter(body.get("authorizations") or ()), {})
    context = (body.get("context_team_id"), authorized.get("team_id"))
    if event is None:
        view = body.get("view") or {}
        user = body.get("user") or {}
        return (team.get("id"), user.get("team_id"), view.get("team_id"), *context)
    if body.get("is_ext_shared_channel"):
        return (*context, body.get("team_id"))
    writers = (event.get("user_team"), event.get("team"))
    return (*writers, body.get("team_id"), *context)


def _is_workspace(name: str) -> bool:
    return name.startswith("T")


def _enterprise(home: str, certain: Any) -> str:
    return home if home.startswith("E") else str(certain or "")


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


def _parent(event: Payload) -> MessageTs | None:
    parent = event.get("thread_ts")
    return MessageTs(str(parent)) if parent and parent != event.get("ts") else None


def _secret(url: Any) -> SecretStr | None:
    return SecretStr(str(url)) if url else None
