"""`/patchbay`: help, what you may do, and whether the bot is well.

Its help is made from the commands, so this one is made last, of the others.
"""

from collections.abc import Mapping
from dataclasses import replace

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
from bot.errors import UsageError
from bot.i18n import _
from bot.ids import SlackUserId, handle_from
from bot.journal.audit import Decision, Entry
from bot.journal.examination import Report
from bot.operations.service import Service
from bot.routing import help as help_pages
from bot.routing.command import Command


def command_for(commands: Mapping[str, Command], prefix: str = "") -> Command:
    """Return the command `/patchbay`, which explains *commands*, itself among them."""
    summary = "Help, your rights, and how I am"
    command = Command("patchbay", summary=summary, bare="help", prefix=prefix)

    @command.subcommand(
        "help",
        usage="[command [subcommand]]",
        examples=("help relay", "help relay stop"),
        for_all=True,
    )
    async def explain(ask: Ask, service: Service) -> Outcome:
        """Explain everything, a command, or one command."""
        return _page([token.text.lstrip("/") for token in ask.words.ids], commands)

    command.subcommand("whoami", examples=("whoami",), for_all=True)(whoami)
    command.subcommand("doctor", examples=("doctor",))(doctor)
    command.subcommand(
        "history",
        usage="[mine | R128]",
        examples=("history", "history mine", "history R128"),
    )(history)
    command.subcommand("audit", usage="export | verify", examples=("audit export",))(
        audit
    )
    return command


async def whoami(ask: Ask, service: Service) -> Outcome:
    """Show what you may do here, and which rule says so."""
    lines = []
    for wish, verdict in service.whoami(ask):
        sign = "✅" if verdict.allowed else "🔒"
        on = f" · {wish.app.name}" if wish.app else ""
        why = verdict.rule if verdict.allowed else verdict.reason
        lines.append((f"{sign} ", Mono(wish.action), f"{on}  ({why})"))
    return Outcome(
        headline=(Bold(_("What you may do here")),),
        parts=(
            Points("", tuple(lines)),
            line(f"{ask.who.team} · {ask.who.user} · {ask.where.channel}", quiet=True),
        ),
    )


async def doctor(ask: Ask, service: Service) -> Outcome:
    """Check that I am set up well; each line says how to mend it."""
    signs = {True: "✅", False: "❌", None: "⚠️"}
    lines: list[tuple[Span, ...]] = []
    for check in await service.diagnose():
        fix = f" {check.fix}" if check.fix else ""
        lines.append((f"{signs[check.well]} {check.what}{fix}",))
    return Outcome(headline=(Bold(_("How I am")),), parts=(Points("", tuple(lines)),))


async def history(ask: Ask, service: Service) -> Outcome:
    """Show who did what lately, and who was refused; of one thing, or yours alone."""
    typed = [token.text for token in ask.words.ids]
    mine = "mine" in typed
    named = next((one for one in map(handle_from, typed) if one), None)
    if unread := [one for one in typed if one != "mine" and not handle_from(one)]:
        sentence = _("“{word}” is neither a handle nor “mine”.")
        raise UsageError(sentence.format(word=unread[0]))
    user = ask.who.user if mine else ""
    records = await service.audit(ask.who, handle=named, user=user)
    lines = tuple(_record_line(record) for record in records)
    nothing = line(_("Nothing yet."))
    return Outcome(
        headline=(Bold(_("Who did what")),),
        parts=(Points("", lines) if lines else nothing,),
    )


async def audit(ask: Ask, service: Service) -> Outcome:
    """Check this workspace's audit trail, or export it into your messages with me."""
    word = ask.one(_("“export” or “verify”")).text.casefold()
    if word not in {"export", "verify"}:
        raise UsageError(_("Say “export” or “verify”."), usage="/patchbay audit export")
    export = word == "export"
    report, records = await service.audit_trail(ask, export=export)
    facts = _state_of(report)
    if not export:
        return facts
    text = "".join(f"{record.as_json()}\n" for record in records)
    name = f"patchbay-audit-{service.now():%Y%m%dT%H%M%SZ}.jsonl"
    sentence = line(_("The file is in your messages with me."))
    return replace(facts, parts=(*facts.parts, sentence), file=File(name, text))


def _state_of(report: Report) -> Outcome:
    if wrong := [one.what for one in report.findings]:
        return Outcome(
            headline=(Bold(_("The audit trail is not whole.")),),
            tone=Tone.BAD,
            parts=whats_wrong(wrong, restored=report.can_be_settled),
        )
    whole = _("The audit trail is whole: {n} records.").format(n=report.count)
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
        return help_pages.no_such_command(named[0], commands)
    if len(named) == 1:
        return help_pages.command_page(command)
    subcommand = command.subcommands.get(named[1].casefold())
    if subcommand is None:
        names = ", ".join(command.subcommands)
        raise UsageError(
            _("/{command} has no “{subcommand}”; it has {known}.").format(
                command=command.name, subcommand=named[1], known=names
            )
        )
    return help_pages.subcommand_page(command, subcommand)
