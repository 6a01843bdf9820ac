"""Lists of instance IDs, as a phone shows them: what all begin with stands once.

The IDs are Tencent's, and nobody promises what is in them: what no screen shows is
replaced, and a long one is cut.
"""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from bot.dialogue.outcome import Bold, Code, Mono, Part, line, said
from bot.i18n import _

MOST_SHOWN = 20  # IDs of a list; the file has them all
LONGEST = 128  # characters of an ID that are shown
SHORTEST_START = 8  # characters that are worth being told once
_SEPARATORS = "_-"


def plain(id_: str) -> str:
    """Return *id_* on one line, without what cannot be seen."""
    seen = "".join(one if one.isprintable() else "\ufffd" for one in id_[:LONGEST])
    return seen if len(id_) <= LONGEST else f"{seen}…"


def common_start(ids: Iterable[str]) -> str:
    """Return what all *ids* begin with, up to a separator; "" if that is not much."""
    distinct = {plain(one) for one in ids}
    if len(distinct) < 2:  # noqa: PLR2004 - one has nothing in common
        return ""
    pairs = zip(min(distinct), max(distinct), strict=False)
    start = "".join(one for one, _other in takewhile(lambda at: at[0] == at[1], pairs))
    end = max(start.rfind(one) for one in _SEPARATORS) + 1
    return start[:end] if end >= SHORTEST_START else ""


def beginning(start: str) -> Iterable[Part]:
    """Yield that each ID below begins with *start*, if there is such a thing."""
    if start:
        sentence = _("Each ID begins with {start}")
        yield line(*said(sentence, start=Mono(start)), quiet=True)


def listed(title: str, ids: Sequence[str], start: str = "") -> Iterable[Part]:
    """Yield *ids* under *title* with their number, without the *start* of each."""
    yield line(Bold(f"{title} ({len(ids)})"), "" if ids else f"  {_('None.')}")
    if not ids:
        return
    sign = "…" if start else ""
    rows = [sign + plain(one).removeprefix(start) for one in ids[:MOST_SHOWN]]
    more = len(ids) - MOST_SHOWN
    if more > 0:
        rows.append(_("and {n} more").format(n=more))
    yield Code("\n".join(rows))
