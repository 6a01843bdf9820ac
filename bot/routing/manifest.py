"""The Slack app's manifest, made from the commands.

https://docs.slack.dev/reference/app-manifest says what the keys mean. The scopes are
the fewest that work; none of them reads a channel. The optional ones do: with them the
bot looks up what stands above it in a thread, and all else works without.
"""

import re
from collections.abc import Iterable
from typing import Any

from bot.i18n import commands_called
from bot.routing.command import Command

SCOPES = (
    "app_mentions:read",  # the same words in a thread, where slash commands cannot go
    "chat:write",  # cards, and answers to mentions
    "commands",
    "files:write",  # the export of the audit trail, the picture of a layout
    "im:history",  # bare words in the bot's own messages tab
    "usergroups:read",  # who is in the groups that rules name
    "users:read",  # the reader's language, and whether somebody is a guest
)
OPTIONAL_SCOPES = (
    "channels:history",
    "groups:history",
    "mpim:history",
    "reactions:read",  # 👀 takes an alert, as its button does
)
# Without these nothing works: no card, no command, no knowing who is a guest.
REQUIRED = frozenset({"chat:write", "commands", "users:read"})
FEATURES = {  # what every other scope serves, and nothing else
    "app_mentions:read": "mentions",
    "files:write": "the export of the audit trail, the picture of a layout",
    "im:history": "words in the bot's own messages",
    "reactions:read": "taking an alert by the reaction 👀",
    "usergroups:read": "rules that name user groups",
}
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.im",
    "reaction_added",  # 👀 under an alert
    "subteam_members_changed",  # whoever left a group loses what it may do at once
    "subteam_updated",  # also: it was switched off
    "tokens_revoked",
    "user_change",  # also: somebody was deactivated, or is a guest now
)
ORG_EVENTS = ("team_access_granted", "team_access_revoked")  # of an org-wide install
PREFIX = re.compile(r"[a-z0-9-]{0,20}")  # as of `command_prefix`
ADDRESS = re.compile(  # of a name, which ends in a letter first: no IPv4 address
    r"https://([A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]+(:[0-9]+)?(/[\w./-]*)?"
)
HEADER = (
    "# Made by `python -m bot manifest`; --prefix and --http-url make other ones.\n"
    "# Paste it at https://api.slack.com/apps → Create New App → From a manifest.\n"
)


def refusal(prefix: str, http_url: str) -> str:
    """Return why there is no manifest with *prefix* or for *http_url*; empty if it is.

    Slack refuses capitals and spaces in commands, and `bot.toml` prefixes that are
    longer; https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    if not PREFIX.fullmatch(prefix):
        return (
            f"--prefix {prefix!r}: lower case letters, figures and - only, 20 at most; "
            "for example --prefix tc-"
        )
    if http_url and not ADDRESS.fullmatch(http_url):
        return (
            f"--http-url {http_url!r}: Slack calls https alone, at a name that the "
            "Internet knows; for example --http-url https://bot.example.com"
        )
    return ""


def manifest(
    commands: Iterable[Command],
    *,
    prefix: str = "",
    http_url: str = "",
    org: bool = False,
) -> dict[str, Any]:
    """Return the manifest: Socket Mode, or HTTP at *http_url* (the public base URL).

    *prefix* goes before every command: `tc-` makes `/tc-relay`. With *org* it can be
    installed in an organisation, and added to its workspaces.
    https://docs.slack.dev/enterprise/organization-ready-apps
    """
    events = f"{http_url.rstrip('/')}/slack/events" if http_url else ""
    commands = tuple(commands)
    with commands_called(prefix, (one.name for one in commands)):
        features = _features(commands, events)
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Patchbay",
            "description": "Run Tencent Cloud real-time streams from Slack",
            "background_color": "#1f3a5f",
        },
        "features": features,
        "oauth_config": {
            "scopes": {"bot": list(SCOPES), "bot_optional": list(OPTIONAL_SCOPES)}
        },
        "settings": _settings(events, org=org),
    }


def as_yaml(made: dict[str, Any]) -> str:
    """Return *made* as the file that Slack takes."""
    import yaml  # noqa: PLC0415 - a bot that runs writes none

    body = yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=88)
    return HEADER + body


def _features(commands: Iterable[Command], events: str) -> dict[str, Any]:
    url = {"url": events} if events else {}
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "patchbay", "always_online": True},
        "shortcuts": [
            {
                "name": "Look up IDs",
                "type": "message",
                "callback_id": "lookup_ids",
                "description": "What the IDs and errors in this message are",
            }
        ],
        "slash_commands": [
            {
                "command": command.slash,
                "description": command.summary,
                "usage_hint": command.hint,
                "should_escape": True,
                **url,
            }
            for command in commands
        ],
    }


def _settings(events: str, *, org: bool) -> dict[str, Any]:
    url = {"request_url": events} if events else {}
    options = {"message_menu_options_url": events} if events else {}
    heard = sorted((*EVENTS, *ORG_EVENTS)) if org else list(EVENTS)
    return {
        "event_subscriptions": {**url, "bot_events": heard},
        "interactivity": {"is_enabled": True, **url, **options},
        "org_deploy_enabled": org,
        "socket_mode_enabled": not events,
        "token_rotation_enabled": False,
    }
