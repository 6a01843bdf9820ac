"""What a word looks like: handles, IDs of three products, error codes, links.

Phones and clipboards change what is typed, so text is normalised before it is read.
"""

import html
import re
from itertools import islice

from bot.dialogue.words import Token, TokenKind
from bot.ids import (
    HANDLE,
    SHORTEST_TASK_ID,
    ChannelId,
    MessageTs,
    handle_from,
    handle_meant,
    intent_from,
)
from bot.products import ACCOUNTS
from bot.spelling import straightened

MOST_IDS = 5
SHORTEST_PIECE = 8  # characters, of which chance has made an upper, a lower and a digit

PERMALINK = re.compile(
    r"https://[\w.-]+\.slack(?:-gov)?\.com/archives/([A-Z0-9]+)/p(\d{10})(\d{6})\S*"
)
REQUEST = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
CAPITALISED = re.compile(r"[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)+")
DOTTED = re.compile(r"[A-Za-z]+(\.[A-Za-z]+)+")
SESSION = re.compile(r"[0-9]{15,20}")
# A part of a TaskId is known by its beginning, and by not being a flag of a tool.
TASK = re.compile(
    r"-[A-Za-z](?=\S*[A-Z0-9])[A-Za-z0-9_+=.-]{6,}"
    rf"|[A-Za-z0-9_+=.-]{{{SHORTEST_TASK_ID},90}}"
)

# Codes that stand alone, and the first parts of those that have two.
CODES = frozenset(
    code.casefold()
    for code in (
        "ActionOffline",
        "AuthFailure",
        "DryRunOperation",
        "FailedOperation",
        "InternalError",
        "InvalidAction",
        "InvalidParameter",
        "InvalidParameterValue",
        "InvalidRequest",
        "IpInBlacklist",
        "IpNotInWhitelist",
        "LimitExceeded",
        "MissingParameter",
        "NoSuchProduct",
        "NoSuchVersion",
        "OperationDenied",
        "RequestLimitExceeded",
        "RequestSizeLimitExceeded",
        "ResourceInUse",
        "ResourceInsufficient",
        "ResourceNotFound",
        "ResourceUnavailable",
        "ResourcesSoldOut",
        "ResponseSizeLimitExceeded",
        "ServiceUnavailable",
        "UnauthorizedOperation",
        "UnknownParameter",
        "UnsupportedOperation",
        "UnsupportedProtocol",
        "UnsupportedRegion",
    )
)
OURS = "patchbay"  # the first part of Patchbay's own codes; alone it is only a name

_MARKUP = re.compile(r"<([@#!]?)([^<>|\s]+)(?:\|([^<>]*))?>")
_ADDED = ("http://", "mailto:", "tel:")  # to what only looks like a link
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_WRAPPED = re.compile(r"([`*_\"'])(?P<inside>.+)\1", re.DOTALL)

