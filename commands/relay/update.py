"""`/relay update`: changes a relay that runs: by form, or by what is typed."""

from collections.abc import Iterable, Mapping, Sequence

from bot.dialogue.ask import Ask
from bot.dialogue.form import Form
from bot.dialogue.outcome import (
    Bold,
    Button,
    Line,
    Outcome,
    Tone,
    line,
)
from bot.errors import (
    AlreadyRuns,
    InvalidRequest,
    Overtaken,
    UsageError,
)
from bot.i18n import _
from bot.operations.forms import shown_after
from bot.operations.orders import handles_in
from bot.operations.service import Service
from bot.resources import byhand
from bot.resources.faults import Gathered
from bot.resources.relay import cdn
from bot.resources.relay.change import CHANGEABLE, Changed, again
from bot.resources.relay.change_targets import edited, references
from bot.resources.relay.form_update import (
    OPEN,
    review,
    review_lines,
    values_of,
)
from bot.resources.relay.plan import KEYS, SEVERAL
from bot.resources.relay.timers import FOR, UNTIL
from bot.tencent.models.trtc.requests import (
    UpdatePublishCdnStream,
)
from commands.relay.change import (
    AGAIN,
    BESIDE,
    DRAFT,
    RELAY_ID,
    TARGET,
    VERSION,
    Lines,
    Work,
    changed_since,
    drawn,
    faults_but,
    knocks,
    meanwhile,
    overtaken,
    planned,
    refused,
    send,
    target_of,
    work_of,
)
from commands.relay.command import UPDATE, command
from commands.relay.onrecord import relay_of

LISTS = ("url", "hear", "mute")  # that take += and -=
SYNONYMS = {"big": "large"}


@command.subcommand(
    "update",
    permit=UPDATE,
    usage="<R128> [key=value…] [url+=…] [url-=2] [--yes] [--dry-run]",
    keys=(
        *(key for key in KEYS if key not in {"json", "app", "note", FOR, UNTIL}),
        *(*SYNONYMS, "note", TARGET, AGAIN, DRAFT, BESIDE),
    ),
    flags=("yes",),
    changes=LISTS,
    several=SEVERAL,
    elsewhere={FOR: "timer", UNTIL: "timer"},
    does=UpdatePublishCdnStream,
    examples=(
        "update R128",
        "update R128 layout=screen big=alice",
        "update R128 url-=2 url+=rtmp://push.example.com/live/b",
        "update R128 target=1 url=rtmp://push.example.com/live/c --yes",
    ),
    in_thread=True,
)
async def update(ask: Ask, service: Service) -> Outcome | Form | None:
    """Change a relay that runs.

    Opens a form, filled in with what the relay is by now; what is typed is asked about
    once, with what it changes, and --yes does not ask. Only what changes is sent. url+=
    adds a target, url-=2 takes the second out, target=2 url=… replaces its address.
    """
    if kept := ask.value(DRAFT):
        values = await service.kept(ask, kept)
        if not values.keys() >= {RELAY_ID, VERSION}:
            raise UsageError(_("That was not a form."))
        return await _typed(ask, service, values[RELAY_ID], values)
    text = ask.one(_("a relay: its handle or TaskId")).text
    if not (ask.words.pairs or ask.words.adds or ask.words.drops):
        return await _form(ask, service, text)
    if ask.value(TARGET) and not ask.values("url"):
        return await _form(ask, service, text)
    return await _typed(ask, service, text, {})


@command.redraw("update", permit=UPDATE)
async def redraw_update(ask: Ask, service: Service) -> Form:
    """Draw the form for the choices made so far; what they hide is kept."""
    placed, kept = await service.returned(ask)
    form = placed.submission
    if form is None:
        raise UsageError(_("That was not a form."))
    values = {**kept, **values_of(form)}
    if form.changed == OPEN and not values.pop(OPEN, ""):
        values[OPEN] = OPEN
    work = await work_of(service, await relay_of(placed, service, kept[RELAY_ID]))
    if isinstance(work, tuple):
        raise UsageError(_("It cannot be changed now."))
    form_id = await service.open_form(placed, values)
    return drawn(work, service, values, form_id)


