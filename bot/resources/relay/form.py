"""The form that starts a relay, drawn from a plan.

Which fields it has follows from the choices made so far: one user's stream needs a
user, a mix needs a layout, a custom quality needs its numbers, a host of which nobody
knows whose CDN it is needs a word. A field keeps its name whatever stands around it, so
a redraw loses nothing that was typed. A whole request as JSON has a small form of its
own, and so what the other one needs is marked as required there. What is rarely set
stands under *More*, in `form_more`; what is relayed in `form_content`.
"""

from collections.abc import Iterable, Iterator, Mapping

from bot.dialogue.form import (
    ChoiceField,
    Field,
    Form,
    FormButton,
    FormButtons,
    FormPart,
    NumberField,
    Option,
    TextField,
)
from bot.dialogue.outcome import line
from bot.i18n import _, n_
from bot.ids import FormId
from bot.resources.faults import with_faults
from bot.resources.long_texts import shown
from bot.resources.relay import (
    cdn,
    form_content,
    form_copy,
    form_more,
    form_timer,
)
from bot.resources.relay.choices import (
    NOTHING,
    Choices,
    cdn_field,
    preset_field,
    targets_field,
)
from bot.resources.relay.draft import (
    AGAIN,
    BOTH,
    DRAWN,
    FORM,
    OPEN,
    PASTE,
    PUSH,
    ROOM,
    SAVE,
    goes_to,
    mode_of,
    picked,
    typed_beside,
)
from bot.resources.relay.form_content import whole
from bot.resources.relay.plan import (
    LARGEST_NUMBER,
    NUMBER,
    TEXT,
    Plan,
    defaults,
    guessed_type,
)
from bot.settings import App, Limits, Terms

LONGEST_IDLE = 86_400  # the API's own


def start_form(
    plan: Plan,
    terms: Terms,
    form_id: FormId,
    lines: Iterable[str] = (),
    faults: Mapping[str, str] | None = None,
    choices: Choices = NOTHING,
) -> Form:
    """Return the form for *plan*, with the fields that its choices want.

    *lines* stand above the fields, and each of *faults* below its field. *choices* are
    what was saved and may be chosen.
    """
    parts = (*preset_field(plan, choices), *parts_of(plan, terms, choices), _save())
    return Form(
        command="relay",
        subcommand="start",
        title=form_copy.title(plan),
        submit=_("Start another") if plan.get(AGAIN) else _("Start"),
        fields=with_faults(parts, lines, faults or {}),
        form_id=form_id,
        drawn=plan.get(DRAWN, ""),
    )


def parts_of(plan: Plan, terms: Terms, choices: Choices) -> tuple[FormPart, ...]:
    """Return the fields for *plan*, filled in or pasted."""
    if mode_of(plan) == PASTE:
        return tuple(_kept_whole((_mode(plan), *_pasting(plan, terms))))
    return tuple(_kept_whole((_mode(plan), *_filling(plan, terms, choices))))


def _save() -> FormButtons:
    """Return the button that makes a preset of the form as it stands."""
    return FormButtons((FormButton(SAVE, _("Save as preset…")),))


def _mode(plan: Plan) -> Field:
    return ChoiceField(
        name="mode",
        label=_("Input"),
        options=(Option(_("Form"), FORM), Option(_("Paste a request"), PASTE)),
        initial=mode_of(plan),
        radio=True,
        redraws=True,
    )


def _kept_whole(parts: Iterable[FormPart]) -> Iterator[FormPart]:
    """Yield *parts*; what is too long for its field is kept and may be replaced."""
    for part in parts:
        if isinstance(part, TextField):
            kept = _("{label}: {n} characters, kept.")
            yield from shown(part, kept.replace("{label}", part.label))
        else:
            yield part


# ── the form ─────────────────────────────────────────────────────────────────────


def _filling(plan: Plan, terms: Terms, choices: Choices) -> Iterable[FormPart]:
    limits = terms.policy.limits
    full = {**defaults(limits), **typed_beside(plan), **plan}
    app = _app(full, terms)
    yield from _where(full, terms, app)
    yield from form_content.what(full)
    yield from form_content.quality(full, limits)
    yield from form_more.picture(full, terms)
    yield from _leads(full, app, choices.on(app.name))
    yield from form_copy.parts(full, app)
    yield _idle(full, limits)
    yield form_timer.after(full)
    yield _region(full, terms)
    yield from form_more.more(full)
    yield _note(full)


def _app(plan: Plan, terms: Terms) -> App:
    named = plan.get("app", "")
    apps = (app for app in terms.apps if named in {app.name, str(app.sdk_app_id)})
    return next(apps, terms.apps[0])


