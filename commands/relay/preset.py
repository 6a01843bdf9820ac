"""`/relay preset`: forms that are saved, for a person or for everybody here."""

from dataclasses import replace

from bot.access.permits import Permit
from bot.access.policy import Wish
from bot.dialogue.ask import Ask, Submission
from bot.dialogue.form import Form, TextField
from bot.dialogue.outcome import Bold, Button, Outcome, Tone, line
from bot.errors import InvalidRequest, NameTaken, NotFound, TooMany, UsageError
from bot.i18n import _, slash
from bot.journal.model import Intent
from bot.journal.presets import EVERYBODYS, Preset
from bot.operations.service import Service
from bot.resources.relay import draft, form_preset, naming, presets
from bot.resources.relay.form import start_form
from bot.resources.relay.form_preset import (
    ALL,
    ASKED,
    BACK,
    MINE,
    NAME,
    OF,
    SCOPE,
    SINCE,
)
from bot.resources.relay.plan import KEYS, SEVERAL, Plan, plan_of
from bot.resources.relay.references import app_in, references_in
from bot.resources.relay.replanned import replanned
from bot.resources.relay.resource import RELAY
from bot.tencent.models.base import Level
from commands.relay.command import START, command
from commands.relay.references import whole
from commands.relay.saved import check_since, choices, id_by, is_same, wishes
from commands.relay.target import name_addresses

PRESET = Permit("relay.preset", Level.CHANGE, on_apps=True)
USAGE = "[list | show | save | change | rename | delete] [name] [key=value…]"
LIST, SHOW, SAVE = "list", "show", "save"
CHANGE, RENAME, DELETE = "change", "rename", "delete"
WORDS = {
    **dict.fromkeys(("list", "ls"), LIST),
    **dict.fromkeys(("show", "get", "info"), SHOW),
    **dict.fromkeys(("save", "add", "new", "create"), SAVE),
    **dict.fromkeys(("change", "edit", "update"), CHANGE),
    **dict.fromkeys(("rename", "mv"), RENAME),
    **dict.fromkeys(("delete", "remove", "rm"), DELETE),
}
TAKEN = {LIST: 1, RENAME: 3}  # words; of the others: the verb and a name
RENAMED = "preset-rename"  # the form that asks for a new name


@command.subcommand(
    "preset",
    permit=START,
    usage=USAGE,
    keys=(*KEYS, OF),
    flags=("yes",),
    several=SEVERAL,
    besides=(PRESET,),
    examples=(
        "preset list",
        "preset save two-hosts layout=side quality=720p15 url=@youtube-main",
        "preset save two-hosts of=R128",
        "preset rename two-hosts talk",
        "preset delete two-hosts",
    ),
)
async def preset(ask: Ask, service: Service) -> Outcome | Form:
    """Save forms under a name, and list them.

    A relay is started from one with preset=two-hosts; what is typed beside it counts
    first. One is yours alone, or everybody's here, which needs the right relay.preset.
    It keeps no address with a stream key: save offers to make named targets of them.
    """
    words = [token.text for token in ask.words.ids]
    verb = WORDS.get(words[0].casefold(), "") if words else LIST
    if not verb or len(words) > TAKEN.get(verb, 2):
        sentence = _("Use list, show, save, change, rename or delete, and a name.")
        raise UsageError(sentence, usage=slash(f"relay preset {USAGE}"))
    if verb != SAVE and ask.words.pairs:
        sentence = _("{keys} goes with save only.")
        keys = " ".join(f"{key}=" for key in ask.words.pairs)
        raise UsageError(
            sentence.format(keys=keys), usage=slash(f"relay preset {USAGE}")
        )
    names = [naming.read(one) for one in words[1:]]
    if verb == LIST:
        return presets.listed(await service.saved.presets(ask.who))
    if verb == SAVE:
        return await _save(ask, service, *names)
    there = await _named(ask, service, names[0] if names else "")
    if verb == SHOW:
        faults = await _misfits(ask, service, there.plan)
        return presets.shown(there, faults)
    if verb == CHANGE:
        return await _change(ask, service, there)
    if verb == RENAME:
        return await _rename(ask, service, there, *names[1:])
    return await _delete(ask, service, there)


