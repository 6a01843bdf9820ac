"""What a look-up tells of a thing besides its card, and of what is not on record."""

import json
from collections.abc import Sequence

from bot.cards.intent import event
from bot.dialogue.outcome import (
    Bold,
    Button,
    Buttons,
    Code,
    Outcome,
    Points,
    Tone,
    line,
)
from bot.dialogue.words import Token, TokenKind
from bot.i18n import _
from bot.journal.model import Intent
from bot.resources.base import Resource

LONGEST_ECHO = 200  # characters of what is not on record that are repeated


def nothing_found(
    token: Token, stops: Sequence[Intent] = (), *, stoppable: bool = False
) -> Outcome:
    """Return that *token* is not on record, and what it looks like.

    *stops* of it may have been asked for. A TaskId of another tool may be *stoppable*
    from here.
    """
    sentence = (
        _("No relay was started here as {text}; stops of it were asked for.")
        if stops
        else _("“{text}” is not on record here.")
    )
    buttons: list[Button] = []
    if token.kind is TokenKind.SESSION:
        buttons.append(Button(_("Ask GS about it"), "gs", token.text))
    if token.kind is TokenKind.TASK and stoppable:
        buttons.append(Button(_("Stop it anyway"), "relay", f"stop {token.text}"))
    shown = token.text[:LONGEST_ECHO]
    shown += "…" if len(token.text) > LONGEST_ECHO else ""
    return Outcome(
        headline=(sentence.format(text=shown),),
        tone=Tone.UNKNOWN,
        sentence=(_looks(token.kind),),
        buttons=tuple(buttons),
        parts=(Points(_("History"), tuple(map(event, stops))),) if stops else (),
    )


def unpushed(address: Token) -> Outcome:
    """Return that no relay pushes to *address*, as it may be shown."""
    sentence = _("No relay that runs here, or may, pushes to {address}.")
    headline = (sentence.format(address=address.text),)
    return Outcome(headline=headline, tone=Tone.UNKNOWN)


def _looks(kind: TokenKind) -> str:
    return {
        TokenKind.TASK: _("It looks like a relay's TaskId."),
        TokenKind.SESSION: _("It looks like a GS session."),
        TokenKind.REQUEST: _("It looks like a RequestId of a call made elsewhere."),
        TokenKind.INTENT: _("It looks like the ID of a submission."),
        TokenKind.HANDLE: _("It looks like a handle, but it was never given out."),
    }.get(
        kind,
        _("Handles, IDs, rooms, people and push addresses can be looked up."),
    )


def bare_ids(intent: Intent) -> Outcome:
    """Return the IDs of *intent*, each to be copied by itself."""
    own = (intent.subject.ref, intent.settlement.request_id)
    ids = [one for one in (*own, *intent.standing.candidates) if one]
    nothing = line(_("It has no IDs yet."))
    return Outcome(
        headline=(Bold(intent.handle),),
        parts=tuple(Code(one) for one in ids) or (nothing,),
    )


def details(intent: Intent, resource: Resource) -> Outcome:
    """Return the technical half of *intent*: its request, and how to repeat it."""
    service = resource.request(intent.action).service
    body = json.dumps(intent.masked, indent=2, ensure_ascii=False)
    sent = intent.sent_at or intent.created_at
    end, previews = intent.settlement, tuple(resource.previews(intent))
    support = "\n".join(
        (
            f"{service.name} {service.version} {intent.action}",
            f"RequestId {end.request_id or '-'}",
            f"{sent:%Y-%m-%dT%H:%M:%SZ}",
            end.error_code or "OK",
        )
    )
    return Outcome(
        headline=(Bold(f"{intent.handle} · {intent.action}"),),
        parts=(
            *resource.details(intent),
            *resource.leads(intent),
            Code(body),
            line(_("By hand"), quiet=True),
            Code(resource.repeated_by_hand(intent)),
            line(_("For Tencent's support"), quiet=True),
            Code(support),
            *((Buttons(previews),) if previews else ()),
        ),
        request_id=end.request_id,
    )