def _where(plan: Plan, terms: Terms, app: App) -> Iterable[FormPart]:
    if len(terms.apps) > 1:
        yield _apps(terms, app, optional=False)
    room = plan.get("room", "")
    yield TextField(
        name="room",
        label=_("Room ID"),
        initial=room,
        longest=64,
        focus=not room,
    )
    yield ChoiceField(
        name="type",
        label=_("Room ID type"),
        hint=_("As the room was created; the wrong type finds no room."),
        options=(Option(_("Number"), NUMBER), Option(_("Text"), TEXT)),
        initial=plan.get("type") or (guessed_type(room) if room else NUMBER),
        radio=True,
    )
    if room.isdigit() and not plan.get("type") and guessed_type(room) == TEXT:
        sentence = _("Room {room} is taken as text: a number is 1 to {most}.")
        yield line(sentence.format(room=room, most=LARGEST_NUMBER), quiet=True)


def _apps(terms: Terms, chosen: App | None, *, optional: bool) -> Field:
    options = tuple(
        Option(f"🅿 {app.name}" if app.production else app.name, app.name)
        for app in terms.apps
    )
    return ChoiceField(
        name="app",
        label=_("App"),
        hint=_("If the JSON names none.") if optional else "",
        options=options,
        initial=chosen.name if chosen else "",
        redraws=not optional,
        optional=optional,
    )


def _region(plan: Plan, terms: Terms) -> Field:
    """Of several apps each has its own, so none is chosen beforehand."""
    several = len(terms.apps) > 1
    return ChoiceField(
        name="region",
        label=_("Region"),
        hint=_("That of the app, if none is chosen.") if several else "",
        options=tuple(Option(name, name) for name in terms.regions),
        initial=plan.get("region", "" if several else terms.apps[0].region),
        optional=several,
    )


def _leads(plan: Plan, app: App, choices: Choices) -> Iterable[FormPart]:
    """Yield where the relay goes: to push addresses, back into a room, or both."""
    to = goes_to(plan)
    if to != PUSH or plan.get(OPEN):
        yield ChoiceField(
            name="to",
            label=_("Where to"),
            options=(
                Option(_("Push addresses"), PUSH),
                Option(_("Rooms"), ROOM, _("The mix is sent into them")),
                Option(_("Both"), BOTH),
            ),
            initial=to,
            redraws=True,
        )
    if to != ROOM:
        yield from targets_field(plan, choices)
        yield from _targets(plan, app, optional=bool(choices.targets))
    if to != PUSH:
        yield TextField(
            name="feedback",
            label=_("Feedback rooms"),
            hint=_("One room ID to a line; room/robot names the robot that speaks."),
            initial=plan.get("feedback", ""),
            multiline=True,
        )


def _targets(plan: Plan, app: App, *, optional: bool) -> Iterable[FormPart]:
    yield TextField(
        name="url",
        label=_("Targets"),
        hint=_("One rtmp://host/app/stream to a line, 10 at most, kept secret."),
        initial=plan.get("url", ""),
        multiline=True,
        redraws=True,
        optional=optional,
    )
    hosts = cdn.hosts_of(plan.get("url", ""))
    for host in hosts:
        chosen = plan.get(cdn.choice_of(host)) or plan.get("cdn", "")
        if chosen or not cdn.is_tencents(host, app):
            yield cdn_field(host, chosen)
    if count := len(plan.get("url", "").split()) + len(picked(plan)):
        text = n_("{n} target.", "{n} targets.", count).format(n=count)
        yield line(text, quiet=True)


def _idle(plan: Plan, limits: Limits) -> Field:
    usual = int(defaults(limits)["idle"])
    return NumberField(
        name="idle",
        label=_("Stop after the room is empty (seconds)"),
        initial=whole(plan["idle"], usual),
        least=5,
        most=min(LONGEST_IDLE, limits.idle_seconds),
    )


def _note(plan: Plan) -> Field:
    note = plan.get("note", "")
    return TextField(name="note", label=_("Note"), optional=True, initial=note)


# ── a pasted request ─────────────────────────────────────────────────────────────


def _pasting(plan: Plan, terms: Terms) -> Iterable[FormPart]:
    if len(terms.apps) > 1:
        named = _app(plan, terms) if plan.get("app") else None
        yield _apps(terms, named, optional=True)
    yield TextField(
        name="json",
        label=_("Request"),
        hint=_(
            "A whole StartPublishCdnStream request as JSON. The robot is the bot's."
        ),
        initial=plan.get("json", ""),
        multiline=True,
        focus=not plan.get("json"),
    )
    yield from form_copy.parts({**plan, **typed_beside(plan)}, _app(plan, terms))
    if beside := typed_beside(plan):
        text = _("Filled in where the JSON has none: {keys}.")
        yield line(text.format(keys=", ".join(beside)), quiet=True)
    yield _region(plan, terms)
    yield from form_timer.fields(plan)
    yield _note(plan)
