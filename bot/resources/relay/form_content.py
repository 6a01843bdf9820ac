"""The fields on what is relayed: whose streams, in which layout, of which quality."""

from collections.abc import Iterable

from bot.dialogue.form import ChoiceField, Field, NumberField, Option, TextField
from bot.i18n import _
from bot.resources.relay.plan import (
    AUDIO,
    CAMERA,
    CUSTOM,
    FLOAT,
    GRID,
    INSET,
    MIX,
    ONE,
    QUALITIES,
    READY,
    SCREEN,
    SCREENED,
    SIDE,
    SOUND,
    STAGE,
    Plan,
    within,
)
from bot.settings import Limits

LARGEST_SIDE, LARGEST_RATE = 1920, 10_000  # the API's own


def what(plan: Plan) -> Iterable[Field]:
    """Yield what is relayed, and what that choice wants to know."""
    yield ChoiceField(
        name="what",
        label=_("Content"),
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
        yield from one_user(plan)
    if plan["what"] == MIX:
        yield from layout(plan)


def one_user(plan: Plan) -> Iterable[Field]:
    """Yield whose stream it is, and which."""
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


def layout(plan: Plan) -> Iterable[Field]:
    """Yield the layout of a mix, and what that choice wants to know."""
    chosen = plan["layout"]
    yield ChoiceField(
        name="layout",
        label=_("Layout"),
        options=(
            Option(_("Grid"), GRID, _("Everyone, alike")),
            Option(_("Side by side"), SIDE, _("In columns, in the order you give")),
            Option(_("1 + n"), STAGE, _("One large, the others beside")),
            Option(_("Picture in picture"), INSET, _("One large, the others on it")),
            Option(_("Float"), FLOAT, _("One large, whoever comes on it")),
            Option(_("Screen share"), SCREEN, _("The screen large, the others beside")),
            Option(_("Custom JSON"), CUSTOM),
        ),
        initial=chosen,
        redraws=True,
    )
    if chosen in READY:
        yield _users(plan)
    if chosen in {FLOAT, SCREEN}:
        yield TextField(
            name="large",
            label=_("User of the large picture"),
            hint=_("A user ID, or user/screen for the screen."),
            initial=plan.get("large", ""),
            optional=True,
        )
    if chosen == CUSTOM:
        yield TextField(
            name="cells",
            label=_("Layout cells"),
            hint=_("MixLayoutList as JSON: a list of at most 16 cells."),
            initial=plan.get("cells", ""),
            multiline=True,
        )


def _users(plan: Plan) -> Field:
    return TextField(
        name="users",
        label=_("Users, in the order of their places"),
        hint=_(
            "One user ID to a line; user@room is in another room, user/screen is a"
            " screen. Without any, the places go to whoever comes."
        ),
        initial=plan.get("users", ""),
        multiline=True,
        optional=True,
    )


def quality(plan: Plan, limits: Limits) -> Iterable[Field]:
    """Yield how the picture is encoded, within *limits*."""
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
            initial=whole(plan.get(name, ""), min(otherwise, most)),
            least=least,
            most=most,
        )


def whole(text: str, otherwise: int) -> int:
    """Return the whole number that *text* is, or *otherwise*."""
    return int(text) if text.isascii() and text.isdigit() else otherwise
