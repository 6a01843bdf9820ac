"""What Slack says of the tokens, the scopes, the channels for alarms, and the rules.

Only reads, and the address of a socket that nobody opens: nothing is posted.
https://docs.slack.dev/apis/web-api
"""

import re
from collections.abc import (
    AsyncIterator,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.config.alerts import Alerts, AppAlerts
from bot.i18n import _, n_
from bot.operations.doctor import SKEW_WORTH_A_WORD, Check, alone
from bot.operations.readers import alerts_of
from bot.settings import Policy, Settings
from bot.slack.inbound.kinds import is_org_wide
from bot.slack.installation import workspaces
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
    teams: dict[str, str] = {}
    if is_org_wide(data):
        last, teams = await workspaces(web)
        checks += org_wide(settings, last, teams)
        checks += _not_apart(settings.policy, {*teams, data.get("enterprise_id")})
    else:
        checks += in_one(settings, str(data.get("team_id") or ""))
    checks += [one async for one in _app(web, settings)]
    checks += [one async for one in _same_app(web, settings, data)]
    for channel, setting in _channels(settings).items():
        checks.append(await _channel(web, channel, setting))
    checks += [one async for one in _groups_called(web, settings, sorted(teams))]
    return checks + [one async for one in _named(web, settings.policy, sorted(teams))]


def org_wide(settings: Settings, sent: Sent, teams: Mapping[str, str]) -> list[Check]:
    """Return in which *teams* (names by ID) an org-wide app is; *sent* told them.

    What is set for a workspace that it is not in does nothing.
    """
    if not sent.ok:
        text = _("Org-wide; its workspaces: Slack says {word}")
        return [Check(text.format(word=sent.error), well=False)]
    fix = _(
        "An admin of the organisation adds it: Manage organization, Integrations, "
        "Installed apps, Add to more workspaces."
    )
    if not teams:
        return [Check(_("Org-wide, and in no workspace yet"), well=False, fix=fix)]
    names = ", ".join(f"{name or '?'} ({one})" for one, name in sorted(teams.items()))
    text = n_(
        "Org-wide, in {n} workspace: {names}",
        "Org-wide, in {n} workspaces: {names}",
        len(teams),
    )
    checks = [Check(text.format(n=len(teams), names=names))]
    own = tuple(one.team for one in settings.workspaces)
    checks += _nowhere((*_places(settings), ("[[workspaces]]", own)), teams, fix)
    checks += _deaf(settings, teams)
    for table in settings.policy.second:
        if not table.teams:  # else it is said without asking Slack
            checks += alone(settings, table, sorted(teams))
    return checks


def in_one(settings: Settings, team: str) -> list[Check]:
    """Return what is set for others than the one workspace *team*; empty: not known."""
    checks: list[Check] = []
    if settings.workspaces:
        text = _("[[workspaces]] is for an org-wide install, and this is none.")
        checks.append(Check(text, None, _("docs/install.md says what that is.")))
    if not team:
        return checks
    fix = _("It is in {team} alone; docs/install.md says what org-wide is.")
    return checks + _nowhere(_places(settings), {team}, fix.format(team=team))


def _places(settings: Settings) -> list[tuple[str, Sequence[str]]]:
    """Return the tables that are for some workspaces, as they are called, and which."""
    rules, seconds = settings.policy.rules, settings.policy.second
    return [
        *((f"[[policy.rules]] “{one.name}”", one.teams) for one in rules),
        *((f"[[policy.second]] “{one.name}”", one.teams) for one in seconds),
    ]


def _nowhere(
    places: Iterable[tuple[str, Sequence[str]]], teams: Collection[str], fix: str
) -> list[Check]:
    """Return which of *places* are for a workspace that is none of *teams*."""
    text = _("{place}: the app is in no workspace {team}.")
    return [
        Check(text.format(place=place, team=team), well=False, fix=fix)
        for place, named in places
        for team in sorted({*named}.difference(teams))
    ]


def _deaf(settings: Settings, teams: Collection[str]) -> list[Check]:
    """Return of which *teams* no operators hear, where those of others do."""
    heard = {one.team for one in settings.workspaces if one.ops_channel}
    if settings.ops_channel or not heard:
        return []
    text = _("No ops_channel for {team}: alarms go to whoever asked.")
    fix = _("Set ops_channel, or one of its own under [[workspaces]].")
    return [
        Check(text.format(team=team), None, fix) for team in sorted({*teams} - heard)
    ]


def _not_apart(policy: Policy, own: Collection[Any]) -> list[Check]:
    """Return whose people the policy lets act in every workspace: of the bot's *own*.

    Those are the workspaces and the organisation that it is installed for.
    """
    text = _("[policy] teams: people of {team} may act in every workspace.")
    fix = _("Take it out of teams, unless you want that: docs/install.md.")
    both = sorted({*policy.teams}.intersection(own))
    return [Check(text.format(team=one), None, fix) for one in both]


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


async def _same_app(
    web: Web, settings: Settings, data: Mapping[str, Any]
) -> AsyncIterator[Check]:
    """Yield that the two tokens are of two apps: one would hear, the other speak."""
    token = settings.slack_app_token
    of = APP_OF.fullmatch(token.get_secret_value()) if token else None
    bot = data.get("bot_id")
    if not (of and bot):
        return
    team = data.get("enterprise_id") if is_org_wide(data) else None
    sent = await web.call("bots.info", bot=bot, team_id=team)
    info = (sent.data or {}).get("bot") if sent.ok else None
    app = info.get("app_id") if isinstance(info, Mapping) else None
    if app and app != of[1]:
        text = _("SLACK_APP_TOKEN is of the app {one}, SLACK_BOT_TOKEN of {other}.")
        fix = _("Copy both from the settings of one app.")
        yield Check(text.format(one=of[1], other=app), well=False, fix=fix)


def _alerts(settings: Settings) -> Iterator[tuple[str, Alerts | AppAlerts]]:
    """Yield the tables that say where alerts ring, as they are named in the file."""
    yield _of_app(""), settings.alerts
    for app in settings.all_apps:
        if app.alerts:
            yield _of_app(app.name), app.alerts
    for one in settings.workspaces:
        if one.alerts:
            yield _of_workspace(one.team), one.alerts


def _of_app(name: str) -> str:
    return f"“{name}”, alerts" if name else "[alerts]"


def _of_workspace(team: str) -> str:
    return f"[[workspaces]] {team}, alerts"


def _channels(settings: Settings) -> dict[str, str]:
    """Return the channels that alarms and alerts go to, and which setting says so."""
    own = (settings.ops_channel, *(one.ops_channel for one in settings.workspaces))
    named = {one: _("ops_channel {channel}").format(channel=one) for one in own}
    for table, alerts in _alerts(settings):
        named.setdefault(alerts.channel, f"{table}: channel {alerts.channel}")
    return {channel: setting for channel, setting in named.items() if channel}


async def _channel(web: Web, channel: str, setting: str) -> Check:
    """Return whether the bot can post in *channel*, which *setting* names."""
    sent = await web.call("conversations.history", channel=channel, limit=1)
    if sent.ok:
        return Check(setting)
    if sent.error == "missing_scope":
        fix = _(
            "It cannot be looked at without channels:history; /invite @patchbay there."
        )
        return Check(setting, None, fix)
    text = _("{name}: Slack says {word}").format(name=setting, word=sent.error)
    return Check(text, well=False, fix=_("Type /invite @patchbay there."))


async def _groups_called(
    web: Web, settings: Settings, teams: Sequence[str]
) -> AsyncIterator[Check]:
    """Yield groups that alerts call, and that Slack does not know where they do.

    Without *teams* there is one workspace.
    """
    somewhere = _("docs/install.md says where IDs are.")
    there = _(
        "A group is of one workspace: give {team} alerts of its own, under "
        "[[workspaces]]."
    )
    for (group, team), table in _called(settings, teams).items():
        about = {"usergroup": group}
        sent = await _asked_in(web, "usergroups.users.list", about, [team])
        if sent.refused:
            setting = f"{table}: group {group}" + (f" ({team})" if team else "")
            text = _("{name}: Slack says {word}")
            fix = there.format(team=team) if team else somewhere
            what = text.format(name=setting, word=sent.error)
            yield Check(what, well=False, fix=fix)


def _called(settings: Settings, teams: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return which groups alerts call in which of *teams*, and what table says so."""
    apps = ("", *(app.name for app in settings.all_apps))
    there = (one for one in settings.workspaces if one.alerts and one.alerts.group)
    own = {one.team: _of_workspace(one.team) for one in there}
    asked: dict[tuple[str, str], str] = {}
    for team in teams or ("",):
        for app in apps:
            if group := alerts_of(settings, app, team).group:
                asked.setdefault((group, team), own.get(team) or _of_app(app))
    return asked


async def _named(
    web: Web, policy: Policy, teams: Sequence[str]
) -> AsyncIterator[Check]:
    """Yield groups and people of the rules whom Slack does not know.

    A group is of one of the *teams*, of an org-wide install, that its rule is for.
    """
    asked: dict[tuple[str, str, str], str] = {}
    for rule in policy.rules:
        groups = (("usergroups.users.list", "usergroup", one) for one in rule.groups)
        people = (("users.info", "user", one) for one in rule.users)
        for one in (*groups, *people):
            asked.setdefault(one, rule.name)
    pairs = policy.groups_in(teams)
    for (method, key, name), rule_name in list(asked.items())[:MOST]:
        places = [team for team, group in pairs if group == name] or [""]
        sent = await _asked_in(web, method, {key: name}, places)
        if sent.refused:
            text = _("Rule “{rule}”: {name}: Slack says {word}")
            what = text.format(rule=rule_name, name=name, word=sent.error)
            yield Check(what, well=False, fix=_("docs/install.md says where IDs are."))


async def _asked_in(
    web: Web, method: str, about: Mapping[str, str], teams: Sequence[str]
) -> Sent:
    """Return the first answer *about* somebody that is no refusal, else the last."""
    sent = Sent(ok=False)
    for team in teams:
        sent = await web.call(method, **about, team_id=team or None)
        if not sent.refused:
            break
    return sent
