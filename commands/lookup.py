"""`/lookup`: paste anything; learn what it is, who started it, what it means.

It reads what the bot knows itself, so it answers at once and costs nothing.
"""

import json
from dataclasses import replace

from bot.cards import lists
from bot.cards.errors import explained
from bot.cards.intent import looked_up
from bot.dialogue.ask import Ask
from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Buttons,
    Code,
    Mono,
    Outcome,
    Part,
    Points,
    Tone,
    line,
)
from bot.dialogue.words import Token, TokenKind
from bot.grammar.parser import classify, find_ids
from bot.i18n import _, reader_locale
from bot.journal.model import Intent
from bot.operations.service import Service
from bot.resources.base import Resource
from bot.routing.command import Command
from bot.tencent.explain import explain

command = Command("lookup", summary="What is this ID, or this error?", bare="find")


@command.subcommand(
    "find",
    usage="[anything]",
    keys=("product",),
    flags=("public", "details", "ids"),
    examples=("R128", "FailedOperation.SlowDown", "-m97l2ZU7", "295066", ""),
)
async def find(ask: Ask, service: Service) -> Outcome:
    """Look up a handle, an ID, a room, an error code, a link or a whole log line.

    Without anything it lists what was done lately. --public shows the answer to
    the channel, --details the request and how to repeat it, --ids the bare IDs.
    """
    words = " ".join(token.text for token in ask.words.ids)
    if not words:
        return await _recents(ask, service)
    tokens = find_ids(ask.text) or (Token(words, classify(words)),)
    answers = [await _one(token, ask, service) for token in tokens]
    answer = answers[0] if len(answers) == 1 else _several(tokens, answers)
    return replace(answer, audience=Audience.CHANNEL) if ask.has("public") else answer


async def _recents(ask: Ask, service: Service) -> Outcome:
    things = await service.recent(ask.who)
    return lists.listed(_("Lately"), things, service.resources, _("Nothing yet."))


async def _one(token: Token, ask: Ask, service: Service) -> Outcome:
    if token.kind is TokenKind.ERROR:
        return _explained(token.text, ask.value("product"))
    matching = await service.find(ask.who, token.text)
    if len(matching) == 1:
        return await _shown(matching[0], ask, service)
    if matching:
        title = _("Several go by “{text}”").format(text=token.text)
        return lists.listed(title, matching, service.resources)
    return _unknown(token, service)


async def _shown(intent: Intent, ask: Ask, service: Service) -> Outcome:
    resource = service.resources.of(intent)
    if ask.has("details"):
        return _details(intent, resource)
    if ask.has("ids"):
        return _bare_ids(intent)
    history = await service.history(ask.who, intent.handle)
    return looked_up(intent, resource, history)


def _explained(code: str, product: str) -> Outcome:
    meanings = explain(code, product=product, locale=reader_locale())
    if not meanings:
        sentence = _("I have no explanation for {code}.").format(code=code)
        hint = _("Quote the code and the RequestId to Tencent's support.")
        return Outcome(headline=(sentence,), tone=Tone.WARN, parts=(line(hint),))
    outcomes = [explained(meaning) for meaning in meanings]
    if len(outcomes) == 1:
        return outcomes[0]
    parts: list[Part] = []
    for one in outcomes:
        parts += [line(*one.headline), *one.parts]
    title = _("{code} means different things").format(code=meanings[0].code)
    return Outcome(headline=(Bold(title),), parts=tuple(parts))


def _several(tokens: tuple[Token, ...], answers: list[Outcome]) -> Outcome:
    lines = tuple(
        (Mono(token.text), "  ", answer.plain)
        for token, answer in zip(tokens, answers, strict=True)
    )
    buttons = tuple(
        Button(token.text[:75], "lookup", token.text) for token in tokens[:3]
    )
    title = _("I found {n} things in that").format(n=len(tokens))
    return Outcome(headline=(Bold(title),), parts=(Points("", lines), Buttons(buttons)))


def _unknown(token: Token, service: Service) -> Outcome:
    sentence = _("“{text}” is not in my journal.").format(text=token.text)
    looks = {
        TokenKind.TASK: _("It looks like a relay's TaskId."),
        TokenKind.SESSION: _("It looks like a GS session."),
        TokenKind.REQUEST: _("It looks like a RequestId of a call I did not make."),
        TokenKind.HANDLE: _("It looks like a handle, but I never gave it out."),
    }.get(token.kind, _("I look for handles, IDs, rooms and people."))
    parts: list[Part] = [line(looks)]
    if token.kind is TokenKind.SESSION:
        ask_gs = Button(_("Ask GS about it"), "gs", token.text)
        parts.append(Buttons((ask_gs,)))
    if token.kind is TokenKind.TASK and service.apps:
        parts.append(
            Buttons((Button(_("Stop it anyway"), "relay", f"stop {token.text}"),))
        )
    return Outcome(headline=(sentence,), tone=Tone.UNKNOWN, parts=tuple(parts))


def _bare_ids(intent: Intent) -> Outcome:
    ids = [one for one in (intent.subject.ref, intent.settlement.request_id) if one]
    nothing = line(_("It has no IDs yet."))
    return Outcome(
        headline=(Bold(intent.handle),),
        parts=tuple(Code(one) for one in ids) or (nothing,),
    )


def _details(intent: Intent, resource: Resource) -> Outcome:
    service = resource.request(intent.action).service
    body = json.dumps(intent.masked, indent=2, ensure_ascii=False)
    sent = intent.sent_at or intent.created_at
    end = intent.settlement
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
            Code(body),
            line(_("By hand"), quiet=True),
            Code(resource.repeated_by_hand(intent)),
            line(_("For Tencent's support"), quiet=True),
            Code(support),
        ),
        request_id=end.request_id,
    )