@command.redraw("preset", permit=START)
async def redraw_preset(ask: Ask, service: Service) -> Form:
    """Draw the form for the choices made so far; what they hide is kept."""
    submission = ask.submission
    if submission is None:
        raise UsageError(_("That was not a form."))
    placed, kept = await service.returned(ask)
    values = draft.redrawn(kept, submission) | form_preset.beside(submission)
    form_id = await service.open_form(placed, values)
    offered = await choices(placed, service)
    return form_preset.form(values, service.terms, form_id, choices=offered)


@command.form("preset", permit=START)
async def submit_preset(ask: Ask, service: Service) -> Outcome | Form:
    """Save what the form says; faults go back to their fields."""
    placed, kept = await service.returned(ask)
    form = placed.submission
    if form is None:
        raise UsageError(_("That was not a form."))
    plan = presets.kept(draft.submitted(kept, form))
    presets.check_pasted(plan)
    unnamed = presets.unnamed(plan)
    if unnamed.keys() - form.values.keys():
        return await _ask_for_names(placed, service, kept)
    names = {field: naming.read(form.text(field)) for field in unnamed}
    saved = await _filled(placed, service, form, kept)
    await _check(placed, service, replace(saved, plan=plan), names)
    await name_addresses(placed, service, plan, names)
    plan = presets.renamed(plan, names) if names else plan
    saved = replace(saved, plan=plan)
    await _keep(placed, service, saved, kept)
    if kept.get(BACK):
        return await _back(placed, service, draft.redrawn(kept, form), saved)
    return _saved(saved.name)


async def _filled(ask: Ask, service: Service, form: Submission, kept: Plan) -> Preset:
    """Return the preset that *form* is about, with its name and scope, not kept yet."""
    name = naming.read(form.text(NAME))
    before = await _by_id(ask, service, kept.get(OF, ""))
    owner = EVERYBODYS if form.text(SCOPE) == ALL else ask.who.user
    new = replace(service.saved.new_preset(ask, name, {}), id=id_by(form, name))
    blank = before or new
    return replace(blank, name=name, owner=owner)


async def _check(
    ask: Ask, service: Service, preset: Preset, names: dict[str, str]
) -> None:
    """Refuse *preset* if it cannot be kept so, or a target by one of *names*.

    Raises:
        InvalidRequest: what is wrong, by field.
        NotAllowed: it is everybody's, and whoever asks may not change that.
    """
    faults = await _misfits(ask, service, preset.plan)
    for field, written in {NAME: preset.name, **names}.items():
        if fault := naming.fault(written):
            faults[field] = fault
    if faults:
        raise InvalidRequest(faults)
    _check_scope(ask, service, preset)


# ── saving ───────────────────────────────────────────────────────────────────────


async def _save(ask: Ask, service: Service, name: str = "") -> Form:
    """Open the form for a preset of what was typed, or of a relay."""
    bare = ask.reading(replace(ask.words, ids=()))
    plan = plan_of(bare)
    if handle := plan.pop(OF, ""):
        plan = {**await _plan_of_relay(ask, service, handle), **plan}
    plan.pop("preset", None)
    return await _opened(ask, service, plan, {NAME: name})


async def _change(ask: Ask, service: Service, there: Preset) -> Form:
    scope = MINE if there.owner else ALL
    since = there.changed_at.isoformat()
    own = {NAME: there.name, SCOPE: scope, OF: there.id, SINCE: since}
    return await _opened(ask, service, there.plan, own)


