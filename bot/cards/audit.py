"""What is told of the audit trail: how long it is, and what is wrong with it."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.dialogue.outcome import (
    Audience,
    Bold,
    Mono,
    Outcome,
    Part,
    Points,
    Span,
    Tone,
    line,
)
from bot.i18n import _, n_

SETTLE = "python -m bot audit settle --reason …"
VERIFY = "python -m bot audit verify"
MOST_CHAINS = 20


def whats_wrong(findings: list[str], *, restored: bool) -> tuple[Part, ...]:
    """Return *findings*, and what to do; *restored* if a person can settle them."""
    points = Points("", tuple((one,) for one in findings))
    if not restored:
        what = line(
            _("Keep a copy of the journal and its files; see"), " ", Mono(VERIFY)
        )
        return (points, what)
    sentence = _("If the journal was put back from a copy on purpose, say so:")
    return (points, line(sentence, " ", Mono(SETTLE)))


def broken(facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that the trail is not whole."""
    return Outcome(
        headline=(Bold(_("The audit trail is not whole.")),),
        tone=Tone.BAD,
        parts=whats_wrong(facts["findings"], restored=facts["restored"]),
        audience=Audience.OPS,
    )


def heads(facts: Mapping[str, Any]) -> Outcome:
    """Return the line of the day: how long each chain is, and its newest hash."""
    chains, findings = facts["heads"], facts["findings"]
    total = sum(count for _chain, count, _head in chains)
    whole = n_(
        "The audit trail is whole: {n} record.",
        "The audit trail is whole: {n} records.",
        total,
    )
    verdict = _("The audit trail is not whole.") if findings else whole.format(n=total)
    lines: list[tuple[Span, ...]] = [
        (f"{chain} · {count} · ", Mono(head)) for chain, count, head in chains
    ]
    shown = lines[:MOST_CHAINS]
    if more := len(lines) - len(shown):
        shown.append((_("and {n} more chains").format(n=more),))
    wrong = whats_wrong(findings, restored=facts["restored"]) if findings else ()
    hint = line(
        _("Whoever doubts it later compares these:"),
        " ",
        Mono(f"{VERIFY} --has …"),
        quiet=True,
    )
    return Outcome(
        headline=(Bold(verdict),),
        tone=Tone.BAD if findings else Tone.PLAIN,
        parts=(*wrong, Points("", tuple(shown)), hint),
        audience=Audience.OPS,
    )


DRAWN: Mapping[str, Callable[[Mapping[str, Any]], Outcome]] = {
    "audit-heads": heads,
    "audit-broken": broken,
}
