"""`/lookup`: paste anything; learn what it is, who started it, what it means.

It reads what the bot knows itself, so it answers at once and costs nothing.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.access.permits import Permit
from bot.cards import lists
from bot.cards.found import bare_ids, details, nothing_found, unpushed
from bot.cards.intent import looked_up
from bot.cards.numbers import error_number, numbered
from bot.dialogue.ask import Ask
from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Outcome,
    Part,
    Row,
    Tone,
    as_of,
    line,
)
from bot.dialogue.words import Token, TokenKind
from bot.errors import UsageError
from bot.grammar.parser import classify, find_ids
from bot.grammar.tokens import find_named, find_rooms, room_named
from bot.i18n import _, later, n_, reading_in
from bot.journal.model import Intent
from bot.operations import meant
from bot.operations.explaining import LAST, codes_in, explained, last_error_in
from bot.operations.lookback import look_back
from bot.operations.service import Service
from bot.resources.byhand import quoted
from bot.resources.costream.members import stood
from bot.resources.relay.resource import RELAY, Relay
from bot.resources.room.answer import Asked, answer
from bot.resources.room.history import PERMIT
from bot.resources.room.presence import HeardRoom
from bot.resources.room.pushed import pushes_of
from bot.routing.command import Command
from bot.states import LIVE
from bot.tencent.models.base import Level

MOST_IDS = 40  # of a message that are looked up
MOST_SHOWN = 8
MOST_ROOMS = 5  # of a message that are looked up
ROOM_WORDS = {"room", "房间"}  # alone below a card: the room of its relay
RELAYS = Relay()
# What is no room's name, whatever Tencent would take for one.
NO_ROOM = {TokenKind.HANDLE, TokenKind.INTENT, TokenKind.ERROR}
PHONES = {TokenKind.WORD, TokenKind.REQUEST, TokenKind.TASK}  # as IDs of phones look

# What it finds has to be readable besides, each thing by the right of its kind.
READ = Permit("lookup.read", Level.READ, on_apps=True)

command = Command(
    "lookup",
    summary=later("What is this ID, or this error?"),
    bare="find",
    takes_anything=True,
)


@command.subcommand(
    "find",
    permit=READ,
    usage="[anything]",
    keys=("product",),
    flags=("public", "details", "ids", "room", "history"),
    besides=(PERMIT,),
    examples=(
        "R128",
        "FailedOperation.SlowDown",
        "last error",
        "-m97l2ZU7",
        "295066",
        "",
    ),
)
async def find(ask: Ask, service: Service) -> Outcome | None:
    """Look up a handle, an ID, a room, an address, an error code, a link or a log line.

    Without anything it lists what was done lately; in a thread it looks up what
    stands above. --public shows the answer to the channel, --details the request
    and how to repeat it, --ids the bare IDs, --room who is in the room, --history
    what Tencent recorded of its last hour.
    """
    if ask.has("history"):
        return await look_back(ask, service)
    words = " ".join(token.text for token in ask.words.ids)
    first, _space, rest = words.partition(" ")
    room = room_named(words)
    if ask.has("room") or first.casefold() in ROOM_WORDS:
        return await _of_room(words if ask.has("room") else room or rest, ask, service)
    if room and not await _is_known(words, ask, service):
        return await _of_room(room, ask, service)
    above = ask.pasted or ask.where.parent
    if not words:
        return await (_pasted if above else _recents)(ask, service)
    return await _of_words(words, ask, service)


async def _is_known(words: str, ask: Ask, service: Service) -> bool:
    """Tell whether something is called *words*, as a room may be called room7."""
    who = ask.who
    return bool(await service.room(who, words) or await service.find(who, words))


async def _of_words(words: str, ask: Ask, service: Service) -> Outcome:
    """Answer about all that *words* name, or else about the message above them."""
    above = ask.pasted or ask.where.parent
    tokens = last_error_in(words) or find_ids(ask.text, MOST_IDS)
    if not (tokens or ask.aims):
        tokens = (Token(words, _kind_of(words, ask)),)
    if heard := await _heard(tokens, ask, service):
        return await _room(tokens[0].text, heard, ask, service)
    hits = await _found(tokens, ask, service)
    if not any(one.names_something for one in hits):
        if above:
            return await _pasted(ask, service)  # “why is it black?”
        hits = await _called(ask, service) or hits
        if number := "" if any(one.intents for one in hits) else error_number(words):
            return numbered(number)
    if not ask.has("public"):
        return await _answer(hits, ask, service)
    with reading_in(service.language_at(ask.where)):
        answer = await _answer(hits, ask, service)
        stays = all(one.token.kind is TokenKind.ERROR for one in hits)
        return _shared(answer, None if stays else service.now())


def _shared(answer: Outcome, at: datetime | None) -> Outcome:
    """Return *answer* for the channel, where it stays as it was at that moment."""
    parts = (*answer.parts, as_of(at)) if at else answer.parts
    return replace(answer, parts=parts, audience=Audience.CHANNEL)


def _kind_of(words: str, ask: Ask) -> TokenKind:
    """Return what *words* look like; beside product= a word is a code, and no room."""
    kind = classify(words)
    is_code = kind is TokenKind.WORD and ask.value("product") and not codes_in(words)
    return TokenKind.ERROR if is_code else kind


async def _of_room(words: str, ask: Ask, service: Service) -> Outcome:
    """Answer about the room that is named, or that a relay is in."""
    parent, token = ask.where.parent, Token(words, classify(words))
    if not words and parent:
        relay = await service.posted(ask.who, ask.where.channel, parent)
    else:
        relay = await service.thing(ask.who, words)
    called = relay.subject.room if relay else words
    if relay is None and token.kind is TokenKind.HANDLE:
        rooms = await service.room(ask.who, words)
        if not (rooms or await service.recent(ask.who, kind=RELAY, room=words)):
            return nothing_found(token)
    if not called:
        named = await _rooms_in(ask.pasted, ask, service)
        called = named[0].token.text if len(named) == 1 else ""
    if not called:
        sentence = _("Which room? Name it, or a relay of it.")
        return Outcome(headline=(sentence,), tone=Tone.UNKNOWN)
    heard = await service.room(ask.who, called)
    return await _room(called, heard, ask, service)


async def _heard(
    tokens: Sequence[Token], ask: Ask, service: Service
) -> list[HeardRoom]:
    """Return the rooms that were heard of by the name that is asked about, if any."""
    of_thing = ask.has("details") or ask.has("ids")
    if len(tokens) != 1 or ask.aims or of_thing or tokens[0].kind in NO_ROOM:
        return []
    return await service.room(ask.who, tokens[0].text)


async def _room(
    called: str, heard: list[HeardRoom], ask: Ask, service: Service
) -> Outcome:
    """Answer about every room that is written *called*, and what mixes one of them."""
    relays = await service.recent(ask.who, kind=RELAY, states=LIVE, room=called)
    asked = Asked(
        room=called,
        heard=heard,
        relays=relays,
        resource=RELAYS,
        apps={app.sdk_app_id: app.name for app in service.apps},
        pushes=pushes_of(relays),
        since=service.rooms_since,
        shared=ask.has("public"),
    )
    if not asked.shared:
        return answer(asked)
    with reading_in(service.language_at(ask.where)):
        return _shared(answer(asked), service.now())


@dataclass(frozen=True, slots=True)
class _Found:
    """What an ID, a code or a room in a text turned out to be."""

    token: Token
    intents: tuple[Intent, ...] = ()
    is_room: bool = False
    is_address: bool = False
    remark: str = ""  # on what it is to the thing that is shown

    @property
    def same(self) -> tuple[str, ...]:
        """What is equal for two that name the same: R1, its TaskId, its RequestId."""
        named = (self.token.kind, self.token.text.casefold())
        return tuple(one.id for one in self.intents) or named

    @property
    def names_something(self) -> bool:
        """Whether it is on record, or looks like an ID or a code."""
        return bool(self.intents) or self.token.kind is not TokenKind.WORD

    @property
    def rank(self) -> int:
        """What is on record first, then what is explained, then the rest."""
        explained = self.token.kind is TokenKind.ERROR
        return 0 if self.intents or self.is_room else 1 if explained else 2


async def _pasted(ask: Ask, service: Service) -> Outcome:
    """Look up what a message says, and the thing whose card it is."""
    parent, card = ask.where.parent, None
    if parent:
        card = await service.posted(ask.who, ask.where.channel, parent)
    # 100 kB take up to a fifth of a second, in which others want to be acked
    tokens = await asyncio.to_thread(find_ids, ask.pasted, MOST_IDS)
    hits = await _found(tokens, ask, service)
    hits = [one for one in hits if one.intents or not one.is_address]
    if card and card.id not in {thing.id for one in hits for thing in one.intents}:
        hits = [_Found(Token(card.handle, TokenKind.HANDLE), (card,)), *hits]
    shown = {thing.subject.room for one in hits for thing in one.intents}
    rooms = await _rooms_in(ask.pasted, ask, service)
    hits += [one for one in rooms if one.token.text not in shown]
    hits.sort(key=lambda one: one.rank)
    if hits:
        return await _answer(hits, ask, service)
    if number := error_number(ask.pasted):
        return numbered(number)
    if ask.pasted:
        sentence = _("That message names nothing that can be looked up.")
        hint = _("Handles, IDs, error codes and links to cards are found in a message.")
    else:
        sentence = _("The message above cannot be read from here.")
        hint = _("Use the shortcut “Look up IDs” in its ⋮ menu; it needs no right.")
    return Outcome(headline=(sentence,), tone=Tone.UNKNOWN, sentence=(hint,))


async def _found(tokens: Iterable[Token], ask: Ask, service: Service) -> list[_Found]:
    """Return what *tokens* name, each thing once, under the first of its names."""
    things: dict[tuple[str, ...], _Found] = {}
    for token in tokens:
        is_code = token.kind is TokenKind.ERROR
        intents = [] if is_code else await meant.named(token.text, ask.who, service)
        is_word = token.kind is TokenKind.WORD and not intents
        for called in (is_word and codes_in(token.text)) or [token]:
            one = _Found(called, tuple(intents))
            things.setdefault(one.same, one)
    for aim in ask.aims:
        aimed = tuple(await service.aimed(ask.who, aim.digest))
        one = _Found(Token(aim.shown, TokenKind.WORD), aimed, is_address=True)
        things.setdefault(one.same, one)
    hits = await _with_phones([*things.values()], ask, service)
    return sorted(hits, key=lambda one: one.rank)


async def _with_phones(
    hits: Sequence[_Found], ask: Ask, service: Service
) -> list[_Found]:
    """Return *hits*; of a phone, that is each session in whose last look-up it is."""
    texts = [
        one.token.text
        for one in hits
        if one.token.kind in PHONES and not one.intents and not one.is_address
    ]
    sessions = await meant.sessions_with(texts, ask.who, service)
    return [_phone(one, sessions.get(one.token.text, ())) for one in hits]


def _phone(hit: _Found, sessions: Sequence[Intent]) -> _Found:
    if not sessions or hit.intents:
        return hit
    remark = stood(sessions[0], hit.token.text) if len(sessions) == 1 else ""
    return replace(hit, intents=tuple(sessions), remark=remark)


async def _called(ask: Ask, service: Service) -> list[_Found]:
    """Return what is on record of all that is typed there as an ID, or as a room."""
    named = [Token(one, TokenKind.WORD) for one in find_named(ask.text, MOST_IDS)]
    hits = [one for one in await _found(named, ask, service) if one.intents]
    shown = {thing.subject.room for one in hits for thing in one.intents}
    rooms = await _rooms_in(ask.text, ask, service)
    return [*hits, *(one for one in rooms if one.token.text not in shown)]


async def _rooms_in(text: str, ask: Ask, service: Service) -> list[_Found]:
    """Return the rooms that *text* names, of which something is known."""
    named = await asyncio.to_thread(find_rooms, text, MOST_ROOMS)
    return [
        _Found(Token(one, TokenKind.WORD), is_room=True)
        for one in named
        if await service.room(ask.who, one)
        or await service.recent(ask.who, kind=RELAY, states=LIVE, room=one)
    ]


async def _answer(hits: list[_Found], ask: Ask, service: Service) -> Outcome:
    """Answer in full if it is one thing, and else with a line for each."""
    if len(hits) == 1:
        return await _one(hits[0], ask, service)
    shown = hits[:MOST_SHOWN]
    answers = [await _one(one, ask, service) for one in shown]
    return _several(shown, answers, len(hits))


async def _recents(ask: Ask, service: Service) -> Outcome:
    things = await service.recent(ask.who)
    shown = lists.listed(_("Recent"), things, service.resources, _("Nothing yet."))
    if await service.last_failed(ask.who) is None:
        return shown
    explain = Button(_("Explain the last error"), "lookup", LAST.text)
    return replace(shown, buttons=(*shown.buttons, explain))


async def _one(hit: _Found, ask: Ask, service: Service) -> Outcome:
    token, matching = hit.token, list(hit.intents)
    if hit.is_room:
        heard = await service.room(ask.who, token.text)
        return await _room(token.text, heard, ask, service)
    if token.kind is TokenKind.ERROR:
        return await explained(token, ask, service)
    if len(matching) == 1:
        shown = await _shown(matching[0], ask, service)
        remarks = (line(hit.remark),) if hit.remark else ()
        return replace(shown, parts=(*remarks, *shown.parts))
    if matching:
        count = len(matching)
        text = n_("{n} found for “{text}”", "{n} found for “{text}”", count)
        title = text.format(n=count, text=token.text)
        return lists.listed(title, matching, service.resources)
    if hit.is_address:
        return unpushed(token)
    stops = await service.foreign_stops(ask.who, token.text)
    return nothing_found(token, stops, stoppable=bool(service.apps))


async def _shown(intent: Intent, ask: Ask, service: Service) -> Outcome:
    resource = service.resources.of(intent)
    if resource.personal and ask.has("public"):
        raise UsageError(_("That names people, so it is not shown to the channel."))
    if ask.has("details"):
        return details(intent, resource)
    if ask.has("ids"):
        await service.record_read(ask, intent)
        return bare_ids(intent)
    history = await service.history(ask.who, intent.handle)
    return looked_up(intent, resource, history)


def _several(shown: list[_Found], answers: list[Outcome], all_: int) -> Outcome:
    """Return a row for each thing, with the button that shows all of it."""
    rows = tuple(map(_row, shown, answers))
    title = n_("{n} thing named there", "{n} things named there", all_).format(n=all_)
    parts: list[Part] = [*rows]
    if all_ > len(shown):
        rest = _("and {n} more; paste one alone to see it").format(n=all_ - len(shown))
        parts.append(line(rest, quiet=True))
    return Outcome(headline=(Bold(title),), parts=tuple(parts))


def _row(hit: _Found, answer: Outcome) -> Row:
    sign = (f"{answer.tone.value} ",) if answer.tone.value else ()
    is_code = hit.token.kind is TokenKind.ERROR
    label = _("Explain") if is_code else _("Open")
    one = hit.intents[0].id if len(hit.intents) == 1 else hit.token.text
    if hit.is_address and hit.intents:  # which is shown without what opens it
        one = " ".join(thing.handle for thing in hit.intents)
    if hit.is_room:
        label, one = _("Room"), f"{quoted(one)} --room"
    return Row((*sign, *answer.headline), (Button(label, "lookup", one),))