async def _opened(ask: Ask, service: Service, plan: Plan, own: Plan) -> Form:
    """Open the form for *plan*, with what is the preset's *own* beside it."""
    offered = await choices(ask, service)
    opened = draft.opened(plan, service.terms.policy.limits)
    values = {**draft.picking(opened, offered.names), **own}
    faults = await _misfits(ask, service, plan)
    typed = {field: text for field, text in faults.items() if plan.get(field)}
    form_id = await service.open_form(ask, values)
    terms = service.terms
    return form_preset.form(values, terms, form_id, faults=typed, choices=offered)


async def _plan_of_relay(ask: Ask, service: Service, handle: str) -> dict[str, str]:
    """Return the plan of the relay *handle* without its room, by names if it has any.

    Raises:
        NotFound: there is no such relay, or it is not known how it was started.
    """
    relay = await service.thing(ask.who, handle)
    if relay is None or relay.subject.kind != RELAY or not relay.masked:
        raise NotFound(_("No relay {name}.").format(name=handle))
    app, region = relay.subject.app, relay.subject.region
    usual = next((one.region for one in service.apps if one.name == app), "")
    plan = replanned(
        relay.masked,
        name=relay.handle,
        app=app if len(service.apps) > 1 else "",
        region=region if region != usual else "",
    )
    plan["url"] = await _by_name(ask, service, relay, plan.get("url", ""))
    return presets.roomless(plan)


async def _by_name(ask: Ask, service: Service, relay: Intent, text: str) -> str:
    """Return the targets *text* of *relay* with the names of those that have one."""
    names = await service.saved.names_at(ask.who, relay.targets)
    urls = text.split()
    for number, digest in enumerate(relay.targets):
        if digest in names and number < len(urls):
            urls[number] = f"@{names[digest]}"
    return "\n".join(urls)


async def _ask_for_names(ask: Ask, service: Service, kept: Plan) -> Form:
    """Return the form with a field for the name of each address."""
    form = ask.submission
    if form is None:
        raise UsageError(_("That was not a form."))
    await service.remember(ask, {ASKED: ASKED})
    values = draft.redrawn(kept, form) | form_preset.beside(form) | {ASKED: ASKED}
    offered = await choices(ask, service)
    return form_preset.form(values, service.terms, form.form_id, choices=offered)


async def _misfits(ask: Ask, service: Service, plan: Plan) -> dict[str, str]:
    """Return what is wrong with the preset of *plan*, by field."""
    try:
        described = await whole(ask, service, plan)
    except InvalidRequest as unknown:  # what it refers to
        return unknown.faults
    return presets.misfits(plan, described, service.terms)


async def _keep(ask: Ask, service: Service, preset: Preset, since: Plan) -> None:
    """Keep *preset*, of whose form *since* is kept.

    Raises:
        InvalidRequest: its name is taken, there are too many, or it was changed since.
    """
    kept = replace(preset, targets=references_in(preset.plan))
    for there in await service.saved.presets(ask.who):
        if is_same(there, kept):
            return  # the same form came twice
        if there.id == kept.id:
            check_since(since, there, NAME)
    try:
        await service.saved.keep_preset(ask, kept, _rights(service, kept))
    except NameTaken:
        raise InvalidRequest({NAME: naming.taken(preset.name)}) from None
    except TooMany as full:
        raise InvalidRequest({NAME: naming.too_many(full.most)}) from None


def _rights(service: Service, preset: Preset) -> tuple[Wish, ...]:
    """Return what policy is asked where *preset* is everybody's: of its app, or all."""
    app = app_in(preset.plan, tuple(service.apps))
    return wishes(service, PRESET, (app,) if app else ())


def _check_scope(ask: Ask, service: Service, preset: Preset) -> None:
    """Refuse to change *preset* if it is everybody's, unless policy allows it.

    Raises:
        NotAllowed: it does not.
    """
    for wish in _rights(service, preset) if preset.owner == EVERYBODYS else ():
        service.check(ask, wish)


