"""`/patchbay`: help, what you may do, and whether the bot is well.

Its help is made from the commands, so this one is made last, of the others.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.access.permits import Permit
from bot.access.policy import Verdict, Wish
from bot.cards.audit import whats_wrong
from bot.dialogue.ask import Ask
from bot.dialogue.outcome import (
    Bold,
    File,
    Mono,
    Outcome,
    Points,
    Span,
    Tone,
    When,
    Who,
    line,
)
from bot.errors import NotFound, UsageError
from bot.i18n import _, later, n_, slash
from bot.ids import SlackUserId, handle_from
from bot.journal.audit import Decision, Entry
from bot.journal.examination import Report
from bot.operations.service import Service
from bot.routing import approvals, duties, handover
from bot.routing import help as help_pages
from bot.routing.command import Command
from bot.tencent.models.base import Level

OPEN = Permit("patchbay.help", Level.READ, for_all=True)
DOCTOR = Permit("patchbay.doctor", Level.READ)
HISTORY = Permit("patchbay.history", Level.READ)
AUDIT = Permit("patchbay.audit", Level.CHANGE)


def command_for(commands: Mapping[str, Command]) -> Command:
    """Return the command `/patchbay`, which explains *commands*, itself among them."""
    summary = later("Help, your permissions, health")
    command = Command("patchbay", summary=summary, bare="help")

    @command.subcommand(
        "help",
        permit=OPEN,
        usage="[command [subcommand]]",
        examples=("help relay", "help relay stop"),
    )
    async def explain(ask: Ask, service: Service) -> Outcome:
        """Explain everything, a command, or one command."""
        return _page([token.text.lstrip("/") for token in ask.words.ids], commands)

    @command.subcommand("whoami", permit=OPEN, most=0, examples=("whoami",))
    async def whoami(ask: Ask, service: Service) -> Outcome:
        """Show what you may do here, and which rule says so."""
        needed = (permit for one in commands.values() for permit in one.permits)
        permits = [permit for permit in needed if not permit.for_all]
        return _rights(ask, list(service.whoami(ask, permits)))

    command.subcommand("doctor", permit=DOCTOR, most=0, examples=("doctor",))(doctor)
    command.subcommand(
        "history",
        permit=HISTORY,
        usage="[mine | R128]",
        examples=("history", "history mine", "history R128"),
    )(history)
    command.subcommand(
        "audit", permit=AUDIT, usage="export | verify", examples=("audit export",)
    )(audit)
    handover.add_to(command)
    approvals.add_to(command)
    duties.add_to(command)
    return command


def _rights(ask: Ask, verdicts: list[tuple[Wish, Verdict]]) -> Outcome:
    """Return what of all that can be allowed is: what is not names no application."""
    who = _("Workspace {team} · you {user} · channel {channel}").format(
        team=ask.who.team, user=ask.who.user, channel=ask.where.channel or "-"
    )
    you = line(who, quiet=True)
    headline = (Bold(_("What you may do here")),)
    why = {(verdict.reason, verdict.rule) for _wish, verdict in verdicts}
    if len(why) == 1 and not verdicts[0][1].allowed:  # of strangers and guests
        ((reason, rule),) = why
        nothing = line(_("Nothing: {reason}").format(reason=reason))
        return Outcome(headline=headline, parts=(nothing, line(Mono(rule)), you))
    lines: dict[tuple[Span, ...], None] = {}
    allowed = {wish.action for wish, verdict in verdicts if verdict.allowed}
    for wish, verdict in verdicts:
        if verdict.allowed:
            on = f" · {wish.app.name}" if wish.app else ""
            lines["✅ ", Mono(wish.action), f"{on}  ({verdict.rule})"] = None
        elif wish.action not in allowed:
            lines["🔒 ", Mono(wish.action), f"  ({verdict.reason})"] = None
    return Outcome(headline=headline, parts=(Points("", tuple(lines)), you))


async def doctor(ask: Ask, service: Service) -> Outcome:
    """Check that the bot is set up well; each line says how to mend it."""
    signs = {True: "✅", False: "❌", None: "⚠️"}
    lines: list[tuple[Span, ...]] = []
    for check in await service.diagnose():
        fix = f" {check.fix}" if check.fix else ""
        lines.append((f"{signs[check.well]} {check.what}{fix}",))
    return Outcome(headline=(Bold(_("Health")),), parts=(Points("", tuple(lines)),))


async def history(ask: Ask, service: Service) -> Outcome:
    """Show who did what of late, and who was refused; of one thing, or yours alone."""
    typed = [token.text for token in ask.words.ids]
    mine = "mine" in typed
    named = next((one for one in map(handle_from, typed) if one), None)
    if unread := [one for one in typed if one != "mine" and not handle_from(one)]:
        sentence = _("“{word}” is neither a handle nor “mine”.")
        raise UsageError(sentence.format(word=unread[0]))
    user = ask.who.user if mine else ""
    records = await service.audit(ask.who, handle=named, user=user)
    if named and not records and not await service.find(ask.who, named):
        sentence = _("“{text}” is not on record here.")
        raise NotFound(sentence.format(text=named))
    lines = tuple(_record_line(record) for record in records)
    nothing = line(_("Nothing yet."))
    legend = _("✅ allowed · 🔒 refused · ✍️ done by hand · ⚙️ settled by evidence")
    return Outcome(
        headline=(Bold(_("Who did what")),),
        parts=(Points("", lines), line(legend, quiet=True)) if lines else (nothing,),
    )


async def audit(ask: Ask, service: Service) -> Outcome:
    """Check this workspace's audit trail, or export it as a file for you."""
    word = ask.one(_("“export” or “verify”")).text.casefold()
    if word not in {"export", "verify"}:
        sentence = _("Unknown word “{word}”: use export or verify.")
        raise UsageError(
            sentence.format(word=word), usage=slash("patchbay audit export")
        )
    export = word == "export"
    report, records = await service.audit_trail(ask, export=export)
    facts = _state_of(report)
    if not export:
        return facts
    text = "".join(f"{record.as_json()}\n" for record in records)
    name = f"patchbay-audit-{service.now():%Y%m%dT%H%M%SZ}.jsonl"
    where = line(_("The file is in your messages with Patchbay."))
    return replace(facts, parts=(*facts.parts, where), file=File(name, text))


