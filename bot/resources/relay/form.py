"""The form that starts a relay, drawn from a plan.

Which fields it has follows from the choices made so far: one user's stream needs a
user, a mix needs a layout, a custom quality needs its numbers, a host of which nobody
knows whose CDN it is needs a word. A field keeps its name whatever stands around it, so
a redraw loses nothing that was typed. A whole request as JSON has a small form of its
own, and so what the other one needs is marked as required there.
"""

from collections.abc import Iterable

from bot.dialogue.form import ChoiceField, Field, Form, NumberField, Option, TextField
from bot.dialogue.outcome import Line, line
from bot.i18n import _, n_
from bot.ids import FormId
from bot.resources.long_texts import shown
from bot.resources.relay import cdn
from bot.resources.relay.draft import FORM, PASTE, mode_of, typed_beside
from bot.resources.relay.plan import (
    AUDIO,
    CAMERA,
    CUSTOM,
    FLOAT,
    GRID,
    MIX,
    NUMBER,
    ONE,
    QUALITIES,
    SCREEN,
    SCREENED,
    SOUND,
    TEXT,
    Plan,
    defaults,
    guessed_type,
    within,
)
from bot.settings import App, Limits, Terms

LARGEST_SIDE, LARGEST_RATE, LONGEST_IDLE = 1920, 10_000, 86_400  # the API's own


def start_form(
    plan: Plan, terms: Terms, form_id: FormId, lines: Iterable[str] = ()
) -> Form:
    """Return the form for *plan*, with the fields that its choices want.

    *lines* stand above the fields.
    """
    draw = _pasting if mode_of(plan) == PASTE else _filling
    above = tuple(line(text) for text in lines)
    return Form(
        command="relay",
        subcommand="start",
        title=_("Start relay"),
        submit=_("Start"),
        fields=(*above, _mode(plan), *draw(plan, terms)),
        form_id=form_id,
    )


def _mode(plan: Plan) -> Field:
    return ChoiceField(
        name="mode",
        label=_("From"),
        options=(Option(_("This form"), FORM), Option(_("A pasted request"), PASTE)),
        initial=mode_of(plan),
        radio=True,
        redraws=True,
    )


# ── the form ─────────────────────────────────────────────────────────────────────


def _filling(plan: Plan, terms: Terms) -> Iterable[Field | Line]:
    limits = terms.policy.limits
    whole = {**defaults(limits), **typed_beside(plan), **plan}
    app = _app(whole, terms)
    yield from _where(whole, terms, app)
    yield from _what(whole)
    yield from _quality(whole, limits)
    yield from _targets(whole, app)
    yield _idle(whole, limits)
    yield _region(whole, terms)
    yield from _note(whole)


def _app(plan: Plan, terms: Terms) -> App:
    named = plan.get("app", "")
    apps = (app for app in terms.apps if named in {app.name, str(app.sdk_app_id)})
    return next(apps, terms.apps[0])


def _where(plan: Plan, terms: Terms, app: App) -> Iterable[Field]:
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


def _what(plan: Plan) -> Iterable[Field]:
    yield ChoiceField(
        name="what",
        label=_("What"),
        options=(
            Option(_("Mix everyone"), MIX, _("Transcodes, which is billed")),
            Option(_("One user"), ONE, _("As it is, no transcoding")),
            Option(_("Audio only"), AUDIO, _("Mixes the sound of everyone")),
        ),
        initial=plan["what"],
        radio=True,
        redraws=True,
    )
    if plan["what"] == ONE:
        yield from _one_user(plan)
    if plan["what"] == MIX:
        yield from _layout(plan)


def _one_user(plan: Plan) -> Iterable[Field]:
    yield TextField(
        name="user",
        label=_("User ID in the room"),
        initial=plan.get("user", ""),
        longest=64,
    )
    yield ChoiceField(
        name="stream",
        label=_("Stream"),
        options=(
            Option(_("Camera"), CAMERA),
            Option(_("Screen"), SCREENED),
            Option(_("Sound alone"), SOUND),
        ),
        initial=plan["stream"],
        radio=True,
    )


def _layout(plan: Plan) -> Iterable[Field]:
    yield ChoiceField(
        name="layout",
        label=_("Layout"),
        options=(
            Option(_("Grid"), GRID),
            Option(_("Float"), FLOAT),
            Option(_("Screen share"), SCREEN),
            Option(_("Custom JSON"), CUSTOM),
        ),
        initial=plan["layout"],
        redraws=True,
    )
    if plan["layout"] == CUSTOM:
        yield TextField(
            name="cells",
            label=_("Layout cells"),
            hint=_("MixLayoutList as JSON: a list of at most 16 cells."),
            initial=plan.get("cells", ""),
            multiline=True,
        )