@command.form("update", permit=UPDATE)
async def submit_update(ask: Ask, service: Service) -> Outcome | Form | None:
    """Look at the change before it is sent; the second time, send it."""
    placed, kept = await service.returned(ask)
    form = placed.submission
    if form is None:
        raise UsageError(_("That was not a form."))
    values = {**kept, **values_of(form)}
    relay = await relay_of(placed, service, kept[RELAY_ID])
    work = await work_of(service, relay)
    if isinstance(work, tuple):
        return refused(work, relay)
    if work.version != kept[VERSION]:
        return await meanwhile(placed, service, work, values)
    filled = "url" in form.values  # else it is the look at it that was sent in
    take = _look if filled else _sent_in
    return await take(placed, service, work, values)


async def _look(ask: Ask, service: Service, work: Work, values: dict[str, str]) -> Form:
    """Return the look at what *values* change; faults go back to their fields."""
    form = ask.submission
    if form is None:
        raise UsageError(_("That was not a form."))
    await service.remember(ask, values)
    try:
        plan, wanted = await planned(ask, service, work, values)
    except InvalidRequest as wrong:
        if wrong.faults.keys() <= form.values.keys():
            raise
        return drawn(work, service, values, form.form_id, faults=wrong.faults)
    if cdn.unsettled(plan, work.app):
        asked = (_("Please say below whose CDN each host is on."),)
        return drawn(work, service, values, form.form_id, (asked,))
    return review(work.relay, wanted, form.form_id)


async def _sent_in(
    ask: Ask, service: Service, work: Work, values: dict[str, str]
) -> Outcome | Form | None:
    """Send what was looked at, unless it is not to be sent any more."""
    _plan, wanted = await planned(ask, service, work, values)
    try:
        return shown_after(ask, await send(ask, service, work, wanted, values))
    except Overtaken:
        return await overtaken(ask, service, values)
    except AlreadyRuns as others:
        beside = {*handles_in(values.get(BESIDE, "")), *others.handles}
        # another form: of this one Slack may bring a second, by who has not read that
        values[BESIDE] = ",".join(sorted(beside))
        form_id = await service.open_form(ask, values)
        return review(work.relay, wanted, form_id, (knocks(others),))


# ── what is typed ────────────────────────────────────────────────────────────────


async def _typed(
    ask: Ask, service: Service, text: str, kept: Mapping[str, str]
) -> Outcome | None:
    """Change what *text* names as it was typed, or *kept*; ask once before."""
    relay = await relay_of(ask, service, text)
    work = await work_of(service, relay)
    if isinstance(work, tuple):
        return refused(work, relay)
    values = dict(kept) or _said(ask, work)
    lines: Lines = ()
    if values[VERSION] != work.version:
        lines = (changed_since(work.relay),)
    try:
        wanted = await _wanted(ask, service, work, values)
    except InvalidRequest as wrong:
        if copied := _copy(work, wrong, values):
            return copied
        raise InvalidRequest(_as_typed(ask, wrong.faults)) from None
    if lines or not (ask.has("yes") or ask.has("dry-run")):
        return await _asked(ask, service, work, wanted, values, lines)
    try:
        return await send(ask, service, work, wanted, values)
    except Overtaken:
        relay = await relay_of(ask, service, text)
        work = await work_of(service, relay)
        why = work if isinstance(work, tuple) else changed_since(relay)
        return refused(why, relay)
    except AlreadyRuns as others:
        beside = {*handles_in(values.get(BESIDE, "")), *others.handles}
        values[BESIDE] = ",".join(sorted(beside))
        return await _asked(ask, service, work, wanted, values, (knocks(others),))


def _said(ask: Ask, work: Work) -> dict[str, str]:
    """Read the words of *ask* into what an open form would keep."""
    values = {
        SYNONYMS.get(key, key): ("\n" if key in SEVERAL else " ").join(texts)
        for key, texts in ask.words.pairs.items()
    }
    handle, had = work.present.handle, work.present.whole.targets
    _check_said(ask)
    adds, drops = ask.words.adds, ask.words.drops
    if adds.get("url") or drops.get("url"):
        own = values.get("url", "").split() or references(handle, len(had))
        lines = edited(own, adds.get("url", ()), drops.get("url", ()), handle, had)
        values["url"] = "\n".join(lines)
    for key in ("hear", "mute"):
        if key in adds or key in drops:
            names = values.get(key, work.present.plan.get(key, "")).split(",")
            gone = ",".join(drops.get(key, ())).split(",")
            _check_there(key, filter(None, gone), names)
            kept = (name for name in filter(None, names) if name not in gone)
            values[key] = ",".join((*kept, *adds.get(key, ())))
    return {**values, RELAY_ID: work.relay.id, VERSION: work.version}