def _state_of(report: Report) -> Outcome:
    if wrong := [one.what for one in report.findings]:
        return Outcome(
            headline=(Bold(_("The audit trail is not whole.")),),
            tone=Tone.BAD,
            parts=whats_wrong(wrong, restored=report.can_be_settled),
        )
    whole = n_(
        "The audit trail is whole: {n} record.",
        "The audit trail is whole: {n} records.",
        report.count,
    ).format(n=report.count)
    newest = [Mono(head.head) for head in report.heads]
    kept = line(_("Newest hash, to keep elsewhere:"), " ", *newest, quiet=True)
    return Outcome(
        headline=(Bold(whole),), tone=Tone.GOOD, parts=(kept,) if newest else ()
    )


def _record_line(record: Entry) -> tuple[Span, ...]:
    signs = {
        Decision.ALLOWED: "✅",
        Decision.REFUSED: "🔒",
        Decision.SETTLED: "⚙️",
    }
    sign = signs.get(record.decision, "✍️")
    why = f" · {record.why}" if record.why else ""
    what = f" {record.handle}" if record.handle else ""
    who = Who(SlackUserId(record.user)) if record.user else "Patchbay"
    return (
        f"{sign} ",
        When(record.at),
        " · ",
        who,
        " · ",
        Mono(record.action),
        f"{what} ({record.rule}){why}",
    )


def _page(topic: list[str], commands: Mapping[str, Command]) -> Outcome:
    if not topic:
        return help_pages.launcher(commands)
    named = [part for word in topic for part in word.split("/") if part]
    command = commands.get(named[0].casefold())
    if command is None:
        return _page_of_subcommand(named[0], commands)
    if len(named) == 1:
        return help_pages.command_page(command)
    subcommand = command.subcommands.get(named[1].casefold())
    if subcommand is None:
        sentence = _("/{command} has no “{typed}”; it has {subcommands}.")
        sentence = sentence.format(
            command=command.name,
            typed=named[1],
            subcommands=", ".join(command.subcommands),
        )
        raise UsageError(sentence)
    if more := named[2:]:
        raise UsageError(_("Unknown word “{word}”.").format(word=more[0]))
    return help_pages.subcommand_page(command, subcommand)


def _page_of_subcommand(name: str, commands: Mapping[str, Command]) -> Outcome:
    """Return the page of the command that has a subcommand called *name*.

    Where several have one it is asked which is meant.
    """
    word = name.casefold()
    match [one for one in commands.values() if word in one.subcommands]:
        case []:
            return help_pages.no_such_command(name, commands)
        case [owner]:
            return help_pages.subcommand_page(owner, owner.subcommands[word])
        case owners:
            return help_pages.of_several(word, owners)
