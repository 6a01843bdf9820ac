"""Level 1, Slack: what the tokens are good for, and whether Slack takes what is drawn.

Nothing is written there.
"""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import SecretStr

from bot.i18n import _
from bot.live import places
from bot.live.report import Seen
from bot.live.trial import Trial
from bot.operations.preflight.slack import org_wide
from bot.routing.manifest import FEATURES, OPTIONAL_SCOPES, REQUIRED, SCOPES
from bot.slack.inbound.kinds import is_org_wide
from bot.slack.installation import workspaces
from bot.slack.outbound.probe import first_word
from bot.slack.outbound.web import Sent, Web

SWITCHING = 101  # the HTTP status under which a socket opens


async def read_slack(trial: Trial) -> bool:
    """Ask Slack for all that can be read; tell whether the bot's token is good."""
    report = trial.report
    if trial.web is None:
        fix = _("Set SLACK_BOT_TOKEN, and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET.")
        report.add(_("Slack is not set up"), well=False, fix=fix)
        await _judged(trial)
        return False
    sent = await trial.patiently(partial(_web(trial).call, "auth.test"))
    if not sent.ok:
        what = _("auth.test: Slack says {word}").format(word=sent.error)
        fix = _(
            "Copy SLACK_BOT_TOKEN again: OAuth & Permissions, Bot User OAuth Token."
        )
        report.add(what, well=False, fix=_not_reached(sent) or fix)
    else:
        teams = await _workspaces(trial, sent)
        await _person(trial)
        await _groups(trial, teams)
    await _socket(trial)
    await _judged(trial)
    return sent.ok


def _not_reached(sent: Sent) -> str:
    """Return what to do where no word of Slack's came; empty if one did."""
    if sent.transient or sent.error.startswith("http_"):
        return _("Slack was not reached: see the network, and SLACK_API_URL.")
    return ""


def _web(trial: Trial) -> Web:
    assert trial.web is not None  # noqa: S101 - nothing else calls it
    return trial.web


async def _workspaces(trial: Trial, sent: Sent) -> list[str]:
    """Tell where the bot is installed; return the workspaces of an org-wide install."""
    if not is_org_wide(sent.data or {}):
        _installed(trial, sent)
        return []
    last, teams = await workspaces(_web(trial))
    for check in org_wide(trial.settings, last, teams):
        trial.report.add(check.what, well=check.well, fix=check.fix)
    return sorted(teams)


def _installed(trial: Trial, sent: Sent) -> None:
    data: Mapping[str, Any] = sent.data or {}
    team = str(data.get("team_id"))
    enterprise = data.get("enterprise_id")
    facts = {"team": team, "bot": data.get("user_id"), "enterprise": enterprise}
    what = _("auth.test: workspace {team}, bot {bot}")
    if enterprise:
        what = _("auth.test: workspace {team} of {enterprise}, bot {bot}")
    what = what.format(**facts)
    shape = Seen("team_id T…", f"team_id {team[:1]}…", places.TEAM)
    trial.report.add(what, seen=shape)
    _scopes(trial, sent.scopes)


def _scopes(trial: Trial, scopes: frozenset[str] | None) -> None:
    report = trial.report
    if scopes is None:
        report.add(_("The answer has no x-oauth-scopes"), well=None)
        return
    fix = _("Add them under OAuth & Permissions and install the app again.")
    if missing := sorted(set(SCOPES) - scopes):
        what = _("Scopes that are missing: {names}").format(names=", ".join(missing))
        off = [FEATURES[one] for one in missing if one in FEATURES]
        more = _("Off without them: {features}.").format(features=", ".join(off))
        needed = bool(REQUIRED - scopes)
        report.add(what, well=not needed and None, fix=f"{fix} {more}" if off else fix)
    more_than = sorted(scopes - {*SCOPES, *OPTIONAL_SCOPES})
    if more_than:
        what = _("Scopes that nothing needs: {names}").format(
            names=", ".join(more_than)
        )
        report.add(what, well=None)
    row = Seen(
        _("{n} scopes of the manifest").format(n=len(SCOPES)),
        _("{n} scopes of the manifest").format(n=len(scopes & set(SCOPES))),
        places.SCOPES,
    )
    report.add(_("x-oauth-scopes: {n}").format(n=len(scopes)), seen=row)


