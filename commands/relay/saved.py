"""What was saved, for the forms of a subcommand: presets, and targets to choose."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from hashlib import sha256

from bot.access.permits import Permit
from bot.access.policy import Wish
from bot.dialogue.ask import Ask, Submission
from bot.errors import InvalidRequest
from bot.i18n import _
from bot.journal.named_targets import NamedTarget
from bot.journal.presets import Preset
from bot.operations.service import Service
from bot.resources.relay import draft, presets
from bot.resources.relay.choices import Choices
from bot.resources.relay.form_preset import SINCE
from bot.resources.relay.plan import Plan
from bot.resources.relay.request import faults_of
from commands.relay.references import whole

OF_KEEPING = {"changed_by", "changed_at", "used_at"}  # not what it says
FORM_KEEPS = ("room", "type", "note")  # when another preset is chosen in it


def id_by(form: Submission, name: str) -> str:
    """Return the id of what *form* saves as *name*: the same however often it comes."""
    return sha256(f"{form.form_id}:{name}".encode()).hexdigest()[:32]


def is_same(one: NamedTarget | Preset, other: NamedTarget | Preset) -> bool:
    """Tell whether *one* is *other*, and says the same: the form of it came twice."""
    names = {field.name for field in fields(one)} - OF_KEEPING
    return all(getattr(one, name) == getattr(other, name, None) for name in names)


def check_since(kept: Mapping[str, str], there: NamedTarget | Preset, at: str) -> None:
    """Refuse a form, of which *kept* is kept, that was opened before a change of it.

    Raises:
        InvalidRequest: *there* was changed meanwhile; at the field *at*.
    """
    if kept.get(SINCE) != there.changed_at.isoformat():
        sentence = _("It was changed meanwhile. Nothing was saved: open a new form.")
        raise InvalidRequest({at: sentence})


def wishes(
    service: Service, permit: Permit, names: Iterable[str] = ()
) -> tuple[Wish, ...]:
    """Return what policy is asked of *permit*: on each app of *names*, or on all."""
    named = set(names)
    apps = (app for app in service.apps if not named or app.name in named)
    return tuple(permit.on(app) for app in apps) or (permit.on(None),)


async def choices(ask: Ask, service: Service) -> Choices:
    """Return what a form offers whoever asks."""
    targets = await service.saved.usable(ask.who)
    return Choices(tuple(targets), tuple(await service.saved.presets(ask.who)))


async def with_preset(ask: Ask, service: Service, plan: Plan) -> dict[str, str]:
    """Return *plan* with all that the preset says which it names, if it names one.

    Raises:
        InvalidRequest: there is no such preset; at `preset`, beside what else is wrong
            with *plan*.
    """
    if not plan.get("preset"):
        return dict(plan)
    saved = await service.saved.presets(ask.who)
    try:
        preset = presets.chosen(saved, plan["preset"])
    except InvalidRequest as unknown:
        alone = {key: text for key, text in plan.items() if key != "preset"}
        others = await faults_typed(ask, service, alone)
        raise InvalidRequest({**unknown.faults, **others}) from None
    return {**presets.overlaid(preset.plan, plan), "preset": preset.name}


async def faults_in(ask: Ask, service: Service, plan: Plan) -> dict[str, str]:
    """Return what is wrong with *plan*, what it refers to included, by field."""
    try:
        return faults_of(await whole(ask, service, plan), service.terms)
    except InvalidRequest as unknown:  # what it refers to
        return unknown.faults


async def faults_typed(ask: Ask, service: Service, plan: Plan) -> dict[str, str]:
    """Return what is wrong with what *plan* says, and not with what it leaves out."""
    faults = await faults_in(ask, service, plan)
    return {field: text for field, text in faults.items() if plan.get(field)}


async def unfit(
    ask: Ask, service: Service, plan: Plan, typed: Plan
) -> tuple[list[str], dict[str, str]]:
    """Return that the preset of *plan* does not fit any more, and at which fields.

    What was *typed* beside it is not the preset's. Both are empty where it fits.
    """
    name = plan.get("preset", "")
    if not name:
        return [], {}
    own = {k: v for k, v in plan.items() if not typed.get(k)}
    faults = await faults_in(ask, service, plan)
    misfits = {k: text for k, text in faults.items() if own.get(k)}
    return ([presets.unfit(name, misfits)] if misfits else []), misfits


async def check_fits(ask: Ask, service: Service, plan: Plan, typed: Plan) -> None:
    """Refuse a start of *plan* whose preset does not fit any more.

    Raises:
        InvalidRequest: it does not; at `preset`, and at each field.
    """
    lines, misfits = await unfit(ask, service, plan, typed)
    if misfits:
        raise InvalidRequest({"preset": " ".join(lines), **misfits})


async def chosen_in_form(
    ask: Ask, service: Service, values: Mapping[str, str]
) -> dict[str, str]:
    """Return the draft *values* as the preset fills it in that is chosen in the form.

    The room, its type and the note stay, unless the preset says them.
    """
    stays = {key: values[key] for key in FORM_KEEPS if values.get(key)}
    named = {"preset": values.get("preset", "")}
    plan = {**stays, **await with_preset(ask, service, named)}
    opened = draft.opened(plan, service.terms.policy.limits)
    return draft.anew({**opened, draft.DRAWN: values.get(draft.DRAWN, "")})


async def used(ask: Ask, service: Service, name: str) -> None:
    """Keep that the preset *name* is used, so that it is offered first."""
    if preset := await service.saved.preset(ask.who, name):
        await service.saved.used(preset)
