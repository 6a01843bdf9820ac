"""What a genuine payload is to the bot, before anything looks deeper into it.

Slack sends more than was asked for: events that somebody subscribed to later, buttons
of other releases, forms that were closed. All of it is answered with 200 and nothing;
an error would make Slack send it again, and end the subscription in the end.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import structlog
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.i18n import _

Payload = Mapping[str, Any]

log = structlog.get_logger(__name__)

PARTS = {"do": 3, "field": 2, "pick": 4, "form": 3}  # of an id that the bot made
SHORTCUT = "lookup_ids"
EYES = "eyes"  # the reaction by which somebody takes an alert
BY_PEOPLE = frozenset({"", "file_share", "me_message", "thread_broadcast"})
ALARMS = frozenset({"app_rate_limited", "app_uninstalled", "tokens_revoked"})
PEOPLE = frozenset({"subteam_members_changed", "subteam_updated", "user_change"})
WORKSPACES = frozenset({"team_access_granted", "team_access_revoked"})


class PayloadKind(StrEnum):
    """What a payload asks of the bot."""

    HANDSHAKE = "url_verification"
    COMMAND = "command"
    CLICK = "block_actions"
    SUBMISSION = "view_submission"
    OPTIONS = "block_suggestion"
    SHORTCUT = "message_action"
    MENTION = "app_mention"
    DIRECT = "message"
    HOME = "app_home_opened"
    EDIT = "message_changed"
    ALARM = "alarm"
    PEOPLE = "people"
    REACTION = "reaction_added"
    NOTHING = "nothing"


def kind_of(body: Payload) -> PayloadKind:
    """Return what *body* asks of the bot; NOTHING if it is not for the bot."""
    if isinstance(body.get("command"), str):
        team, user = body.get("team_id"), body.get("user_id")
        whole = isinstance(team, str) and isinstance(user, str)
        return PayloadKind.COMMAND if whole else PayloadKind.NOTHING
    if alarm_in(body):
        return PayloadKind.ALARM
    match body.get("type"):
        case "url_verification":
            return PayloadKind.HANDSHAKE
        case "event_callback":
            return _event(at(body, "event"))
        case str(named) if text_at(body, "user", "id"):
            return _interaction(named, body)
    return PayloadKind.NOTHING


def alarm_in(body: Payload) -> str:
    """Return the name of what Slack does to the app as a whole; "" for all else.

    The tokens of people, of which the bot has none, may be revoked.
    """
    of_event = text_at(body, "event", "type")
    named = of_event if body.get("type") == "event_callback" else body.get("type")
    theirs = named == "tokens_revoked" and not at(body, "event", "tokens", "bot")
    is_one = isinstance(named, str) and named in ALARMS and not theirs
    return str(named) if is_one else ""


def meaning_of(alarm: str) -> str:
    """Return the sentence that tells the operators what *alarm* means."""
    return {
        "app_rate_limited": _("Slack drops events for this app: too many an hour."),
        "app_uninstalled": _("This app was removed from the workspace."),
        "tokens_revoked": _("Slack no longer accepts the tokens of this app."),
    }[alarm]


def is_org_wide(payload: Payload) -> bool:
    """Tell whether *payload* (or an answer) is of an org-wide install.

    An event says it of the install that it is sent to.
    """
    authorized: Payload = next(iter(payload.get("authorizations") or ()), {})
    flags = (one.get("is_enterprise_install") for one in (payload, authorized))
    return any(flag in (True, "true") for flag in flags)


def at(body: Any, *path: str) -> Any:
    """Return what stands in *body* under *path*, or None."""
    for key in path:
        body = body.get(key) if isinstance(body, Mapping) else None
    return body


def text_at(body: Any, *path: str) -> str:
    """Return the text in *body* under *path*; empty if there is none."""
    value = at(body, *path)
    return value if isinstance(value, str) else ""


def action_in(body: Payload) -> Payload:
    """Return the action of a click; empty if there is none."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else {}
    return first if isinstance(first, Mapping) else {}


