"""The form that starts a relay, drawn from a plan.

Which fields it has follows from the choices made so far: one user's stream needs a
user, a mix needs a layout, a custom quality needs its numbers. A field keeps its name
whatever stands around it, so a redraw loses nothing that was typed.
"""

from collections.abc import Sequence

from bot.dialogue.ask import Submission
from bot.dialogue.form import ChoiceField, Field, Form, NumberField, Option, TextField
from bot.dialogue.outcome import Line, line
from bot.i18n import _, n_
from bot.ids import FormId
from bot.products import REGIONS
from bot.resources.relay.plan import (
    AUDIO,
    CUSTOM,
    DEFAULTS,
    FLOAT,
    GRID,
    KEYS,
    MIX,
    NUMBER,
    ONE,
    QUALITIES,
    SCREEN,
    TEXT,
    Plan,
    guessed_type,
    targets_of,
)
from bot.settings import App

NAMES = (*KEYS, "cells")  # what can be typed, and the cells of a custom layout


def plan_from(submission: Submission) -> dict[str, str]:
    """Read the form as it stands into a plan; empty fields are left out."""
    texts = {name: submission.text(name) for name in NAMES}
    return {name: text for name, text in texts.items() if text}


def start_form(plan: Plan, apps: Sequence[App], form_id: FormId) -> Form:
    """Return the form for *plan*, with the fields that its choices want."""
    whole = {**DEFAULTS, **plan}
    fields = (
        *_where(whole, apps),
        *_what(whole),
        *_quality(whole),
        *_targets(whole),
        _idle(whole),
        _region(whole, apps),
        TextField(
            name="note", label=_("Note"), optional=True, initial=whole.get("note", "")
        ),
        _advanced(whole),
    )
    return Form(
        command="relay",
        subcommand="start",
        title=_("Start relay"),
        submit=_("Start"),
        fields=fields,
        form_id=form_id,
    )


def _where(plan: Plan, apps: Sequence[App]) -> list[Field]:
    fields: list[Field] = []
    named = {str(app.sdk_app_id): app.name for app in apps}
    chosen = named.get(plan.get("app", ""), plan.get("app", apps[0].name))
    if len(apps) > 1:
        options = tuple(
            Option(f"🅿 {app.name}" if app.production else app.name, app.name)
            for app in apps
        )
        fields.append(
            ChoiceField(
                name="app",
                label=_("App"),
                options=options,
                initial=chosen,
                redraws=True,
            )
        )
    room = plan.get("room", "")
    fields += [
        TextField(
            name="room",
            label=_("Room ID"),
            initial=room,
            longest=64,
            focus=not room,
            optional=True,  # a pasted request in Advanced names the room
        ),
        ChoiceField(
            name="type",
            label=_("Room ID type"),
            hint=_("As the room was created; the wrong type finds no room."),
            options=(Option(_("Number"), NUMBER), Option(_("Text"), TEXT)),
            initial=plan.get("type") or (guessed_type(room) if room else NUMBER),
            radio=True,
        ),
    ]
    return fields


def _region(plan: Plan, apps: Sequence[App]) -> Field:
    chosen = plan.get("app", apps[0].name)
    named = (app.region for app in apps if chosen in {app.name, str(app.sdk_app_id)})
    region = next(named, apps[0].region)
    offered = dict.fromkeys((region, *REGIONS[:3]))
    return ChoiceField(
        name="region",
        label=_("Region"),
        options=tuple(Option(name, name) for name in offered),
        initial=plan.get("region", region),
    )


def _what(plan: Plan) -> list[Field | Line]:
    fields: list[Field | Line] = [
        ChoiceField(
            name="what",
            label=_("What"),
            options=(
                Option(_("Mix everyone"), MIX, _("Transcodes, which is billed")),
                Option(_("One user"), ONE, _("No transcoding")),
                Option(_("Audio only"), AUDIO, _("Mixes the sound of everyone")),
            ),
            initial=plan["what"],
            radio=True,
            redraws=True,
        )
    ]
    if plan["what"] == ONE:
        fields += _one_user(plan)
    if plan["what"] == MIX:
        fields += _layout(plan)
    return fields


def _one_user(plan: Plan) -> list[Field]:
    return [
        TextField(
            name="user",
            label=_("User ID in the room"),
            initial=plan.get("user", ""),
            longest=64,
        ),
        ChoiceField(
            name="stream",
            label=_("Stream"),
            options=(Option(_("Camera"), "camera"), Option(_("Screen"), "screen")),
            initial=plan["stream"],
            radio=True,
        ),
    ]


def _layout(plan: Plan) -> list[Field]:
    fields: list[Field] = [
        ChoiceField(
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
    ]
    if plan["layout"] == CUSTOM:
        fields.append(
            TextField(
                name="cells",
                label=_("Layout cells"),
                hint=_("MixLayoutList as JSON: a list of at most 16 cells."),
                initial=plan.get("cells", ""),
                multiline=True,
            )
        )
    return fields


def _quality(plan: Plan) -> list[Field]:
    if plan["what"] == AUDIO:
        return []
    options = tuple(
        Option(f"{name} · {kbps} kbps", name)
        for name, (_w, _h, _fps, kbps) in QUALITIES.items()
    )
    choice = ChoiceField(
        name="quality",
        label=_("Quality"),
        options=(*options, Option(_("Custom…"), CUSTOM)),
        initial=plan["quality"],
        redraws=True,
    )
    return [choice, *_custom_quality(plan)] if plan["quality"] == CUSTOM else [choice]


def _custom_quality(plan: Plan) -> list[Field]:
    width, height, fps, bitrate = QUALITIES["720p15"]
    asked = (
        ("width", _("Width (px)"), width, 1, 1920),
        ("height", _("Height (px)"), height, 1, 1920),
        ("fps", _("Frames a second"), fps, 1, 60),
        ("bitrate", _("Bit rate (kbps)"), bitrate, 1, 10_000),
        ("gop", _("Key frame every (s)"), 2, 1, 5),
    )
    return [
        NumberField(
            name=name,
            label=label,
            initial=_int(plan.get(name, ""), otherwise),
            least=least,
            most=most,
        )
        for name, label, otherwise, least, most in asked
    ]


def _targets(plan: Plan) -> list[Field | Line]:
    field = TextField(
        name="url",
        label=_("Targets"),
        hint=_("One rtmp:// address to a line, 10 at most. Kept out of channels."),
        initial=plan.get("url", ""),
        multiline=True,
        optional=True,
        redraws=True,
    )
    targets = targets_of(plan.get("url", ""))
    if not targets:
        return [field]
    other = sum(not target["IsTencentCdn"] for target in targets)
    count = n_("{n} target", "{n} targets", len(targets)).format(n=len(targets))
    fee = _("{n} outside Tencent's CDN, which is billed").format(n=other)
    return [field, line(f"{count}: {fee}." if other else f"{count}.", quiet=True)]


def _idle(plan: Plan) -> Field:
    return NumberField(
        name="idle",
        label=_("Stop when empty for (s)"),
        initial=_int(plan["idle"], 30),
        least=5,
        most=86_400,
    )


def _advanced(plan: Plan) -> Field:
    return TextField(
        name="json",
        label=_("Advanced"),
        hint=_("A whole StartPublishCdnStream request as JSON, instead of the above."),
        initial=plan.get("json", ""),
        multiline=True,
        optional=True,
    )


def _int(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() else otherwise
