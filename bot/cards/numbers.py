"""Of which kind the number of an error is that is no code of the API called here.

Tencent lists those of its SDKs, and lists nowhere those that the event of a relay has:
none is explained by a guess.
"""

import re

from bot.dialogue.outcome import Bold, Link, Outcome, Tone
from bot.i18n import _

# https://trtc.io/document/59414: those of the SDKs begin at -1000 and go down.
_OF_SDK = re.compile(r"-[1-9]\d{3,6}", re.ASCII)
_BARE = re.compile(r"-\d{1,7}|\d{1,3}", re.ASCII)  # a longer one may be a room
_NAMED = re.compile(
    r"(?:err(?:or|no)?[ _-]?(?:code|no|number)?|\bcode|错误码)[\"']?\s{0,3}[:=]?\s{0,3}"
    r"[\"'(\[]{0,2}(?P<number>-?\d{1,7})(?![\w.])"
    r"|(?<![\w.-])(?P<negative>-[1-9]\d{3,6})(?![\w.-])",
    re.IGNORECASE | re.ASCII,
)
_PAGE = "https://trtc.io/document/59414"


def error_number(text: str) -> str:
    """Return the number that *text* is, or calls an error; "" if there is none."""
    if _BARE.fullmatch(text):
        return text
    match = _NAMED.search(text)
    return (match["number"] or match["negative"]) if match else ""


def numbered(number: str) -> Outcome:
    """Return of which kind the error *number* may be, and where to look for more."""
    if _OF_SDK.fullmatch(number):
        title = _("{number} looks like an error code of TRTC's client SDKs.")
        sentence = _(
            "An app in a room gets such a code, and no call that is made here does."
            " Tencent's list says what it means, and the app's own log what led to it."
        )
        link = Link(_PAGE, _("Tencent's list"))
        return Outcome(
            headline=(Bold(title.format(number=number)),),
            tone=Tone.UNKNOWN,
            sentence=(sentence,),
            context=((link,),),
        )
    title = _("“{text}” is not on record here, and no code of the API.")
    sentence = _(
        "If it is the ErrorCode of a relay's event: Tencent lists none of them. The"
        " ErrorMsg beside it says what happened; the thread of the relay has both."
    )
    return Outcome(
        headline=(title.format(text=number),),
        tone=Tone.UNKNOWN,
        sentence=(sentence,),
    )
