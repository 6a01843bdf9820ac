"""Is the bot set up well? Each finding says how to mend it.

It calls nothing that costs money; the clock is compared with Tencent's by the `Date`
of whatever answer came last.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.access.exits import refusals
from bot.access.limits import host_of
from bot.access.second import approving
from bot.cards.audit import VERIFY
from bot.config.kinds import KEY_SOUND, length_of
from bot.config.rules import APPROVE
from bot.errors import JournalError
from bot.exit_table import ANY, Exits
from bot.i18n import _, n_
from bot.journal.examination import Report
from bot.journal.journal import Journal
from bot.journal.marks import RECOVER
from bot.journal.named_targets import NamedTarget
from bot.operations.reception import About, Reception, Refusal
from bot.operations.throttle import named as named_account
from bot.products import ACCOUNTS, PRODUCTS, is_real
from bot.resources.relay.quality import LOOKS
from bot.settings import App, Second, Settings
from bot.states import State
from bot.tencent.client import Client
from bot.tencent.models.exits import Exit, Row
from bot.tencent.webhook import PATH

SKEW_WORTH_A_WORD = 30  # seconds; Slack and Tencent refuse at 300


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: well, not well, or worth a look (None)."""

    what: str
    well: bool | None = True
    fix: str = ""


def examine_settings(settings: Settings) -> list[Check]:
    """Return what the settings alone show."""
    checks = [_slack(settings)]
    for product in PRODUCTS:
        complete = settings.account(product).complete
        fix = _("Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY.")
        what = _("A key for {product}").format(product=product)
        checks.append(Check(what, complete, "" if complete else fix))
    apps = ", ".join(app.name for app in settings.all_apps)
    fix = _("Set BOT_TRTC_SDK_APP_ID and BOT_TRTC_USERSIG_KEY, or apps in bot.toml.")
    checks.append(
        Check(
            _("Apps: {names}").format(names=apps or "-"),
            bool(apps),
            "" if apps else fix,
        )
    )
    regions = ", ".join(settings.terms.regions)
    text = _("Regions of {endpoint}: {regions}")
    checks.append(Check(text.format(endpoint=settings.trtc_endpoint, regions=regions)))
    return [*checks, *_keys(settings), *_rights(settings), *_exits(settings)]


def _keys(settings: Settings) -> list[Check]:
    """Return which key of the journal whoever has a copy of it might find out."""
    own = {"BOT_SEAL_KEY": settings.seal_key, "BOT_AUDIT_KEY": settings.audit_key}
    short = [name for name, key in own.items() if key and length_of(key) < KEY_SOUND]
    fix = _("Shorter than {least} characters it can be guessed: docs/operating.md.")
    return [Check(name, None, fix.format(least=KEY_SOUND)) for name in short]


def _rights(settings: Settings) -> list[Check]:
    """Return whether anybody may do anything, or nobody; the first is for trials."""
    if settings.allow_all:
        fix = _("Everybody may do everything. Write rules and unset BOT_ALLOW_ALL.")
        return [Check("BOT_ALLOW_ALL", _unless_real(settings), fix)]
    if not settings.policy.rules:
        fix = _("No rule allows a change; see bot.example.toml.")
        return [Check(_("Rules"), None, fix)]
    return _seconds(settings)


def _seconds(settings: Settings) -> list[Check]:
    """Return that something needs a second person, and nobody may be it."""
    wanted = [(one, one.teams or ("",)) for one in settings.policy.second]
    return [check for one, teams in wanted for check in alone(settings, one, teams)]


def alone(settings: Settings, table: Second, teams: Iterable[str]) -> Iterator[Check]:
    """Yield in which of *teams* nobody may approve what *table* asks about.

    An empty one is any.
    """
    fix = _("Write such a rule; see bot.example.toml.")
    for team in teams:
        if any(approving(settings.policy.rules, team)):
            continue
        anywhere = _(
            "Second “{name}”: no rule allows {action} to anybody, so nothing is sent."
        )
        there = _(
            "Second “{name}”: no rule allows {action} to anybody in the workspace "
            "{team}, so nothing is sent there."
        )
        text = there if team else anywhere
        what = text.format(name=table.name, action=APPROVE, team=team)
        yield Check(what, well=False, fix=fix)


def _exits(settings: Settings) -> list[Check]:
    """Return where requests may lead: too far, nowhere, or as the table says."""
    table = settings.allowed_exits
    checks = []
    if wide := [name for name, listed in table if ANY in listed]:
        text = _("Exits: any for {rows}").format(rows=", ".join(wide))
        fix = _("List what is needed under [exits] in bot.toml instead of *.")
        checks.append(Check(text, _unless_real(settings), fix))
    if not table.push:
        text = _("Exits: relays may go nowhere")
        fix = _("List hosts in push under [exits] in bot.toml; empty means none.")
        checks.append(Check(text, None, fix))
    if listed := [f"{n} {len(some)}" for n, some in table if some and ANY not in some]:
        text = _("Exits: {rows}").format(rows=", ".join(listed))
        checks.append(Check(text))
    return checks


