"""Limits on the size and number of relays, and the hosts that they may be pushed to.

Checked before a relay is accepted. A relay of a private room to a foreign host is a
leak, so where hosts are listed no other is allowed: an entry is an exact host, or a
suffix that begins with a dot; never an address.
"""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.errors import NotAllowed
from bot.i18n import _
from bot.settings import Limits


def check_sizes(sizes: Mapping[str, int], limits: Limits) -> None:
    """Refuse *sizes*, by the name of their limit, that are over *limits*.

    Raises:
        NotAllowed: the first limit that is passed.
    """
    for rule, value in sizes.items():
        most = getattr(limits, rule)
        if value > most:
            sentence = _("{given} is over the limit of {most} here.")
            raise NotAllowed(sentence.format(given=value, most=most), rule=rule)


def check_hosts(urls: Iterable[SecretStr], push_hosts: Sequence[str]) -> None:
    """Refuse a push address whose host is not listed; no list allows any.

    Raises:
        NotAllowed: the first host that is not listed.
    """
    for url in urls:
        host = host_of(url.get_secret_value())
        if push_hosts and not is_listed(host, push_hosts):
            sentence = _("Relays may not be pushed to {host}.").format(host=host)
            raise NotAllowed(sentence, rule="push_hosts")


def check_counts(live: int, today: int, *, limits: Limits) -> None:
    """Refuse one more relay beside *live* running ones and *today* of the person's own.

    Raises:
        NotAllowed: the limit that is reached.
    """
    if live >= limits.live_relays:
        sentence = _("{n} relays are running, which is all that may.").format(n=live)
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
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return host.replace(".", "").isdigit()  # 2130706433 is an address, too
    return True
