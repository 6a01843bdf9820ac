"""What a person says about a relay, read into the request that starts it.

Words typed and fields filled in are the same *plan*: a mapping of names to text. So
`/relay start 295066 quality=720p15` and the form can stand in for each other, and a
fault of the request is reported under the name of the field it came from.
"""

from collections.abc import Mapping, Sequence

from bot.dialogue.ask import Ask
from bot.dialogue.words import TokenKind
from bot.errors import InvalidRequest, UsageError
from bot.grammar.suggestions import value_like
from bot.i18n import _
from bot.resources.relay.cdn import OTHER, TENCENT
from bot.settings import App, Limits

Plan = Mapping[str, str]

MIX, ONE, AUDIO = "mix", "one", "audio"
GRID, FLOAT, SCREEN, CUSTOM = "grid", "float", "screen", "custom"
SIDE, STAGE, INSET = "side", "1+n", "pip"  # ready layouts: cells that are laid out here
READY = (SIDE, STAGE, INSET)
NUMBER, TEXT = "number", "text"

# width, height, frames a second, kbit/s; 720p15 is the API page's own example
QUALITIES: Mapping[str, tuple[int, int, int, int]] = {
    "1080p30": (1920, 1080, 30, 3000),
    "720p15": (1280, 720, 15, 1536),
    "540p15": (960, 540, 15, 800),
}
LAYOUTS = {FLOAT: 1, SCREEN: 2, GRID: 3, CUSTOM: 4}

CORNERS = ("top-left", "top-right", "bottom-left", "bottom-right")
CHANNELS: Mapping[str, int] = {"mono": 1, "stereo": 2}
CODECS: Mapping[str, int] = {"lc": 0, "he": 1, "hev2": 2}
OFF, YES, NO = "off", "yes", "no"
TEMPLATE, VOD = "template", "vod"
RECORDINGS: Mapping[str, int] = {TEMPLATE: 2, VOD: 3}
FORMATS = ("mp4", "hls", "aac")
TRACKS: Mapping[str, int] = {"both": 0, "audio": 1, "video": 2}
LAYOUT_SEI, OWN_SEI = "layout", "text"

CAMERA, SCREENED, SOUND = "camera", "screen", "audio"  # one user's stream
IDLE = 30  # seconds; Tencent's own

KEYS = (
    "preset",
    "app",
    "region",
    "room",
    "type",
    "what",
    "user",
    "stream",
    "layout",
    "users",
    "large",
    "url",
    "cdn",
    "feedback",
    "quality",
    "width",
    "height",
    "fps",
    "bitrate",
    "gop",
    "idle",
    "for",
    "until",
    "background",
    "logo",
    "corner",
    "logosize",
    "margin",
    "channels",
    "audiorate",
    "sampling",
    "codec",
    "hear",
    "mute",
    "record",
    "recordkey",
    "format",
    "tracks",
    "vodapp",
    "sei",
    "seidata",
    "seitype",
    "seiinterval",
    "seikey",
    "note",
    "json",
)
SEVERAL = ("url", "cdn", "users", "feedback", "hear", "mute")  # may be typed repeatedly

WORDS = {
    "type": {NUMBER, TEXT},
    "what": {MIX, ONE, AUDIO},
    "stream": {CAMERA, SCREENED, SOUND},
    "layout": {*LAYOUTS, *READY},
    "quality": {*QUALITIES, CUSTOM},
    "corner": set(CORNERS),
    "channels": set(CHANNELS),
    "codec": set(CODECS),
    "record": {OFF, *RECORDINGS},
    "format": set(FORMATS),
    "tracks": set(TRACKS),
    "sei": {OFF, LAYOUT_SEI, OWN_SEI},
    "seikey": {YES, NO},
    "cdn": {TENCENT, OTHER},  # as many as there are targets
}

# what belongs to one of the kinds of relay, or of layouts, alone
OF_LOGO = ("corner", "logosize", "margin")
OF_SEI = ("seidata", "seitype", "seiinterval", "seikey")
OF_MIX = ("background", "logo", *OF_LOGO, "sei", *OF_SEI)
OF_SOUND = ("hear", "mute")
OF_VOD = ("format", "tracks", "vodapp")
# all that may have nothing to act on; few relays have any of it
CONDITIONAL = (*OF_MIX, "users", "large", *OF_SOUND, *OF_VOD, "recordkey")
# what a form shows under *More*, in its order; it counts whether it is shown or not
MORE = KEYS[KEYS.index("background") : KEYS.index("note")]

ENCODING = ("width", "height", "fps", "bitrate", "gop")

LARGEST_NUMBER = 2**32 - 1


def plan_of(ask: Ask) -> dict[str, str]:
    """Read the words of *ask* into a plan: a bare word is the room."""
    words = ask.words
    plan = {key: values[-1] for key, values in words.pairs.items()}
    for several in SEVERAL:
        if values := ask.values(several):
            plan[several] = "\n".join(values)
    rooms = dict.fromkeys((*(token.text for token in words.ids), *ask.values("room")))
    if len(rooms) > 1:
        if words.meant:
            sentence = _("That is more than a room. Did you mean {meant}?")
            raise UsageError(sentence.format(meant=" ".join(words.meant)))
        read = ", ".join(rooms)
        raise UsageError(
            _("More than one room was given: {rooms}.").format(rooms=read),
            usage=_("Put a room with spaces in quotes."),
        )
    if words.ids and words.ids[0].kind in {TokenKind.TASK, TokenKind.REQUEST}:
        raise UsageError(
            _("{text} is an ID, not a room.").format(text=words.ids[0].text),
            usage=_("Put room= before a room that looks like an ID."),
        )
    if words.ids:
        plan.setdefault("room", words.ids[0].text)
    return plan


