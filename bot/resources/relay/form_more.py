"""What is rarely set for a relay: the fields under *More*, and the layout's picture."""

from collections.abc import Iterable, Iterator

from bot.dialogue.form import (
    ChoiceField,
    Field,
    FormButton,
    FormButtons,
    FormPart,
    NumberField,
    Option,
    TextField,
)
from bot.dialogue.outcome import line
from bot.errors import InvalidRequest
from bot.i18n import _
from bot.resources.relay import form_timer
from bot.resources.relay.draft import OPEN, PREVIEW, set_aside
from bot.resources.relay.form_content import whole
from bot.resources.relay.more import SAMPLING, SEI_INTERVAL, SEI_TYPE, SOUND_KBPS
from bot.resources.relay.picture import picture_of
from bot.resources.relay.plan import (
    FORMATS,
    LAYOUT_SEI,
    MIX,
    NO,
    OFF,
    ONE,
    OWN_SEI,
    TEMPLATE,
    VOD,
    YES,
    Plan,
)
from bot.resources.relay.request import sketched
from bot.settings import Terms

USUAL = {  # what a field shows that nobody has touched
    "channels": "stereo",
    "audiorate": str(SOUND_KBPS),
    "sampling": str(SAMPLING),
    "record": OFF,
    "sei": OFF,
}
LOUDEST = 500  # kbit/s of sound, the API's own
LONGEST_INTERVAL = 600_000  # milliseconds


def picture(plan: Plan, terms: Terms) -> Iterator[FormPart]:
    """Yield the button that shows the layout of *plan* to scale, and that if asked."""
    if plan["what"] != MIX:
        return
    seen = _("Hide the preview") if plan.get(PREVIEW) else _("Preview")
    yield FormButtons((FormButton(PREVIEW, seen),))
    if not plan.get(PREVIEW):
        return
    try:
        video = sketched(plan, terms)
    except InvalidRequest as error:
        first = next(iter(error.faults.values()))
        sentence = _("No preview yet: {fault}")
        yield line(sentence.format(fault=first), quiet=True)
        return
    yield picture_of(video)


def more(plan: Plan) -> Iterator[FormPart]:
    """Yield the button that opens *More*, and what is there if it is open."""
    is_open = bool(plan.get(OPEN))
    yield FormButtons((FormButton(OPEN, _("Less") if is_open else _("More…")),))
    if is_open:
        yield from _fields(plan)
        return
    labels = {one.name: one.label for one in _fields(plan)}
    names = (labels[k] for k in set_aside(plan) if k in labels and _differs(plan, k))
    if text := ", ".join(names):
        sentence = _("Set under More: {names}.")
        yield line(sentence.format(names=text), quiet=True)


def _differs(plan: Plan, key: str) -> bool:
    return plan[key] != USUAL.get(key, "")


def _fields(plan: Plan) -> Iterable[Field]:
    yield form_timer.at(plan)
    yield from _sound(plan)
    if plan["what"] == MIX:
        yield from dress(plan)
    yield from _recording(plan)
    if plan["what"] == MIX:
        yield from sei(plan)


# ── sound ────────────────────────────────────────────────────────────────────────


def _sound(plan: Plan) -> Iterable[Field]:
    yield ChoiceField(
        name="channels",
        label=_("Sound"),
        options=(Option(_("Stereo"), "stereo"), Option(_("Mono"), "mono")),
        initial=plan.get("channels") or USUAL["channels"],
        radio=True,
    )
    yield NumberField(
        name="audiorate",
        label=_("Bit rate of the sound (kbps)"),
        initial=whole(plan.get("audiorate", ""), SOUND_KBPS),
        least=8,
        most=LOUDEST,
    )
    rates = ("48000", "44100", "32000", "24000", "16000", "8000")
    yield ChoiceField(
        name="sampling",
        label=_("Sample rate (Hz)"),
        options=tuple(Option(f"{int(rate):,}", rate) for rate in rates),
        initial=plan.get("sampling") or USUAL["sampling"],
    )
    yield ChoiceField(
        name="codec",
        label=_("Audio codec"),
        hint=_("LC-AAC, if none is chosen."),
        options=(
            Option("LC-AAC", "lc"),
            Option("HE-AAC", "he"),
            Option("HE-AACv2", "hev2", _("Stereo only")),
        ),
        initial=plan.get("codec", ""),
        optional=True,
    )
    if plan["what"] != ONE:
        yield from heard(plan)


def heard(plan: Plan) -> Iterable[Field]:
    """Yield whom one hears, and whom not."""
    yield TextField(
        name="hear",
        label=_("Whom to hear"),
        hint=_(
            "One user ID to a line; user@room is in another room. Without any,"
            " everybody is heard."
        ),
        initial=plan.get("hear", ""),
        multiline=True,
        optional=True,
    )
    yield TextField(
        name="mute",
        label=_("Whom not to hear"),
        hint=_("One user ID to a line; user@room is in another room."),
        initial=plan.get("mute", ""),
        multiline=True,
        optional=True,
    )