def _quality(plan: Plan, limits: Limits) -> Iterable[Field]:
    if plan["what"] != MIX:  # one user's stream goes out as it is
        return
    named = [name for name in QUALITIES if within(name, limits)]
    options = [Option(f"{name} · {QUALITIES[name][3]} kbps", name) for name in named]
    yield ChoiceField(
        name="quality",
        label=_("Quality"),
        options=(*options, Option(_("Custom…"), CUSTOM)),
        initial=plan["quality"] if plan["quality"] in named else CUSTOM,
        redraws=True,
    )
    if plan["quality"] not in named:
        yield from _numbers(plan, limits)


def _numbers(plan: Plan, limits: Limits) -> Iterable[Field]:
    width, height, fps, bitrate = QUALITIES.get(plan["quality"], QUALITIES["720p15"])
    asked = (
        ("width", _("Width (px)"), width, 1, min(LARGEST_SIDE, limits.width)),
        ("height", _("Height (px)"), height, 1, min(LARGEST_SIDE, limits.height)),
        ("fps", _("Frames a second"), fps, 1, 60),
        (
            *("bitrate", _("Bit rate (kbps)"), bitrate),
            *(1, min(LARGEST_RATE, limits.bitrate_kbps)),
        ),
        ("gop", _("Key frame every (s)"), 2, 1, 5),
    )
    for name, label, otherwise, least, most in asked:
        yield NumberField(
            name=name,
            label=label,
            initial=_int(plan.get(name, ""), min(otherwise, most)),
            least=least,
            most=most,
        )


def _targets(plan: Plan, app: App) -> Iterable[Field | Line]:
    yield from shown(
        TextField(
            name="url",
            label=_("Targets"),
            hint=_("One rtmp://host/app/stream to a line, 10 at most, kept secret."),
            initial=plan.get("url", ""),
            multiline=True,
            redraws=True,
        ),
        _("Targets of {n} characters, kept."),
    )
    hosts = cdn.hosts_of(plan.get("url", ""))
    for host in hosts:
        chosen = plan.get(cdn.choice_of(host)) or plan.get("cdn", "")
        if chosen or not cdn.is_tencents(host, app):
            yield _whose(host, chosen)
    if count := len(plan.get("url", "").split()):
        text = n_("{n} target.", "{n} targets.", count).format(n=count)
        yield line(text, quiet=True)


def _whose(host: str, chosen: str) -> Field:
    return ChoiceField(
        name=cdn.choice_of(host),
        label=_("Whose CDN is {host}?").format(host=host),
        options=(
            Option(_("Tencent's"), cdn.TENCENT),
            Option(_("Another"), cdn.OTHER, _("Which is billed")),
        ),
        initial=chosen,
        radio=True,
    )


def _idle(plan: Plan, limits: Limits) -> Field:
    usual = int(defaults(limits)["idle"])
    return NumberField(
        name="idle",
        label=_("Stop when empty for (s)"),
        initial=_int(plan["idle"], usual),
        least=5,
        most=min(LONGEST_IDLE, limits.idle_seconds),
    )


def _note(plan: Plan) -> Iterable[Field | Line]:
    note = plan.get("note", "")
    field = TextField(name="note", label=_("Note"), optional=True, initial=note)
    return shown(field, _("Note of {n} characters, kept."))


# ── a pasted request ─────────────────────────────────────────────────────────────


def _pasting(plan: Plan, terms: Terms) -> Iterable[Field | Line]:
    if len(terms.apps) > 1:
        named = _app(plan, terms) if plan.get("app") else None
        yield _apps(terms, named, optional=True)
    request = TextField(
        name="json",
        label=_("Request"),
        hint=_(
            "A whole StartPublishCdnStream request as JSON. The robot is the bot's."
        ),
        initial=plan.get("json", ""),
        multiline=True,
        focus=not plan.get("json"),
    )
    yield from shown(request, _("Request of {n} characters, kept."))
    if beside := typed_beside(plan):
        text = _("Filled in where the JSON has none: {keys}.")
        yield line(text.format(keys=", ".join(beside)), quiet=True)
    yield _region(plan, terms)
    yield from _note(plan)


def _int(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() else otherwise