def _check_said(ask: Ask) -> None:
    """Refuse what says two things of one, or nothing that could be changed.

    Raises:
        InvalidRequest: it does; at the key.
    """
    words, faults = ask.words, dict[str, str]()
    for key in LISTS:
        if set(words.adds.get(key, ())) & set(words.drops.get(key, ())):
            faults[key] = _("One of them is both added and taken out.")
    for one, other in SYNONYMS.items():
        if {one, other} <= words.pairs.keys():
            sentence = _("This is {key}=, too: say one of them.")
            faults[one] = sentence.format(key=other)
    if words.pairs.keys() == {"note"} and not (words.adds or words.drops):
        faults["note"] = _("A note goes with a change: say what is to change.")
    if faults:
        raise InvalidRequest(faults)


def _as_typed(ask: Ask, faults: Mapping[str, str]) -> dict[str, str]:
    """Return *faults*, each at the key that was typed for its field."""
    typed = {key: one for one, key in SYNONYMS.items() if one in ask.words.pairs}
    return {typed.get(key, key): text for key, text in faults.items()}


def _check_there(key: str, gone: Iterable[str], names: Sequence[str]) -> None:
    """Refuse to take out of the list *key* who is not among its *names*.

    Raises:
        InvalidRequest: somebody is not.
    """
    if strangers := [name for name in gone if name not in names]:
        sentence = _("{names} is not in it, and so cannot be taken out.")
        raise InvalidRequest({key: sentence.format(names=", ".join(strangers))})


async def _wanted(
    ask: Ask, service: Service, work: Work, values: Mapping[str, str]
) -> Changed:
    """Return the change that *values* name: one that was sent before, or another."""
    job = values.get(AGAIN, "")
    if not job:
        _plan, wanted = await planned(ask, service, work, values)
        return wanted
    numbers = [one.number for one in work.relay.course if one.job == job]
    doubted = dict(zip(work.relay.standing.doubted, work.present.perhaps, strict=True))
    for number in numbers:
        if number in doubted:
            return again(work.present, doubted[number])
    raise UsageError(_("It is known by now what became of that change."))


async def _asked(
    ask: Ask,
    service: Service,
    work: Work,
    wanted: Changed,
    values: Mapping[str, str],
    lines: Lines,
) -> Outcome:
    """Ask once before *wanted* is sent, and say what it changes."""
    kept = {**values, VERSION: work.version}
    draft = await service.open_form(ask, kept)
    question = _("Change {handle}?").format(handle=work.relay.handle)
    send = Button(
        _("Change it"),
        "relay",
        f"update {DRAFT}={draft} --yes",
        once=draft,
        replaces=True,
    )
    return Outcome(
        headline=(Bold(question),),
        tone=Tone.WARN,
        buttons=(send,),
        parts=(*(Line(spans) for spans in lines), *review_lines(wanted)),
    )


def _copy(
    work: Work, refused: InvalidRequest, values: Mapping[str, str]
) -> Outcome | None:
    """Return what can be done instead of a change that Tencent lets nobody make."""
    fixed = [key for key in refused.faults if key in KEYS and key not in CHANGEABLE]
    if not fixed:
        return None
    pairs = {key: values[key] for key in fixed if key in values}
    text = byhand.typed_after("copy", (work.relay.handle,), pairs)
    return Outcome(
        headline=(Bold(_("Nothing was changed.")),),
        tone=Tone.WARN,
        parts=tuple(line(f"{key}: {refused.faults[key]}") for key in refused.faults),
        buttons=(Button(_("Start a changed copy"), "relay", text),),
    )


# ── what is filled in ────────────────────────────────────────────────────────────


async def _form(ask: Ask, service: Service, text: str) -> Outcome | Form:
    """Return the form of a change, or that of the target which is typed alone.

    What is typed beside it is kept with it, and changes with it.
    """
    relay = await relay_of(ask, service, text)
    work = await work_of(service, relay)
    if isinstance(work, tuple):
        return refused(work, relay)
    values, gathered = _said(ask, work), Gathered()
    with gathered.here():
        target_of(values, work.present)
    gathered.faults |= faults_but(work, values, {TARGET})
    if gathered.faults:
        raise InvalidRequest(_as_typed(ask, gathered.faults))
    return drawn(work, service, values, await service.open_form(ask, values))