def named(targets: Sequence[NamedTarget], table: Exits) -> list[Check]:
    """Return where the named *targets* lead, and which of them *table* lets nobody use.

    Both by name and host; nothing of that is secret.
    """
    if not targets:
        return []
    checks = [Check(_("Named targets: {names}").format(names=_hosts(targets)))]
    astray = [one for one in targets if refusals((_exit_of(one),), table, "")]
    if astray:
        text = _("Named targets that no exit allows: {names}")
        fix = _("List their hosts in push under [exits] in bot.toml, or remove them.")
        checks.append(Check(text.format(names=_hosts(astray)), None, fix))
    return checks


def _exit_of(target: NamedTarget) -> Exit:
    return Exit(Row.PUSH, target.name, (target.shown,), target.shown)


def _hosts(targets: Sequence[NamedTarget]) -> str:
    return ", ".join(f"@{one.name} {host_of(one.shown)}" for one in targets)


def _unless_real(settings: Settings) -> bool | None:
    """Return how well it is to allow everything: not at all beside a real account."""
    urls = (settings.account(product).endpoint for product in ACCOUNTS)
    return False if any(map(is_real, urls)) else None


async def examine(
    settings: Settings, journal: Journal, client: Client, reception: Reception
) -> list[Check]:
    """Return everything: settings, the journal, callbacks, the clock."""
    checks = examine_settings(settings)
    try:
        checks += await _memory(journal)
        checks += await _pushes(settings, journal)
    except JournalError as error:
        checks.append(Check(_("Journal"), well=False, fix=str(error)))
    checks += _callbacks(settings) + _received(settings, reception)
    if client.skew is None:
        checks.append(Check(_("Clock: not compared yet"), None))
    else:
        ahead = _("Clock: {n:+.0f} s against Tencent's").format(n=client.skew)
        near = abs(client.skew) < SKEW_WORTH_A_WORD
        checks.append(Check(ahead, near, "" if near else _("Set the clock (NTP).")))
    return checks


def installed(teams: Collection[str] | None) -> list[Check]:
    """Return in which *teams* an org-wide app is; None: it is in one workspace."""
    if teams is None:
        return []
    names = ", ".join(sorted(teams))
    text = n_(
        "Org-wide, in {n} workspace: {names}",
        "Org-wide, in {n} workspaces: {names}",
        len(teams),
    )
    return [Check(text.format(n=len(teams), names=names or "-"), bool(teams))]


async def _memory(journal: Journal) -> list[Check]:
    """Return what the journal knows to be wrong, beside how long it is."""
    counts = await journal.find.counts()
    total = sum(counts.values())
    checks = [Check(_("Journal: {n} intents").format(n=total)), *_file(journal)]
    if unknown := counts.get(State.UNKNOWN, 0):
        fix = _("See /relay recent failed; attach or close each.")
        text = _("Unknown starts: {n}").format(n=unknown)
        checks.append(Check(text, None, fix))
    if waiting := await journal.outbox.waiting():
        fix = _("They go as soon as Slack takes them.")
        text = _("Answers on their way: {n}").format(n=waiting)
        checks.append(Check(text, None, fix))
    if spooled := len(journal.spool.left()):
        text = _("Outcomes in the spool: {n}").format(n=spooled)
        checks.append(Check(text, well=False, fix=_("The journal was away.")))
    checks += _trail(await journal.trail.report(deep=False))
    if journal.illegal_moves:
        text = _("Moves that were refused: {n}").format(n=journal.illegal_moves)
        checks.append(Check(text, well=False, fix=_("Please report this.")))
    return checks


async def _pushes(settings: Settings, journal: Journal) -> list[Check]:
    """Return how it goes to ask the CDN what it gets; nothing where that is off."""
    key = settings.account("live")
    if not key.endpoint:
        return []
    if not key.complete:
        fix = _("Set BOT_LIVE_SECRET_ID and its key, or unset BOT_LIVE_ENDPOINT.")
        return [Check(_("Push quality: there is no key for it"), None, fix)]
    poll = await journal.pushes.poll(named_account(key.secret_id))
    if poll and poll.code:
        fix = _("Its key needs {names} in CAM. Nothing else is off without.")
        names = ", ".join(f"live:{one.action}" for one in LOOKS)
        text = _("Push quality: the CDN answered {code}").format(code=poll.code)
        return [Check(text, None, fix.format(names=names))]
    if poll and poll.answered:
        text = _("Push quality: the last answer came {at:%Y-%m-%d %H:%M} UTC")
        return [Check(text.format(at=poll.answered))]
    return [Check(_("Push quality: on; nothing was asked since no relay needs it."))]