async def _person(trial: Trial) -> None:
    """Look somebody up: whom --as names, or the first whom a rule names."""
    named = [user for rule in trial.settings.policy.rules for user in rule.users]
    people = [trial.wishes.person] if trial.wishes.person else named[:1]
    if not people:
        trial.report.add(
            _("users.info: nobody to ask for"), well=None, fix=_("Say --as U…")
        )
    for user in people:
        call = partial(_web(trial).call, "users.info", user=user, include_locale=True)
        sent = await trial.patiently(call)
        if not sent.ok:
            what = _("users.info of {user}: Slack says {word}")
            trial.report.add(what.format(user=user, word=sent.error), well=False)
            continue
        data = (sent.data or {}).get("user") or {}
        fields = [one for one in ("is_restricted", "locale", "team_id") if one in data]
        row = Seen(
            "users.info is_restricted, locale, team_id",
            f"users.info {', '.join(fields)}",
            places.PEOPLE,
        )
        what = _("users.info of {user}: locale {locale}")
        locale = data.get("locale", "?")
        trial.report.add(what.format(user=user, locale=locale), seen=row)


async def _groups(trial: Trial, teams: list[str]) -> None:
    for team, group in sorted(trial.settings.policy.groups_in(teams)):
        asked = {"usergroup": group, "team_id": team or None}
        call = partial(_web(trial).call, "usergroups.users.list", **asked)
        named = f"{group} ({team})" if team else group
        sent = await trial.patiently(call)
        if sent.ok:
            members = (sent.data or {}).get("users") or ()
            what = _("Group {group}: {n} members").format(group=named, n=len(members))
            trial.report.add(what, well=True if members else None)
        else:
            what = _("Group {group}: Slack says {word}")
            fix = _("Until it is mended, rules that name it let nobody do anything.")
            text = what.format(group=named, word=sent.error)
            trial.report.add(text, well=False, fix=fix)


async def _socket(trial: Trial) -> None:
    """Open one socket, hear the first word, close it."""
    token = trial.settings.slack_app_token
    if token is None:
        what = _("No SLACK_APP_TOKEN: Slack comes by HTTP")
        trial.report.add(what, well=None)
        return
    web = trial.web or trial.judge
    sent = await trial.patiently(partial(web.open_socket, token))
    if not sent.ok:
        what = _("apps.connections.open: Slack says {word}").format(word=sent.error)
        fix = _("Copy SLACK_APP_TOKEN again: Basic Information, App-Level Tokens.")
        trial.report.add(what, well=False, fix=_not_reached(sent) or fix)
        return
    address = SecretStr(str((sent.data or {}).get("url")))
    hello = await first_word(address, trial.trust)
    trial.recorder.saw("hello", SWITCHING, {}, json.dumps(hello.data).encode())
    heard = str((hello.data or {}).get("type") or hello.error)
    row = Seen("hello", heard, places.SOCKET)
    count = (hello.data or {}).get("num_connections", "?")
    what = _("Socket: {word}, {n} open with this one").format(word=heard, n=count)
    fix = "" if hello.ok else _("Nothing is heard by socket like this.")
    trial.report.add(what, well=hello.ok, fix=fix, seen=row)


async def _judged(trial: Trial) -> None:
    """Have Slack judge the largest that is drawn, without a token."""
    drawn = list(trial.ports.drawn())
    refused = 0
    for kind, name, body in drawn:
        text = json.dumps(body, ensure_ascii=False)
        call = partial(trial.judge.call, "blocks.validate", **{kind: text})
        sent = await trial.patiently(call)
        if sent.ok:
            continue
        if sent.transient:
            what = _("blocks.validate: {word}").format(word=sent.error)
            fix = _("Nothing that is drawn was judged.")
            trial.report.add(what, well=None, fix=fix)
            return
        refused += 1
        why = _errors(trial)
        what = _("blocks.validate, {kind} “{name}”: {word} {why}")
        facts = {"kind": kind, "name": name, "word": sent.error, "why": why[:300]}
        trial.report.add(what.format(**facts), well=False)
    row = Seen(
        _("{n} of {all} drawings taken").format(n=len(drawn), all=len(drawn)),
        _("{n} of {all} drawings taken").format(n=len(drawn) - refused, all=len(drawn)),
        places.BLOCK_LIMITS,
    )
    what = _("blocks.validate: {n} refused").format(n=refused)
    trial.report.add(what, well=not refused, seen=row)


def _errors(trial: Trial) -> str:
    """Return where Slack found something wrong with what it judged last, if it says."""
    body = trial.recorder.last.get("blocks.validate", {}).get("body")
    errors = body.get("errors") if isinstance(body, dict) else None
    return json.dumps(errors, ensure_ascii=False) if errors else ""
