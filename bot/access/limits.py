"""Limits on the size and number of relays, checked before one is accepted."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.errors import NotAllowed
from bot.exit_table import is_address
from bot.i18n import _
from bot.settings import Limits


@dataclass(frozen=True, slots=True)
class Over:
    """What is over a limit: its *rule*, and a sentence for whoever asked for it."""

    rule: str
    sentence: str


def size_over(rule: str, value: int, limits: Limits) -> Over | None:
    """Return why *value* is refused by the limit *rule*, if it is."""
    most = getattr(limits, rule)
    if value <= most:
        return None
    sentence = _("{given} is over the limit of {most} here.")
    return Over(rule, sentence.format(given=value, most=most))


def check_counts(live: int, today: int, *, limits: Limits) -> None:
    """Refuse one more relay beside *live* running ones and *today* of the person's own.

    Raises:
        NotAllowed: the limit that is reached.
    """
    if live >= limits.live_relays:
        sentence = _("{n} relays run or may run, which is the limit here.").format(
            n=live
        )
        raise NotAllowed(sentence, rule="live_relays")
    if today >= limits.starts_per_person_a_day:
        sentence = _("You have started {n} relays in a day, which is the limit.")
        raise NotAllowed(sentence.format(n=today), rule="starts_per_person_a_day")


def host_of(url: str) -> str:
    """Return the host of *url* as DNS gets it: lower case, IDNA, no last dot.

    Empty if *url* has none that can be looked up.
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").casefold()
        return host.encode("idna").decode()
    except ValueError:  # UnicodeError is one, too
        return ""


def is_listed(host: str, listed: Iterable[str]) -> bool:
    """Tell whether *host* is one of *listed*, or under one that begins with a dot."""
    if not host or is_address(host):
        return False
    names = [one.casefold() for one in listed]
    return any(host == one or (one[:1] == "." and host.endswith(one)) for one in names)