# ── picture ──────────────────────────────────────────────────────────────────────


def dress(plan: Plan) -> Iterable[Field]:
    """Yield what is behind the picture, and on it."""
    yield TextField(
        name="background",
        label=_("Background colour"),
        hint=_("As #FF0000; black, if none is given."),
        initial=plan.get("background", ""),
        longest=10,
        optional=True,
    )
    yield TextField(
        name="logo",
        label=_("Logo"),
        hint=_("The https:// address of a PNG or JPEG."),
        initial=plan.get("logo", ""),
        optional=True,
    )
    yield from _place_of_logo(plan)


def _place_of_logo(plan: Plan) -> Iterable[Field]:
    yield ChoiceField(
        name="corner",
        label=_("Corner of the logo"),
        hint=_("Top left, if none is chosen."),
        options=(
            Option(_("Top left"), "top-left"),
            Option(_("Top right"), "top-right"),
            Option(_("Bottom left"), "bottom-left"),
            Option(_("Bottom right"), "bottom-right"),
        ),
        initial=plan.get("corner", ""),
        optional=True,
    )
    yield TextField(
        name="logosize",
        label=_("Size of the logo (px)"),
        hint=_("64, or 160x90; 64, if none is given."),
        initial=plan.get("logosize", ""),
        longest=12,
        optional=True,
    )
    yield TextField(
        name="margin",
        label=_("Logo's distance from the edges (px)"),
        hint=_("64, if none is given."),
        initial=plan.get("margin", ""),
        longest=6,
        optional=True,
    )


# ── recording and SEI ────────────────────────────────────────────────────────────


def _recording(plan: Plan) -> Iterable[Field]:
    chosen = plan.get("record") or OFF
    yield ChoiceField(
        name="record",
        label=_("Recording"),
        hint=_("Into a bucket of your own: paste a request."),
        options=(
            Option(_("None"), OFF),
            Option(_("As set in the TRTC console"), TEMPLATE),
            Option(_("To Tencent's VOD"), VOD),
        ),
        initial=chosen,
        redraws=True,
    )
    if chosen != OFF:
        yield TextField(
            name="recordkey",
            label=_("Recording key"),
            hint=_("Relays of the same key go into one recording."),
            initial=plan.get("recordkey", ""),
            longest=128,
            optional=True,
        )
    if chosen == VOD:
        yield from _vod(plan)


def _vod(plan: Plan) -> Iterable[Field]:
    yield ChoiceField(
        name="format",
        label=_("Recording format"),
        hint=_("MP4, if none is chosen."),
        options=tuple(Option(name.upper(), name) for name in FORMATS),
        initial=plan.get("format", ""),
        optional=True,
    )
    yield ChoiceField(
        name="tracks",
        label=_("What is recorded"),
        options=(
            Option(_("Sound and picture"), "both"),
            Option(_("Sound"), "audio"),
            Option(_("Picture"), "video"),
        ),
        initial=plan.get("tracks", ""),
        optional=True,
    )
    yield TextField(
        name="vodapp",
        label=_("VOD application"),
        hint=_("Its number; the main one, if none is given."),
        initial=plan.get("vodapp", ""),
        longest=12,
        optional=True,
    )


def sei(plan: Plan) -> Iterable[Field]:
    """Yield the data that goes along inside the picture."""
    chosen = plan.get("sei") or OFF
    yield ChoiceField(
        name="sei",
        label=_("SEI: data inside the picture"),
        options=(
            Option(_("None"), OFF),
            Option(_("Layout and loudness"), LAYOUT_SEI),
            Option(_("Text of your own"), OWN_SEI),
        ),
        initial=chosen,
        redraws=True,
    )
    if chosen != OFF:
        yield TextField(
            name="seidata",
            label=_("SEI text"),
            initial=plan.get("seidata", ""),
            optional=chosen == LAYOUT_SEI,
        )
        yield from _sei_rhythm(plan)


def _sei_rhythm(plan: Plan) -> Iterable[Field]:
    yield NumberField(
        name="seitype",
        label=_("SEI payload type"),
        initial=whole(plan.get("seitype", ""), SEI_TYPE),
        least=100,
        most=254,
    )
    yield NumberField(
        name="seiinterval",
        label=_("SEI interval (ms)"),
        initial=whole(plan.get("seiinterval", ""), SEI_INTERVAL),
        least=0,
        most=LONGEST_INTERVAL,
    )
    yield ChoiceField(
        name="seikey",
        label=_("SEI with every key frame"),
        options=(Option(_("Yes"), YES), Option(_("No"), NO)),
        initial=plan.get("seikey") or YES,
        radio=True,
    )
