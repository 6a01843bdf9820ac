"""Limits on the size and number of relays, and the hosts that they may be pushed to.

Checked before a relay is accepted. A relay of a private room to a foreign host is a
leak, so where hosts are listed no other is allowed: an entry is an exact host, or a
suffix that begins with a dot. An address has to be listed as it is, list or no list.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.errors import NotAllowed
from bot.i18n import _
from bot.settings import Limits

_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


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


def host_over(url: str, push_hosts: Sequence[str]) -> Over | None:
    """Return why relays may not be pushed to the host of *url*, if they may not.

    No list allows every name, but no address, and not this machine.
    """
    host = host_of(url)
    if is_listed(host, push_hosts) or host in push_hosts:
        return None
    if not push_hosts and host and not _is_address(host) and not _is_local(host):
        return None
    sentence = _("Relays may not be pushed to {host}.")
    return Over("push_hosts", sentence.format(host=host or "?"))


def check_counts(live: int, today: int, *, limits: Limits) -> None:
    """Refuse one more relay beside *live* running ones and *today* of the person's own.

    Raises:
        NotAllowed: the limit that is reached.
    """
    if live >= limits.live_relays:
        sentence = _(
            "{n} relays run, or may, which is all that are allowed here."
        ).format(n=live)
        raise NotAllowed(sentence, rule="live_relays")
    if today >= limits.starts_per_person_a_day:
        sentence = _("You have started {n} relays in a day, which is all that you may.")
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
    if not host or _is_address(host):
        return False
    names = [one.casefold() for one in listed]
    return any(host == one or (one[:1] == "." and host.endswith(one)) for one in names)


def _is_address(host: str) -> bool:
    """Tell whether *host* is an address; so is whatever ends in a number."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return bool(_NUMBER.fullmatch(host.rpartition(".")[2]))
    return True


def _is_local(host: str) -> bool:
    return host.rpartition(".")[2] == "localhost"
