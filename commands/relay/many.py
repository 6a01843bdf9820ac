"""`/relay stop room=… | app=… | preset=… | all`: what fits, with a tick, asked once.

Where an application is in production the number of them is typed: a tick too many costs
viewers.
"""

from collections.abc import Iterable, Sequence

from bot.cards import lists
from bot.dialogue.ask import Ask
from bot.dialogue.form import Form, FormPart, Option, TextField, all_ticked, ticked
from bot.dialogue.outcome import Bold, Outcome, line
from bot.errors import InvalidRequest
from bot.i18n import _, n_, slash
from bot.journal.model import Intent
from bot.operations.service import Service
from bot.resources.relay.plan import chosen_app
from bot.resources.relay.resource import RELAY
from bot.states import State

ALL, WHICH, RELAYS, COUNT = "all", "which", "relays", "count"
MOST = 20  # that are offered at once: two fields of ten
COUNTED = 200  # of which more are not counted

FITS = ("room", "app", "preset")  # what relays are chosen by
KEYS = ("room", "preset")  # beside the one that a TaskId takes


def is_meant(ask: Ask) -> bool:
    """Tell whether *ask* is about many, and names none of them."""
    words = [one.text.casefold() for one in ask.words.ids]
    return words == [ALL] or (not words and any(map(ask.value, FITS)))


async def review(ask: Ask, service: Service) -> Outcome | Form:
    """Offer what *ask* names, each with a tick; with --dry-run list it."""
    wanted = {key: ask.value(key) for key in FITS if ask.value(key)}
    if app := wanted.get("app"):
        wanted["app"] = chosen_app({"app": app}, service.apps).name
    which = " ".join(f"{key}={text}" for key, text in wanted.items()) or ALL
    running = await service.live(
        ask.who,
        RELAY,
        COUNTED,
        room=wanted.get("room", ""),
        app=wanted.get("app", ""),
        preset=wanted.get("preset", ""),
    )
    if not running:
        sentence = _("No relay that runs, or may, fits {which}.")
        return Outcome(headline=(Bold(sentence.format(which=which)),))
    if ask.has("dry-run"):
        title = _("Nothing was sent. These would be offered to be stopped:")
        return lists.listed(title, running[:MOST], service.resources)
    form = await service.open_form(ask, {WHICH: which})
    shown = running[:MOST]
    return Form(
        command="relay",
        subcommand="stop",
        title=_("Stop several relays"),
        submit=_("Stop them"),
        fields=tuple(_fields(shown, running, service)),
        form_id=form,
    )


def _fields(
    shown: Sequence[Intent], running: Sequence[Intent], service: Service
) -> Iterable[FormPart]:
    total = len(running)
    sentence = n_("{n} relay runs, or may.", "{n} relays run, or may.", total)
    yield line(sentence.format(n=total), " ", _("Viewers lose the stream."))
    if total > len(shown):
        text = _("The newest {n} are shown. Narrow it by room= or app=, or ask again.")
        yield line(text.format(n=len(shown)))
        yield from map(line, _narrower(running))
    options = [_option(one, service) for one in shown]
    yield from all_ticked(RELAYS, _("Relays to stop"), options)
    production = _production(shown, service)
    if production:
        yield TextField(
            name=COUNT,
            label=_("How many are you stopping?"),
            hint=_("Some are in production: type how many have a tick."),
            optional=len(production) < len(shown),
            longest=3,
        )


def _narrower(running: Iterable[Intent]) -> Iterable[str]:
    """Yield what could be typed instead, and how many each would be of."""
    counts: dict[str, int] = {}
    for relay in running:
        room = relay.subject.room
        counts[room] = counts.get(room, 0) + 1
    most = sorted(counts, key=lambda one: -counts[one])[:3]
    for room in most:
        yield slash(f"relay stop room={room} ({counts[room]})")


def _option(relay: Intent, service: Service) -> Option:
    resource = service.resources.of(relay)
    shown = f"{relay.handle} · {resource.gist(relay)}"
    app = relay.subject.app
    hint = " · ".join(filter(None, (resource.standing(relay), app)))
    return Option(shown, relay.handle, hint)


def _production(relays: Iterable[Intent], service: Service) -> list[Intent]:
    """Return those of *relays* whose application is in production."""
    names = {app.name for app in service.apps if app.production}
    return [one for one in relays if one.subject.app in names]


def is_review(ask: Ask) -> bool:
    """Tell whether *ask* sends in the form of `review`."""
    return ask.submission is not None and f"{RELAYS}1" in ask.submission.values


async def chosen(ask: Ask, service: Service) -> list[Intent]:
    """Return the relays that have a tick in the form that *ask* sends in.

    Raises:
        InvalidRequest: none has, one is not on record, or their number is not typed.
    """
    form = ask.submission
    first = f"{RELAYS}1"
    handles = ticked(form, RELAYS) if form else ()
    if not handles:
        raise InvalidRequest({first: _("None has a tick, so there is none to stop.")})
    relays = []
    for handle in handles:
        relay = await service.thing(ask.who, handle)
        if relay is None:
            sentence = _("No relay is called “{text}” here.")
            raise InvalidRequest({first: sentence.format(text=handle)})
        if relay.state is not State.NOT_STARTED:
            relays.append(relay)
    if not relays:
        sentence = _("{handle} did not start, so there is nothing to stop.")
        raise InvalidRequest({first: sentence.format(handle=", ".join(handles))})
    relays.sort(key=lambda one: (one.created_at, len(one.handle), one.handle))
    typed = form.text(COUNT) if form else ""
    if (typed or _production(relays, service)) and typed != str(len(handles)):
        n = len(handles)
        sentence = n_("{n} has a tick: type {n}.", "{n} have a tick: type {n}.", n)
        raise InvalidRequest({COUNT: sentence.format(n=n)})
    return relays
