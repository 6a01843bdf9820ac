"""Push addresses in what was typed or pasted, by what may be known of them.

What opens a stream stays with whoever typed it: kept are what may be shown of an
address, and its digest, by which a relay that pushes there is found.
"""

import re

from bot.dialogue.ask import Aim
from bot.grammar.tokens import normalise
from bot.runtime.redact import HIDE
from bot.tencent.models.trtc.output import target_digest

# All of ASCII but quotes, <> and |: Chinese needs no space behind an address.
ADDRESS = re.compile(
    r"(?<![\w.+-])rtmp[a-z]{0,3}://[!#-&(-;=?-_a-{}~]+", re.ASCII | re.IGNORECASE
)
MOST = 5
BEHIND = ".,;:!?)]}"  # what prose puts behind an address


def find_addresses(text: str, most: int = MOST) -> tuple[Aim, ...]:
    """Return the push addresses in *text*: *most* at most, each once."""
    aims: dict[str, Aim] = {}
    for match in ADDRESS.finditer(normalise(text)):
        address = match[0].rstrip(BEHIND)
        digest = target_digest(address)
        aims.setdefault(digest, Aim(HIDE(address), digest))
        if len(aims) == most:
            break
    return tuple(aims.values())
