"""What is told of a relay in the thread of its card: each change to worse, each end.

One line for each break of a target and one for its recovery; of a target that breaks
again and again one line with a count, renewed once a minute.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.dialogue.outcome import (
    Audience,
    Bold,
    Button,
    Mono,
    Outcome,
    Span,
    Tone,
    When,
    Who,
    said,
)
from bot.i18n import _, n_
from bot.journal.evidence import (
    Ending,
    Headline,
    Standing,
    Target,
    TargetStanding,
    moment_of,
)
from bot.journal.model import CONTRADICTION, NEWS, REVIVED, Intent, Notice
from bot.journal.outages import AlertCause
from bot.journal.timer_rows import TOLD
from bot.resources.relay import still, timers, update
from bot.resources.relay.card import ran_for, stop_button, stopped
from bot.resources.relay.targets import explaining, target_name
from bot.states import LIVE, OVER, State

PUSH_FAILED = "push-failed"
Context = tuple[tuple[Span, ...], ...]
RENEWED = timedelta(minutes=1)
CHANGED, PERHAPS = "changed", "perhaps changed"
BROKE, FAILED, BACK, FLAPS, IDLE, AGAIN, OVER_NOW = (
    "broke",
    "failed",
    "back",
    "flaps",
    "idle",
    "again",
    "over",
)
_TROUBLED = {Target.RECOVERING, Target.FAILED}
_RUNS = {Target.CONNECTING, Target.LIVE, Target.RECOVERING}


def news(before: Intent, after: Intent) -> Iterable[Notice]:
    """Yield what is to be told of a relay that changed, beside its card."""
    was, now = before.standing, after.standing
    yield from _contradiction(was, now)
    if before.state in OVER and after.state in LIVE:
        yield Notice(
            name=REVIVED, audience=Audience.OPS, facts={"was": before.state.value}
        )
    yield from _changes(was, now)
    # of one that is over, what a target went through before is news to nobody; and
    # after a change the targets are others
    same = after.state not in OVER and now.version == was.version
    for number, target in enumerate(now.targets if same else ()):
        earlier = was.targets[number] if number < len(was.targets) else TargetStanding()
        yield from _of_target(number + 1, earlier, target)
    if now.headline is Headline.IDLE is not was.headline:
        yield _line(IDLE, 0, now.since, f"idle:{now.since}")
    if same:
        yield from _again(was.targets, now.targets)
    ended = {State.STOPPED, State.ENDED}
    if now.state in ended and was.state not in ended:
        yield _line(OVER_NOW, 0, now.since, f"over:{now.since}")


def _again(
    was: Iterable[TargetStanding], now: Iterable[TargetStanding]
) -> Iterable[Notice]:
    """Yield that a relay runs which was idle, in place of the line that it was."""
    before = list(was)
    runs = [target.since for target in now if target.status in _RUNS]
    if before and runs and all(one.status is Target.IDLE for one in before):
        idle_since = max(one.since for one in before)
        yield _line(AGAIN, 0, min(runs), f"idle:{idle_since}")


def _changes(was: Standing, now: Standing) -> Iterable[Notice]:
    """Yield that it was changed, or that nobody knows whether it was: one message."""
    numbers = [(CHANGED, now.version)] if now.version > was.version else []
    numbers += [(PERHAPS, one) for one in now.doubted if one not in was.doubted]
    for what, number in numbers:
        yield _line(what, 0, now.since, f"change:{number}", version=number)


def _contradiction(was: Standing, now: Standing) -> Iterable[Notice]:
    """Yield one alarm however many TaskIds came: a message that is renewed."""
    chosen = now.ref in was.rivals  # then that there are two was told before
    earlier = {*was.candidates, was.ref} if chosen else {*was.candidates}
    came = [task_id for task_id in now.candidates if task_id not in earlier]
    if came:
        facts = {"task_id": came[-1], "count": len(now.candidates)}
        yield Notice(
            name=CONTRADICTION, audience=Audience.OPS, facts=facts, line=CONTRADICTION
        )


def _of_target(
    number: int, was: TargetStanding, now: TargetStanding
) -> Iterable[Notice]:
    facts: dict[str, Any] = {"code": now.code, "text": now.text}
    facts |= {"count": now.breaks, "since": now.broke_at}
    episode = f"{number}:{now.broke_at}"
    if now.failed_at > was.failed_at:
        key = f"{episode}:{FAILED}:{now.failed_at}"
        yield _line(FAILED, number, now.failed_at, key, **facts)
        alarm = {"target": number, "at": now.failed_at, "thread": key, **facts}
        ops, cause = Audience.OPS, AlertCause.FAILED
        yield Notice(name=PUSH_FAILED, audience=ops, facts=alarm, cause=cause)
        return
    broke = now.status is Target.RECOVERING and was.status not in _TROUBLED
    back = now.status is Target.LIVE and was.status in _TROUBLED
    if not (broke or back):
        return
    if now.breaks > 1:
        again = now.breaks > 2 or back  # noqa: PLR2004 - the second break is the first news
        yield _line(
            FLAPS, number, now.since, f"{episode}:{FLAPS}", later=again, **facts
        )
    else:
        what = BROKE if broke else BACK
        yield _line(what, number, now.since, f"{episode}:{what}", **facts)


def _line(
    what: str, number: int, at: int, key: str, *, later: bool = False, **facts: Any
) -> Notice:
    return Notice(
        name=NEWS,
        audience=Audience.THREAD,
        line=key,
        facts={"what": what, "target": number, "at": at, **facts},
        not_before=moment_of(at) + RENEWED if later else None,
    )


# ── how it reads ─────────────────────────────────────────────────────────────────


def told(intent: Intent, facts: Mapping[str, Any], *, runs: bool = True) -> Outcome:
    """Return the line about *intent* that says *facts*; *runs*: it still may."""
    if facts["what"] in TOLD:
        return timers.told(intent, facts, runs=runs)
    if facts["what"] in still.LINES:
        return still.told(intent, facts, runs=runs)
    what, at = facts["what"], When(moment_of(facts["at"]))
    if what in {CHANGED, PERHAPS} and (version := update.version_in(facts, intent)):
        return update.told(intent, version, made=what == CHANGED)
    if what in {OVER_NOW, IDLE, AGAIN}:
        return _of_whole(intent, what, at)
    return _of_one(intent, facts, at, runs=runs)


def _of_one(
    intent: Intent, facts: Mapping[str, Any], at: When, *, runs: bool
) -> Outcome:
    what, name = facts["what"], target_name(intent, facts["target"])
    if what == BROKE:
        sentence = _("{target} lost its connection").format(target=name)
        return _told(intent, Tone.WARN, sentence, at, _error(facts))
    if what == BACK:
        sentence = _("{target} recovered").format(target=name)
        return _told(intent, Tone.PLAIN, sentence, at)
    if what == FLAPS:
        return _flaps(intent, facts, name, at)
    return failed(intent, facts, runs=runs)


def _of_whole(intent: Intent, what: str, at: When) -> Outcome:
    if what == OVER_NOW:
        return _over(intent, at)
    if what == AGAIN:
        return _told(intent, Tone.PLAIN, _("runs again after it was idle"), at)
    sentence = _("idle; probably ended, though nobody is known to have stopped it")
    return _told(intent, Tone.WARN, sentence, at)


def failed(intent: Intent, facts: Mapping[str, Any], *, runs: bool = True) -> Outcome:
    """Return that a target was given up, for its thread and for the operators.

    Not that it is billed, nor how to stop it, unless it still *runs*: Slack may have
    been away until it was over.
    """
    name = target_name(intent, facts["target"])
    sentence = _("{target} failed").format(target=name)
    at = When(moment_of(facts["at"]))
    runs = runs and intent.state not in OVER
    still = _("As far as is known the relay goes on running, and is billed.")
    return replace(
        _told(intent, Tone.BAD, sentence, at, (*_error(facts), *_owner(intent))),
        sentence=(still,) if runs else (),
        buttons=_after_failure(intent, facts) if runs else (),
    )


def _after_failure(intent: Intent, facts: Mapping[str, Any]) -> tuple[Button, ...]:
    """Return what can be done about a target that was given up."""
    stop = stop_button(intent)
    if stop is None:
        return ()
    changes = update.may_change(intent) and not intent.standing.sending
    another = (update.replace_address(intent, facts["target"]),) if changes else ()
    return (*another, stop, *explaining(facts.get("code", "")))


def alarm(intent: Intent, facts: Mapping[str, Any]) -> Outcome:
    """Return the alarm that a target was given up."""
    return replace(failed(intent, facts), audience=Audience.OPS)


def _flaps(intent: Intent, facts: Mapping[str, Any], name: str, at: When) -> Outcome:
    n = facts["count"]
    sentence = n_(
        "{target} has broken {n} time", "{target} has broken {n} times", n
    ).format(target=name, n=n)
    target = intent.standing.targets[facts["target"] - 1]
    text = {
        Target.LIVE: _("Since {since} · live at the moment · {when}"),
        Target.RECOVERING: _("Since {since} · reconnecting at the moment · {when}"),
    }.get(target.status, _("Since {since} · changed · {when}"))
    return Outcome(
        headline=(Bold(f"{intent.handle} · {sentence}"),),
        tone=Tone.WARN,
        sentence=said(text, since=When(moment_of(facts["since"])), when=at),
        handle=intent.handle,
        audience=Audience.THREAD,
    )


def _over(intent: Intent, at: When) -> Outcome:
    standing, asker = intent.standing, intent.asker.user
    if standing.state is State.STOPPED:
        spans = stopped(intent)
        if asker and standing.by != asker:
            spans = (*spans, " · ", *said(_("started by {who}"), who=Who(asker)))
    else:
        spans = (ended_because(standing.ending), " · ", at)
        if ran := ran_for(intent):
            spans = (*spans, " · ", _("after {time}").format(time=ran))
    return Outcome(
        headline=(Bold(f"{intent.handle} · "), *spans),
        tone=Tone.OVER,
        handle=intent.handle,
        audience=Audience.THREAD,
    )


def ended_because(ending: Ending | None) -> str:
    """Return how it is known that a relay ended."""
    if ending is Ending.GONE:
        return _("Ended: Tencent knows no such task any more")
    if ending is Ending.MEANWHILE:
        return _("Ended: every target was disconnected while it was being stopped")
    return _("Ended by itself: every target was disconnected")


def _error(facts: Mapping[str, Any]) -> Context:
    code, text = facts.get("code", ""), facts.get("text", "")
    spans = (Mono(code), f": {text}") if text else (Mono(code),)
    return (spans,) if code or text else ()


def _owner(intent: Intent) -> Context:
    """Return whose relay it is: named in a message, they are called by it."""
    user = intent.asker.user
    return (said(_("Started by {who}"), who=Who(user)),) if user else ()


def _told(
    intent: Intent, tone: Tone, sentence: str, at: When, context: Context = ()
) -> Outcome:
    return Outcome(
        headline=(Bold(f"{intent.handle} · {sentence}"), " · ", at),
        tone=tone,
        context=context,
        handle=intent.handle,
        audience=Audience.THREAD,
    )