# The first alternatives are matched to be skipped: neither what follows a `key=` nor a
# part of a link's path is an ID.
_IN_PROSE = re.compile(
    r"(?<![\w+=.-])(?:--)?[A-Za-z_][\w-]{0,30}="
    r"|https://[\w.-]+\.slack(?:-gov)?\.com/archives/[A-Z0-9]+/p\d{16}"
    r"|rtmps?://[^\s\"'<>`|]+"
    r"|(?<!\w)[a-z][a-z0-9+.-]{1,15}://[^\s\"'<>`|?]+"
    r"|(?<![\w-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])"
    r"|(?<![\w-])[01][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}(?![\w-]|\.\w)"
    r"|(?<![\w+.-])-m[A-Za-z0-9_+=.-]{6,}"
    r"|(?<![\w+.-])-[A-Za-z][A-Za-z0-9_+=.-]{58,88}(?![\w=-])"
    r"|(?<![\w+.-])-[A-Za-z][A-Za-z0-9_+-]{9,58}(?![\w=+-]|\.\w)(?:\.{1,3})?"
    r"|(?<![\w+.*-])[A-Za-z0-9_+=-][A-Za-z0-9_+=.-]{59,89}(?![\w+=*-])"
    r"|(?<![\w.])\d{15,20}(?!\w|\.\w)"
    r"|(?<![\w./-])[A-Za-z]+(?:\.[A-Za-z]+)*(?![\w/-])"
    r"|(?<![\w-])#?[RSGCrsgc]\d{1,7}(?![\w-]|\.\w)"
    r"|(?<![\w.-])@[Rr]\d{1,7}\.\d{1,2}(?![\w-]|\.\w)",
    re.ASCII,  # Chinese needs no space beside an ID
)
# What may be a room in prose: what is called so, or a number as long as one may be.
_ROOM = re.compile(
    r"(?:\broom(?:[ _]?id)?|房间号?)[\"']?\s{0,3}[:=#]?\s{0,3}[\"']?"
    r"(?P<named>[\w-]{1,64})"
    r"|(?<![\w.:/=+-])(?P<number>\d{3,10})(?![\w:/+-]|\.\w)",
    re.IGNORECASE | re.ASCII,  # Chinese needs no space beside a number
)
# What is called the ID of a user, a room, a task and so on.
_NAMED = re.compile(
    r"(?<![a-z])(?:user|room|task|session|request|agent|robot)(?:[ _-]?id)?"
    r"\\{0,3}[\"']?(?:\s{0,3}[:=]\s{0,3}|\s{1,3})\\{0,3}[\"']?"
    r"(?P<named>[^\s\"',;{}()<>\\]{1,128})",
    re.IGNORECASE,
)
# The same where nothing else was typed, so that any mark will do, or none.
_ROOM_ALONE = re.compile(
    r"(?:room(?:[ _]?id)?|房间号?)"
    r"(?:\s*[:=#]\s*(?P<marked>\S.*)|\s*(?P<number>\d{1,10}))",
    re.IGNORECASE,
)
_ESCAPED_BREAK = re.compile(r"\\[nrt]")  # as a log line in JSON has them
_RANDOM = re.compile(r"(?=.*[A-Z])(?=.*[a-z])(?=.*\d).+")
_RANDOM_PART = re.compile(r".*[A-Z0-9].*")


def normalise(text: str) -> str:
    """Return *text* with one kind of quote, dash and space, and no Slack markup.

    Dots at the end stay: a TaskId ends in them. Slack escapes `&<>` once, so they are
    restored once; apart from that, straight text comes back as it is.
    """
    return straightened(unwrap(text))


def unwrap(text: str) -> str:
    """Undo what Slack does to links, mentions and, once, to `&<>`."""
    plain = _MARKUP.sub(_unlinked, text)
    return _ENTITY.sub(lambda match: html.unescape(match[0]), plain)


def unnamed(text: str) -> tuple[str, ...]:
    """Return what `unwrap` makes of mentions in *text* that Slack sends unnamed."""
    mentions = (one for one in _MARKUP.finditer(text) if one[1] in {"#", "@"})
    return tuple(f"{one[1]}{one[2]}" for one in mentions if not one[3])


def bare(word: str) -> str:
    """Take one layer of quotes or emphasis off a whole *word*, and only then."""
    match = _WRAPPED.fullmatch(word)
    return match["inside"] if match else word


def classify(word: str) -> TokenKind:
    """Return the kind of *word*: the first whose pattern matches."""
    for pattern, kind in (
        (HANDLE, TokenKind.HANDLE),
        (PERMALINK, TokenKind.PERMALINK),
        (REQUEST, TokenKind.REQUEST),
    ):
        if pattern.fullmatch(word):
            return kind
    if intent_from(word):
        return TokenKind.INTENT
    if _has_known_code(word) or CAPITALISED.fullmatch(word):
        return TokenKind.ERROR
    if SESSION.fullmatch(word):
        return TokenKind.SESSION
    return TokenKind.TASK if TASK.fullmatch(word) else TokenKind.WORD


def of_product(code: str) -> tuple[str, str]:
    """Return the product that *code* begins with (`car.InternalError`), and the rest.

    "" stands for no product, or for one that is not spoken to (`cvm.InternalError`).
    """
    first, _dot, rest = code.partition(".")
    if first.casefold() in ACCOUNTS:
        return first.casefold(), rest
    is_code = first.casefold() in {*CODES, OURS}
    follows = rest.partition(".")[0].casefold() in CODES
    return "", rest if follows and not is_code else code


