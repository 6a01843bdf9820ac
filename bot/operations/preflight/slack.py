"""What Slack says of the tokens, the scopes, the channel for alarms, and the rules.

Only reads, and the address of a socket that nobody opens: nothing is posted.
https://docs.slack.dev/apis/web-api
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.i18n import _
from bot.operations.doctor import SKEW_WORTH_A_WORD, Check
from bot.settings import Rule, Settings
from bot.slack.outbound.web import Sent, Web

MOST = 20  # people and groups of the rules that are asked for
APP_OF = re.compile(r"xapp-\d-(A[A-Z0-9]+)-.+")  # the app stands in its own token
AGAIN = "install the app again (Install App, Reinstall to Workspace)"


@dataclass(frozen=True, slots=True)
class Scopes:
    """Those without which nothing works, and what each of the others serves."""

    required: frozenset[str]
    features: Mapping[str, str]


async def examine_slack(
    web: Web, settings: Settings, scopes: Scopes, now: datetime
) -> list[Check]:
    """Return what Slack says, of which *now* is the time here."""
    auth = await web.call("auth.test")
    if auth.transient or auth.error.startswith("http_"):
        text = _("Slack does not answer at {url}: {word}")
        what = text.format(url=settings.slack_api_url, word=auth.error)
        return [Check(what, well=False, fix=_("See the network, and SLACK_API_URL."))]
    if not auth.ok:
        return [
            _token("SLACK_BOT_TOKEN", auth),
            *[o async for o in _app(web, settings)],
        ]
    data = auth.data or {}
    text = _("Slack: {team}, as @{name}")
    checks = [
        Check(text.format(team=data.get("team", "?"), name=data.get("user", "?")))
    ]
    checks += _scopes(auth, scopes) + _clock(auth, now)
    checks += [one async for one in _app(web, settings)]
    checks += [one async for one in _same_app(web, settings, data.get("bot_id"))]
    checks += [one async for one in _ops_channel(web, settings.ops_channel)]
    return checks + [one async for one in _named(web, settings.policy.rules)]


def _token(setting: str, sent: Sent) -> Check:
    fix = {
        "SLACK_BOT_TOKEN": _(
            "Copy it again: OAuth & Permissions, Bot User OAuth Token."
        ),
        "SLACK_APP_TOKEN": _(
            "Make another: Basic Information, App-Level Tokens, with the scope "
            "connections:write."
        ),
    }[setting]
    return Check(f"{setting}: Slack says {sent.error}", well=False, fix=fix)


def _scopes(auth: Sent, scopes: Scopes) -> list[Check]:
    if auth.scopes is None:
        return []
    checks = []
    fix = _("Add it under OAuth & Permissions, or paste the manifest again; {again}.")
    for one in sorted(scopes.required - auth.scopes):
        text = _("The bot's token lacks the scope {scope}; nothing works without it")
        what = text.format(scope=one)
        checks.append(Check(what, well=False, fix=fix.format(again=AGAIN)))
    for one, feature in scopes.features.items():
        if one not in auth.scopes:
            text = _("The bot's token lacks the scope {scope}, which is for {feature}")
            what = text.format(scope=one, feature=feature)
            checks.append(Check(what, None, fix.format(again=AGAIN)))
    return checks


def _clock(auth: Sent, now: datetime) -> list[Check]:
    if auth.at is None:
        return []
    skew = now.timestamp() - auth.at
    text = _("Clock: {n:+.0f} s against Slack's").format(n=skew)
    near = abs(skew) < SKEW_WORTH_A_WORD
    return [Check(text, near, "" if near else _("Set the clock (NTP)."))]


async def _app(web: Web, settings: Settings) -> AsyncIterator[Check]:
    """Yield whether the app's token opens sockets."""
    if token := settings.slack_app_token:
        sent = await web.open_socket(token)
        if not sent.ok:
            yield _token("SLACK_APP_TOKEN", sent)


async def _same_app(web: Web, settings: Settings, bot: object) -> AsyncIterator[Check]:
    """Yield that the two tokens are of two apps: one would hear, the other speak."""
    token = settings.slack_app_token
    of = APP_OF.fullmatch(token.get_secret_value()) if token else None
    if not (of and bot):
        return
    sent = await web.call("bots.info", bot=bot)
    info = (sent.data or {}).get("bot") if sent.ok else None
    app = info.get("app_id") if isinstance(info, Mapping) else None
    if app and app != of[1]:
        text = _("SLACK_APP_TOKEN is of the app {one}, SLACK_BOT_TOKEN of {other}.")
        fix = _("Copy both from the settings of one app.")
        yield Check(text.format(one=of[1], other=app), well=False, fix=fix)


async def _ops_channel(web: Web, channel: str) -> AsyncIterator[Check]:
    """Yield whether alarms can be posted where they are to go."""
    if not channel:
        return
    sent = await web.call("conversations.history", channel=channel, limit=1)
    name = _("ops_channel {channel}").format(channel=channel)
    if sent.ok:
        yield Check(name)
    elif sent.error == "missing_scope":
        fix = _(
            "It cannot be looked at without channels:history; /invite @patchbay there."
        )
        yield Check(name, None, fix)
    else:
        text = _("{name}: Slack says {word}").format(name=name, word=sent.error)
        yield Check(text, well=False, fix=_("Type /invite @patchbay there."))


async def _named(web: Web, rules: tuple[Rule, ...]) -> AsyncIterator[Check]:
    """Yield groups and people of the rules whom Slack does not know."""
    asked: dict[tuple[str, str, str], str] = {}
    for rule in rules:
        groups = (("usergroups.users.list", "usergroup", one) for one in rule.groups)
        people = (("users.info", "user", one) for one in rule.users)
        for one in (*groups, *people):
            asked.setdefault(one, rule.name)
    for (method, key, name), rule_name in list(asked.items())[:MOST]:
        sent = await web.call(method, **{key: name})
        if sent.refused:
            text = _("Rule “{rule}”: {name}: Slack says {word}")
            what = text.format(rule=rule_name, name=name, word=sent.error)
            yield Check(what, well=False, fix=_("docs/install.md says where IDs are."))