def by_a_program(event: Payload) -> bool:
    """Tell whether no person wrote a message in one of Slack's own clients."""
    posted = event.get("app_id") and not event.get("client_msg_id")
    named = event.get("bot_id") or event.get("bot_profile")
    return bool(posted or named or event.get("subtype") == "bot_message")


def _interaction(named: str, body: Payload) -> PayloadKind:
    kind = PayloadKind.NOTHING
    if named == "block_actions" and _made(action_in(body).get("action_id")):
        is_form = text_at(body, "view", "callback_id")
        redraws = str(action_in(body).get("action_id")).startswith("field:")
        if not redraws or _made(is_form):
            kind = PayloadKind.CLICK
    elif named == "view_submission" and _is_ours(body):
        kind = PayloadKind.SUBMISSION
    elif named == "block_suggestion" and _made(body.get("action_id")):
        kind = PayloadKind.OPTIONS
    elif named == "message_action" and body.get("callback_id") == SHORTCUT:
        kind = PayloadKind.SHORTCUT
    return kind


def _is_ours(body: Payload) -> bool:
    """Tell whether the view of *body* was made here: one that is done has no name."""
    view = body.get("view")
    unnamed = isinstance(view, Mapping) and view.get("callback_id") == ""
    return unnamed or _made(text_at(body, "view", "callback_id"))


def _event(event: Any) -> PayloadKind:
    if not isinstance(event, Mapping):
        return PayloadKind.NOTHING
    is_news = text_at(event, "type") in PEOPLE | WORKSPACES
    return PayloadKind.PEOPLE if is_news else _done_by_somebody(event)


def _done_by_somebody(event: Payload) -> PayloadKind:
    named, kind = event.get("type"), PayloadKind.NOTHING
    if named == "message" and event.get("subtype") == "message_changed":
        kind = _edit(event)
    elif not text_at(event, "user"):
        pass  # nobody did it, or nobody who is named
    elif named == "reaction_added" and event.get("reaction") == EYES:
        whole = text_at(event, "item", "channel") and text_at(event, "item", "ts")
        kind = PayloadKind.REACTION if whole else PayloadKind.NOTHING
    elif named == "app_home_opened" and event.get("tab", "home") == "home":
        kind = PayloadKind.HOME
    elif _said_by_a_person(event):
        direct = named == "message" and event.get("channel_type") == "im"
        subtype = event.get("subtype") or ""
        by_people = isinstance(subtype, str) and subtype in BY_PEOPLE
        if named == "app_mention" and by_people:
            kind = PayloadKind.MENTION
        elif direct and by_people:
            kind = PayloadKind.DIRECT
    return kind


def _said_by_a_person(event: Payload) -> bool:
    """Tell whether *event* stands in a channel, in a person's own words."""
    hidden = event.get("hidden") or by_a_program(event)
    return bool(text_at(event, "channel")) and not hidden


def _edit(event: Payload) -> PayloadKind:
    """Tell an edit of what somebody wrote to the bot from what Slack itself changes."""
    now, before = at(event, "message") or {}, at(event, "previous_message") or {}
    direct = event.get("channel_type") == "im" and text_at(event, "channel")
    written = text_at(now, "user") and at(now, "edited") and not by_a_program(now)
    if direct and written and now.get("text") != at(before, "text"):
        return PayloadKind.EDIT
    return PayloadKind.NOTHING


def _made(named: Any) -> bool:
    """Tell whether *named* is an id that the bot gives to a control or a form."""
    parts = str(named or "").split(":")
    return len(parts) >= PARTS.get(parts[0], len(parts) + 1)


def bolt_request(body: dict[str, Any]) -> AsyncBoltRequest | None:
    """Return a request for Bolt; None if its payload has a shape unknown to Slack.

    Bolt looks into a payload before anything can catch what that raises. However it
    came, it has been read: only what comes over a socket Bolt takes so.
    """
    try:
        return AsyncBoltRequest(mode="socket_mode", body=body)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        log.warning("payload.misshapen", why=type(error).__name__)
        return None