def guessed_type(room: str) -> str:
    """Guess how *room* was created: digits within 32 bits are a number."""
    digits = room.isascii() and room.isdigit() and not room.startswith("0")
    return NUMBER if digits and int(room) <= LARGEST_NUMBER else TEXT


def check_words(plan: Plan) -> None:
    """Refuse a choice that does not exist, before a form is drawn from it.

    Raises:
        InvalidRequest: the choice, and what there is to choose from.
    """
    faults = {}
    for key, allowed in WORDS.items():
        text = plan.get(key, "")
        if not text:
            continue
        several = text.split() if key == "cdn" else [text]
        if not allowed.issuperset(several):
            words = ", ".join(sorted(allowed))
            near = value_like(text, allowed)
            sentence = (
                _("There is no “{typed}”; the nearest is {key}={near}.")
                if near
                else _("There is no “{typed}”; there is {words}.")
            )
            faults[key] = sentence.format(
                typed=" ".join(several), key=key, near=near, words=words
            )
    if faults:
        raise InvalidRequest(faults)


def complete(plan: Plan) -> bool:
    """Tell whether *plan* says all that a relay cannot do without."""
    leads = plan.get("url") or plan.get("feedback")
    return bool(plan.get("json") or (plan.get("room") and leads))


def moot(plan: Plan) -> dict[str, str]:
    """Return which keys of *plan* have nothing to act on, each with a sentence."""
    if not any(map(plan.get, CONDITIONAL)):
        return {}
    what, layout = plan.get("what") or MIX, plan.get("layout") or GRID
    reasons: dict[str, str] = {}
    if what != MIX:
        sentence = _("This goes with a mix of pictures only: choose “Mix everyone”.")
        reasons |= dict.fromkeys((*OF_MIX, "users", "large"), sentence)
    else:
        reasons |= _of_layout(layout)
    if what == ONE:
        sentence = _("One user's stream goes out as it is: nobody else is heard in it.")
        reasons |= dict.fromkeys(OF_SOUND, sentence)
    if plan.get("record", OFF) != VOD:
        sentence = _("This goes with recording to VOD only.")
        reasons |= dict.fromkeys(OF_VOD, sentence)
    reasons |= _without_switch(plan)
    return {key: reasons[key] for key in KEYS if key in reasons and plan.get(key)}


def _of_layout(layout: str) -> dict[str, str]:
    reasons: dict[str, str] = {}
    if layout not in READY:
        reasons["users"] = _(
            "Who is where goes with “Side by side”, “1 + n” and “Picture in picture”."
        )
    if layout not in {FLOAT, SCREEN}:
        reasons["large"] = _("A large picture goes with “Float” and “Screen share”.")
    return reasons


def _without_switch(plan: Plan) -> dict[str, str]:
    """Return what belongs to a logo, a recording or SEI of which there is none."""
    reasons: dict[str, str] = {}
    if not plan.get("logo"):
        sentence = _("This goes with a logo: give its address.")
        reasons |= dict.fromkeys(OF_LOGO, sentence)
    if (plan.get("record") or OFF) == OFF:
        reasons["recordkey"] = _("This goes with a recording.")
    if (plan.get("sei") or OFF) == OFF:
        reasons |= dict.fromkeys(OF_SEI, _("This goes with SEI: choose which."))
    return reasons


def defaults(limits: Limits) -> dict[str, str]:
    """Return what holds where nothing is said, within *limits*."""
    usual = "720p15"
    affordable = (name for name in (usual, *QUALITIES) if within(name, limits))
    quality = next(affordable, usual)
    return {
        "what": MIX,
        "layout": GRID,
        "quality": quality,
        "idle": str(min(IDLE, limits.idle_seconds)),
        "stream": CAMERA,
    }


def within(quality: str, limits: Limits) -> bool:
    """Tell whether *quality* is within *limits*."""
    width, height, _fps, kbps = QUALITIES[quality]
    most = limits.width, limits.height, limits.bitrate_kbps
    return all(n <= m for n, m in zip((width, height, kbps), most, strict=True))


def chosen_app(plan: Plan, apps: Sequence[App]) -> App:
    """Return the app that *plan* names, or the only one there is.

    Raises:
        InvalidRequest: no such app, or several and none named.
    """
    names = ", ".join(app.name for app in apps) or _("none")
    if named := plan.get("app", ""):
        for app in apps:
            if named in {app.name, str(app.sdk_app_id)}:
                return app
        sentence = _("There is no app “{name}” here; there is {names}.")
        raise InvalidRequest({"app": sentence.format(name=named, names=names)})
    if len(apps) == 1:
        return apps[0]
    if not apps:
        sentence = _("No TRTC app is configured; ask whoever runs this bot.")
        raise InvalidRequest({"app": sentence})
    raise InvalidRequest({"app": _("Say which app: {names}.").format(names=names)})