async def _back(ask: Ask, service: Service, values: Plan, preset: Preset) -> Form:
    """Return the form of a start again, from which *preset* was saved."""
    start = form_preset.without_own(values)
    limits = service.terms.policy.limits
    opened = draft.opened({**start, **preset.plan}, limits)
    offered = await choices(ask, service)
    drawn = draft.anew(draft.picking({**opened, "preset": preset.name}, offered.names))
    form_id = await service.open_form(ask, drawn)
    sentence = _("Preset “{name}” is saved.").format(name=preset.name)
    return start_form(drawn, service.terms, form_id, (sentence,), choices=offered)


def _saved(name: str) -> Outcome:
    headline = Bold(_("Preset “{name}” is saved.").format(name=name))
    start = Button(_("Start…"), "relay", f"start preset={name}")
    use = _("Use it as preset={name}, or pick it in the form.").format(name=name)
    return Outcome(
        headline=(headline,), tone=Tone.GOOD, buttons=(start,), parts=(line(use),)
    )


# ── what there is already ────────────────────────────────────────────────────────


async def _named(ask: Ask, service: Service, name: str) -> Preset:
    """Return the preset that is called *name*.

    Raises:
        UsageError: none was named.
        NotFound: there is none.
    """
    if not name:
        sentence = _("Say which preset: its name.")
        raise UsageError(sentence, usage=slash(f"relay preset {USAGE}"))
    try:
        return presets.chosen(await service.saved.presets(ask.who), name)
    except InvalidRequest as missing:
        raise NotFound(str(missing)) from None


async def _by_id(ask: Ask, service: Service, preset: str) -> Preset | None:
    """Return the preset that is changed by a form; None if it makes a new one.

    Raises:
        InvalidRequest: it is gone.
    """
    if not preset:
        return None
    for one in await service.saved.presets(ask.who):
        if one.id == preset:
            _check_scope(ask, service, one)
            return one
    raise InvalidRequest({NAME: _("That preset was deleted meanwhile.")})


async def _rename(
    ask: Ask, service: Service, there: Preset, name: str = ""
) -> Outcome | Form:
    if name:
        return await _renamed(ask, service, there, name)
    field = TextField(name=NAME, label=_("New name"), initial=there.name, focus=True)
    return Form(
        command="relay",
        subcommand=RENAMED,
        title=_("Rename a preset"),
        submit=_("Rename"),
        fields=(field,),
        form_id=await service.open_form(ask, {OF: there.id}),
    )


@command.form(RENAMED, permit=START)
async def submit_rename(ask: Ask, service: Service) -> Outcome:
    """Give a preset the name that the form says."""
    placed, kept = await service.returned(ask)
    there = await _by_id(placed, service, kept.get(OF, ""))
    if there is None or placed.submission is None:
        raise UsageError(_("That was not a form."))
    name = naming.read(placed.submission.text(NAME))
    return await _renamed(placed, service, there, name)


async def _renamed(ask: Ask, service: Service, there: Preset, name: str) -> Outcome:
    if fault := naming.fault(name):
        raise InvalidRequest({NAME: fault})
    since = {SINCE: there.changed_at.isoformat()}
    await _keep(ask, service, replace(there, name=name), since)
    sentence = _("Preset “{before}” is called “{name}” now.")
    headline = sentence.format(before=there.name, name=name)
    return Outcome(headline=(Bold(headline),), tone=Tone.GOOD)


async def _delete(ask: Ask, service: Service, there: Preset) -> Outcome:
    _check_scope(ask, service, there)
    if not ask.has("yes"):
        return presets.deletion(there)
    if not await service.saved.delete_preset(ask, there, _rights(service, there)):
        raise NotFound(_("That preset was deleted meanwhile."))
    headline = Bold(_("Preset “{name}” is deleted.").format(name=there.name))
    return Outcome(headline=(headline,), tone=Tone.OVER)