def message_of(link: str) -> tuple[ChannelId, MessageTs] | None:
    """Return the message that a permalink of Slack leads to, or None."""
    match = PERMALINK.fullmatch(link)
    return (ChannelId(match[1]), MessageTs(f"{match[2]}.{match[3]}")) if match else None


def find_ids(text: str, most: int = MOST_IDS) -> tuple[Token, ...]:
    """Return the IDs and error codes in prose, JSON or a log line: *most* at most.

    Stricter than `classify`, since prose was not typed as a command: a TaskId looks
    random, an error code begins as Tencent's do, a link is a permalink or nothing.
    """
    tokens: dict[str, Token] = {}
    for match in _IN_PROSE.finditer(_ESCAPED_BREAK.sub(" ", normalise(text))):
        token = _token(match[0])
        if _meant(token):
            tokens.setdefault(_same(token), token)
        if len(tokens) == most:
            break
    return tuple(tokens.values())


def find_rooms(text: str, most: int) -> tuple[str, ...]:
    """Return what may name a room in prose: *most* at most, as it is written there.

    Whether there is such a room only who hears of rooms can tell.
    """
    rooms: dict[str, None] = {}
    for match in _ROOM.finditer(_ESCAPED_BREAK.sub(" ", normalise(text))):
        rooms[match["named"] or match["number"]] = None
        if len(rooms) == most:
            break
    return tuple(rooms)


def find_named(text: str, most: int) -> tuple[str, ...]:
    """Return what prose, JSON or a log line calls an ID (“UserId=alice”), as it is.

    What is an ID by its looks is found without a name; an application is no thing.
    """
    plain = _ESCAPED_BREAK.sub(" ", normalise(text))
    named = (match["named"] for match in _NAMED.finditer(plain))
    return tuple(islice(dict.fromkeys(named), most))


def room_named(words: str) -> str:
    """Return the room that *words* name and nothing else (“room: 70”, “房间7”); or "".

    *words* are normalised.
    """
    match = _ROOM_ALONE.fullmatch(words)
    return match["marked"] or match["number"] if match else ""


def _unlinked(match: re.Match[str]) -> str:
    """Return what stood there before Slack made a link or a mention of it."""
    sign, target, label = match.groups()
    if sign in {"#", "@"} and label:
        return f"{sign}{label}"
    typed = not sign and label and target in {start + label for start in _ADDED}
    return str(label) if typed else f"{sign}{target}"


def _has_known_code(word: str) -> bool:
    _product, code = of_product(word)
    first, dot, _rest = code.casefold().partition(".")
    if dot:
        return (first in CODES or first == OURS) and bool(DOTTED.fullmatch(word))
    return first in CODES


def _token(word: str) -> Token:
    """Return *word* without what is not its own: three dots are an ellipsis."""
    if word.startswith("@") and (relay := handle_meant(word)):
        return Token(relay, TokenKind.HANDLE)
    whole = word.rstrip(".")
    if word.endswith("..."):
        word = f"{whole}.." if len(whole) >= SHORTEST_TASK_ID else whole
    return Token(word, classify(word))


def _meant(token: Token) -> bool:
    match token.kind:
        case TokenKind.WORD:
            return False
        case TokenKind.ERROR:
            return _has_known_code(token.text)
        case TokenKind.TASK:
            return _is_random(token.text)
        case _:
            return True


def _is_random(task: str) -> bool:
    """Tell whether *task* looks like a TaskId or a part of one, not like a flag."""
    if len(task) >= SHORTEST_TASK_ID:
        return _RANDOM.fullmatch(task) is not None
    if task.startswith("-m"):
        return _RANDOM_PART.fullmatch(task) is not None
    pieces = [one for one in re.split(r"[-_+.]", task) if len(one) >= SHORTEST_PIECE]
    return any(_RANDOM.fullmatch(piece) for piece in pieces)


def _same(token: Token) -> str:
    """Return what two ways to write one thing have in common."""
    if token.kind is TokenKind.TASK:  # where case matters
        return token.text
    return handle_from(token.text) or token.text.casefold()