def _trail(report: Report) -> Iterator[Check]:
    """Yield that the audit trail is not whole, and what to do after a restore."""
    if not report.findings:
        return
    fix = _("See {command}.").format(command=VERIFY)
    if report.can_be_settled:
        put_back = _("If the journal was put back from a copy: {command}.")
        fix = f"{fix} {put_back.format(command=RECOVER)}"
    yield Check(_("The audit trail is not whole."), well=False, fix=fix)


def _file(journal: Journal) -> list[Check]:
    """Return what is wrong with the file, or that it is not known yet."""
    if journal.integrity.damage:
        fix = _("Nothing new is started. Keep a copy, and put a backup back.")
        return [Check(_("The journal's file is damaged."), well=False, fix=fix)]
    if gone := journal.integrity.gone():
        fix = _("Nothing new is started. Put it, or a backup, back: {why}.")
        what = _("The journal's file is not there any more.")
        return [Check(what, well=False, fix=fix.format(why=gone))]
    if not journal.integrity.is_proven:
        fix = _("It was not closed in order, as after a crash. Ask again.")
        return [Check(_("The journal's file is being read through."), None, fix)]
    return []


def _callbacks(settings: Settings) -> list[Check]:
    deaf = [app.name for app in settings.all_apps if app.callback_key is None]
    if not deaf:
        return [Check(_("Callbacks are on."))] if settings.all_apps else []
    text = _("Callbacks are off: {apps}").format(apps=", ".join(deaf))
    fix = _("With them a lost TaskId is found again; see BOT_TRTC_CALLBACK_KEY.")
    return [Check(text, None, fix)]


def _received(settings: Settings, reception: Reception) -> list[Check]:
    """Return when each app was last heard for, and what was refused, and why."""
    checks = []
    for app in settings.all_apps:
        if app.callback_key is None:
            continue
        if at := reception.heard_at(app.sdk_app_id):
            text = _("Callbacks of {app}: the last was heard {at:%Y-%m-%d %H:%M} UTC")
            checks.append(Check(text.format(app=app.name, at=at)))
        else:
            text = _("Callbacks of {app}: none was heard since the bot started.")
            fix = _(
                "With a relay running: TRTC console, Callback Configuration, the"
                " address of relay events. It ends in {path}."
            ).format(path=PATH.format(app=app.name))
            checks.append(Check(text.format(app=app.name), None, fix))
        checks += _of_rooms(app, reception)
    for name, counts in reception.refused.items():
        for why, count in counts.items():
            text, fix = _refused(why)
            checks.append(Check(text.format(n=count, app=name), well=False, fix=fix))
    return checks


def _of_rooms(app: App, reception: Reception) -> Iterator[Check]:
    """Yield when what happens in rooms of *app* was last heard of, if ever."""
    texts = {
        About.ROOM: (
            _("Room callbacks of {app}: the last was heard {at:%Y-%m-%d %H:%M} UTC"),
            _("Room callbacks of {app}: none was heard since the bot started."),
        ),
        About.MEDIA: (
            _("Media callbacks of {app}: the last was heard {at:%Y-%m-%d %H:%M} UTC"),
            _("Media callbacks of {app}: none was heard since the bot started."),
        ),
    }
    for about, (heard, never) in texts.items():
        if at := reception.heard_at(app.sdk_app_id, about):
            yield Check(heard.format(app=app.name, at=at))
            continue
        fix = _(
            "/lookup tells of a room by them. TRTC console, Callback Configuration, the"
            " address of room events and that of media events: it ends in {path}, with"
            " the key of the relay events."
        )
        fix = fix.format(path=PATH.format(app=app.name))
        yield Check(never.format(app=app.name), None, fix)


def _refused(why: Refusal) -> tuple[str, str]:
    """Return what happened to some callbacks, and what to do about it."""
    match why:
        case Refusal.UNSIGNED:
            text = _("Callbacks of {app}: {n} came unsigned.")
            return text, _("Set the key in TRTC's console.")
        case Refusal.FORGED:
            text = _("Callbacks of {app}: {n} came with a wrong signature.")
            return text, _("Set the same key here and in TRTC's console.")
        case Refusal.UNREAD:
            text = _("Callbacks of {app}: {n} were not understood.")
            return text, _("Please report this.")
        case Refusal.NO_KEY:
            text = _("Callbacks of {app}: {n} came, and it has no key here.")
            return text, _("Set BOT_TRTC_CALLBACK_KEY, or callback_key in bot.toml.")
        case Refusal.NO_APP:
            text = _("Callbacks for an app that is not set up: {n}")
            return text, _("The address ends in the app's name or its SdkAppId.")


def _slack(settings: Settings) -> Check:
    if not settings.has_slack:
        fix = _("Set SLACK_BOT_TOKEN, and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET.")
        if settings.slack_bot_token:
            fix = _("Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP).")
        return Check("Slack", well=False, fix=fix)
    mode = "Socket Mode" if settings.slack_app_token else "HTTP"
    return Check(f"Slack: {mode}")
