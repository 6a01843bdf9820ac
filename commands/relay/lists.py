"""`/relay list`, `recent` and `status`: what runs, what ran, how one stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot import states
from bot.cards import export, lists
from bot.cards.intent import looked_up
from bot.dialogue.ask import Ask
from bot.dialogue.outcome import (
    Bold,
    Button,
    Buttons,
    Outcome,
    Part,
    Select,
    Span,
    Tone,
    line,
)
from bot.dialogue.words import TokenKind
from bot.errors import NotFound, UsageError
from bot.i18n import _, slash
from bot.journal.narrow import Narrow
from bot.operations.service import Service
from bot.resources.faults import Gathered
from bot.resources.relay.plan import chosen_app
from bot.resources.relay.resource import RELAY
from bot.routing.spans import SINCE, Since, since_in
from bot.states import State
from commands.relay.command import READ, command

LIVE, FAILED, ALL, MINE = "live", "failed", "all", "mine"
FILTERS = (LIVE, FAILED, ALL)
# Of each filter: the states of what lives, and of the rest.
STATES: Mapping[str, tuple[frozenset[State], frozenset[State]]] = {
    LIVE: (states.LIVE, frozenset()),
    FAILED: (frozenset({State.UNKNOWN}), frozenset({State.NOT_STARTED})),
    ALL: (states.LIVE, states.OVER | {State.QUEUED}),
}
KEYS, FLAGS = ("app", "room", SINCE, "from"), ("csv",)
USAGE = "[mine] [live|failed|all] [app=…] [room=…] [since=24h] [--csv]"
MOST_IN_TABLE = 100
MOST_EXPORTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What somebody wants listed: *which* of the filters, whose, and from which row.

    *since* is when the oldest of it was asked for.
    """

    verb: str
    which: str
    mine: bool = False
    app: str = ""
    room: str = ""
    since: Since | None = None
    start: int = 0

    @property
    def text(self) -> str:
        """What is typed for it, after the slash command."""
        words = [self.verb, self.which, *([MINE] if self.mine else [])]
        words += [f"app={self.app}"] if self.app else []
        words += [f'room="{self.room}"'] if self.room else []
        words += [self.since.text] if self.since else []
        return " ".join((*words, f"from={self.start}"))

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves out some of what the filter lists."""
        return bool(self.mine or self.app or self.room or self.since)


@command.subcommand(
    "list",
    permit=READ,
    usage=USAGE,
    keys=KEYS,
    flags=FLAGS,
    examples=("list", "list mine", "list mine failed", "list all --csv"),
)
async def running(ask: Ask, service: Service) -> Outcome:
    """List the relays that are running, or may be; or others.

    Those that need a decision come first. failed lists what did not start, or is
    unknown; all adds what is over; mine keeps yours. --csv gives you a file.
    """
    return await _answer(ask, service, _wanted(ask, service, "list", LIVE))


@command.subcommand(
    "recent",
    permit=READ,
    usage=USAGE,
    keys=KEYS,
    flags=FLAGS,
    examples=("recent", "recent mine", "recent room=295066", "recent since=yesterday"),
)
async def recent(ask: Ask, service: Service) -> Outcome:
    """List the relays of late: those that run, then those that are over.

    It is `list all`, and takes the same words. since=24h, yesterday or 2026-11-20 goes
    back so far. The menu of each starts it again, in a form that is filled in.
    """
    return await _answer(ask, service, _wanted(ask, service, "recent", ALL))


@command.subcommand(
    "status",
    permit=READ,
    usage="[R128 | TaskId]",
    examples=("status R128",),
    in_thread=True,
)
async def status(ask: Ask, service: Service) -> Outcome:
    """Show how a relay stands, as far as is known."""
    if not ask.words.ids:
        return await _answer(ask, service, _Wanted(verb="list", which=LIVE))
    token = ask.one(_("a relay: its handle or TaskId"))
    relay = await service.thing(ask.who, token.text)
    if relay is not None:
        history = await service.history(ask.who, relay.handle)
        return looked_up(relay, service.resources.of(relay), history)
    if "://" in token.text:
        sentence = _("No relay is called “{text}”.").format(text=token.text)
        raise UsageError(sentence, usage=slash("lookup rtmp://…"))
    if token.kind is TokenKind.WORD:
        return _perhaps_a_room(token.text)
    raise NotFound(_("No relay {text}.").format(text=token.text))


def _perhaps_a_room(text: str) -> Outcome:
    """Offer what can be done with *text*, should it be a room: nothing is guessed."""
    start = _("Start in room {room}").format(room=text)
    relays = _("Relays of room {room}").format(room=text)
    buttons = (
        Button(start, "relay", f'start room="{text}"'),
        Button(relays, "relay", f'list all room="{text}"'),
    )
    headline = (_("No relay is called “{text}”.").format(text=text),)
    return Outcome(headline=headline, tone=Tone.WARN, parts=(Buttons(buttons),))


def _wanted(ask: Ask, service: Service, verb: str, usual: str) -> _Wanted:
    """Return what *ask* wants listed.

    Raises:
        UsageError: it names a filter that there is not, or two, or no number of a row.
        InvalidRequest: it names an app that there is not, or no past moment.
    """
    usage = slash(f"relay {verb} {USAGE}")
    words = {token.text.casefold(): token.text for token in ask.words.ids}
    if unknown := [words[one] for one in words if one not in {*FILTERS, MINE}]:
        sentence = _("Unknown filter “{word}”: use mine, live, failed or all.")
        raise UsageError(sentence.format(word=" ".join(unknown)), usage=usage)
    which = sorted(words.keys() - {MINE})
    if len(which) > 1:
        sentence = _("Use one of live, failed and all; you gave {n}.")
        raise UsageError(sentence.format(n=len(which)), usage=usage)
    start, app = ask.value("from") or "0", ask.value("app")
    if not (start.isascii() and start.isdigit()):
        sentence = _("“{text}” is not the number of a row.")
        raise UsageError(sentence.format(text=start), usage=usage)
    gathered, since = Gathered(), None
    with gathered.here():
        app = chosen_app({"app": app}, service.apps).name if app else ""
    with gathered.here():
        since = since_in(ask, service)
    gathered.check()
    return _Wanted(
        verb=verb,
        which=which[0] if which else usual,
        mine=MINE in words,
        app=app,
        room=ask.value("room"),
        since=since,
        start=min(int(start[:6]), MOST_EXPORTED),
    )


async def _answer(ask: Ask, service: Service, wanted: _Wanted) -> Outcome:
    if ask.has("csv"):
        groups = await _groups(ask, service, wanted, MOST_EXPORTED + 1)
        return _exported(groups, wanted, service)
    tables = service.tables and not wanted.start
    most = 1 + (MOST_IN_TABLE if tables else wanted.start + lists.PAGE)
    groups = await _groups(ask, service, wanted, most)
    parts = [*_narrowed(wanted)]
    if count := len(groups.all):  # fewer than there were when a button was drawn
        last = (count - 1) // lists.PAGE * lists.PAGE
        wanted = replace(wanted, start=min(wanted.start, last))
    if not count:
        parts.append(line(_nothing(wanted)))
    elif tables:
        parts += _tabled(groups, service)
    else:
        parts += groups.rows(service.resources, wanted.start)
    return Outcome(
        headline=(Bold(_title(wanted.which)),),
        parts=(*parts, *_ways_on(wanted, service, count, tables=tables)),
    )


async def _groups(
    ask: Ask, service: Service, wanted: _Wanted, most: int
) -> lists.Groups:
    """Return what is *wanted* in groups; of what is over, until there are *most*.

    What lives is all there, or so much of it that it need not be counted.
    """
    lives, over = STATES[wanted.which]
    only: Narrow = {
        "user": ask.who.user if wanted.mine else None,
        "room": wanted.room,
        "app": wanted.app,
        "since": wanted.since.at if wanted.since else None,
    }
    counted = max(lists.MOST_COUNTED + 1, most)
    things = await service.live(ask.who, RELAY, counted, lives, **only)
    if over and len(things) < most:
        left = most - len(things)
        things += await service.recent(
            ask.who, kind=RELAY, states=over, limit=left, **only
        )
    return lists.Groups.of(things)


def _tabled(groups: lists.Groups, service: Service) -> Iterable[Part]:
    """Yield the rows of what lives, then a table of all that has no row."""
    live = replace(groups, over=())
    yield from live.rows(service.resources)
    rows = len(live.all[: lists.PAGE])
    rest = (*live.all[rows:], *groups.over)[: MOST_IN_TABLE - rows]
    yield from lists.table(rest, service.resources, _("The other relays"))


def _ways_on(
    wanted: _Wanted, service: Service, count: int, *, tables: bool
) -> Iterable[Part]:
    """Yield the other filters, the pages before and after, and the file."""
    yield Select(_("Show …"), tuple(_filters(wanted, service)))
    buttons: list[Button] = []
    if wanted.start:
        before = replace(wanted, start=max(wanted.start - lists.PAGE, 0))
        buttons.append(_choice(_("Back"), before))
    shown = MOST_IN_TABLE if tables else wanted.start + lists.PAGE
    if count > shown:
        buttons.append(_choice(_("Next"), replace(wanted, start=shown)))
    if count:
        buttons.append(Button(_("Export CSV"), "relay", f"{wanted.text} --csv"))
        yield Buttons(tuple(buttons))


def _filters(wanted: _Wanted, service: Service) -> Iterable[Button]:
    """Yield a choice for each way to narrow or widen what is *wanted* by one step."""
    first = replace(wanted, start=0)
    for which in FILTERS:
        if which != wanted.which:
            yield _choice(_title(which), replace(first, which=which))
    whose = _("Everybody's") if wanted.mine else _("Only yours")
    yield _choice(whose, replace(first, mine=not wanted.mine))
    apps = [app.name for app in service.apps]
    if len(apps) > 1:
        for app in apps:
            if app != wanted.app:
                label = _("Only app {app}").format(app=app)
                yield _choice(label, replace(first, app=app))
    yield from _widened(first)


def _widened(first: _Wanted) -> Iterable[Button]:
    """Yield a choice for each thing that narrows *first*, without it; and the spans."""
    if first.app:
        yield _choice(_("Every app"), replace(first, app=""))
    if first.room:
        yield _choice(_("Every room"), replace(first, room=""))
    ever = replace(first, since=None)
    if first.since:
        yield _choice(_("However old"), ever)
    for label, since in (
        (_("The last 24 hours"), "24h"),
        (_("Since yesterday"), "yesterday"),
    ):
        text = f"{ever.text} {SINCE}={since}"
        yield Button(label, "relay", text, replaces=True)


def _choice(label: str, wanted: _Wanted) -> Button:
    """Return what shows what is *wanted*, in place of the list that it stands under."""
    return Button(label, "relay", wanted.text, replaces=True)


def _title(which: str) -> str:
    titles: Mapping[str, str] = {
        LIVE: _("Relays that run, or may"),
        FAILED: _("Relays that did not start, or are unknown"),
        ALL: _("Recent relays"),
    }
    return titles[which]


def _narrowed(wanted: _Wanted) -> Iterable[Part]:
    """Yield in small print what is left out of the list."""
    narrow = [_("Only yours")] if wanted.mine else []
    narrow += [_("Only app {app}").format(app=wanted.app)] if wanted.app else []
    narrow += [_("Only room {room}").format(room=wanted.room)] if wanted.room else []
    spans: tuple[Span, ...] = (" · ".join(narrow),) if narrow else ()
    if wanted.since:
        spans += (*((" · ",) if narrow else ()), *wanted.since.spans)
    if spans:
        yield line(*spans, quiet=True)


def _nothing(wanted: _Wanted) -> str:
    if wanted.is_narrow or wanted.which != LIVE:
        return _("None.")
    return _("No relay that was started here is running.")


def _exported(groups: lists.Groups, wanted: _Wanted, service: Service) -> Outcome:
    """Return the file; of more than it takes the newest, which is said."""
    relays = groups.all[:MOST_EXPORTED]
    sentences = [line(_("The file is in your messages with Patchbay."))]
    if len(groups.all) > len(relays):
        text = _("There are more: a file has {n} at most. Use since= or room=.")
        sentences.append(line(text.format(n=MOST_EXPORTED)))
    return Outcome(
        headline=(Bold(_("Relays as CSV: {n}").format(n=len(relays))),),
        parts=(*_narrowed(wanted), *sentences),
        file=export.csv_file("relays", relays, service.resources, service.now()),
    )
