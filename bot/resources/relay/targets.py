"""Where a relay leads: a line for each push target, with how it stands."""

from collections.abc import Mapping
from re import split

from bot.dialogue.outcome import Button, Clock, Span, When, said
from bot.i18n import _, later
from bot.journal.evidence import Target, TargetStanding, moment_of
from bot.journal.model import Intent
from bot.resources.relay.quality import of_target, told_of
from bot.states import OVER
from bot.tencent.explain import explain

SCHEME = "://"
FIGURED = 3  # as many as a card shows
Line = tuple[Span, ...]


def lines(intent: Intent) -> tuple[Line, ...]:
    """Return a line for each push target, with how it stands: the worst first."""
    standings = _padded(intent)
    numbers = [*range(1, len(standings) + 1)]
    worst = sorted(numbers, key=lambda n: _WORST.index(standings[n - 1].status))
    order = numbers if intent.state in OVER else worst
    figured = told_of(intent, order[:FIGURED])
    return tuple(
        (
            *_line(intent, n, standings[n - 1], len(standings)),
            *(of_target(intent, n) if n in figured else ()),
        )
        for n in order
    )


def _line(intent: Intent, number: int, target: TargetStanding, count: int) -> Line:
    named = f"{number} {_short(intent, number)}" if count > 1 else _short(intent, 1)
    is_live = target.status is Target.LIVE  # which its sign says
    stands = () if is_live else how_target_stands(intent, target)
    return (*_sign(intent, target), named, *stands)


def _sign(intent: Intent, target: TargetStanding) -> Line:
    shown = intent.state not in OVER and target.status is not Target.UNHEARD
    return (f"{_SIGNS[target.status]} ",) if shown else ()


def how_target_stands(
    intent: Intent, target: TargetStanding, shown: Clock = Clock.AGO
) -> Line:
    """Return since when *target* stands how, as far as was heard, and its error."""
    if intent.state in OVER or target.status is Target.UNHEARD:
        return ()
    at = When(moment_of(target.since), shown)
    error = f"{target.code} {target.text}".strip()
    spans = said(target_word(target.status), when=at)
    return (" · ", *spans, *((f" · {error}",) if error else ()))


def _short(intent: Intent, number: int) -> str:
    """Return the host of a target; with its path where another has the same host."""
    hosts = hosts_of(intent)
    if number > len(hosts):
        return _("a target")
    host = hosts[number - 1]
    whole = addresses(intent)[number - 1].partition(SCHEME)[2]
    return host if hosts.count(host) == 1 else whole or host


def _padded(intent: Intent) -> tuple[TargetStanding, ...]:
    standings = intent.standing.targets
    missing = len(addresses(intent)) - len(standings)
    return (*standings, *[TargetStanding()] * max(missing, 0))


def every_target(intent: Intent) -> tuple[Line, ...]:
    """Return a line for each target in their order, with its whole masked address."""
    return tuple(
        (
            *_sign(intent, target),
            target_name(intent, n),
            *how_target_stands(intent, target, Clock.MOMENT),
            *of_target(intent, n),
        )
        for n, target in enumerate(_padded(intent), 1)
    )


def target_name(intent: Intent, number: int) -> str:
    """Return the *number*-th target of *intent* by its number and masked address."""
    urls = addresses(intent)
    return f"{number} {urls[number - 1] if number <= len(urls) else _('a target')}"


def explaining(code: str) -> tuple[Button, ...]:
    """Return the button that explains the *code* of a target, if anything does.

    Tencent documents none of `Payload.ErrorCode`: of most there is nothing to say.
    """
    if not (code and explain(code, product="trtc")):
        return ()
    return (Button(_("Explain"), "lookup", f"{code} product=trtc"),)


def hosts_of(intent: Intent) -> list[str]:
    """Return the hosts that the targets of *intent* are on, in their order."""
    bare = (url.partition(SCHEME)[2] for url in addresses(intent))
    return [split(r"[/?]", one)[0] or _("a target") for one in bare]


def addresses(intent: Intent) -> list[str]:
    """Return the masked addresses of the push targets, in their order."""
    return [
        target.get("PublishCdnUrl", "")
        for target in intent.masked.get("PublishCdnParams", [])
    ]


_SIGNS: Mapping[Target, str] = {
    Target.CONNECTING: "🟡",
    Target.LIVE: "🟢",
    Target.RECOVERING: "🟠",
    Target.FAILED: "🔴",
    Target.STOPPING: "🟡",
    Target.ENDED: "⚪",
    Target.IDLE: "⚪",
}
_WORST = (
    Target.FAILED,
    Target.RECOVERING,
    Target.IDLE,
    Target.ENDED,
    Target.STOPPING,
    Target.CONNECTING,
    Target.UNHEARD,
    Target.LIVE,
)
_STANDS: Mapping[Target, str] = {
    Target.UNHEARD: later("not heard of"),
    Target.CONNECTING: later("connecting since {when}"),
    Target.LIVE: later("live since {when}"),
    Target.RECOVERING: later("reconnecting since {when}"),
    Target.FAILED: later("failed {when}"),
    Target.STOPPING: later("disconnecting since {when}"),
    Target.ENDED: later("disconnected {when}"),
    Target.IDLE: later("idle since {when}"),
}


def target_word(status: Target) -> str:
    """Return how people say the *status* of a target, with `{when}` in it."""
    return _(_STANDS[status])
