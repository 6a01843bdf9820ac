"""What is known of a relay: the fold of its facts, target by target.

Tencent tells each change of each push target in a signed event, in any order and more
than once. An event counts for the target that it names, by host, port and path; one
that names no target of the relay counts for none, and its TaskId is a candidate.

Page: https://trtc.io/document/54913
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.journal.evidence import (
    Does,
    Ending,
    Fact,
    FactKind,
    Headline,
    Standing,
    Target,
    TargetStanding,
)
from bot.journal.model import Intent
from bot.resources.fold import (
    MARGIN,
    Known,
    known_of,
    over_by_answer,
    running,
    unvouched,
)
from bot.resources.relay.versions import Course, course_of, ever
from bot.states import State
from bot.tencent.events import RelayStatus

STEADY = 10 * 60_000  # milliseconds after which a break begins new troubles

_SIMPLE: Mapping[int, Target] = {
    RelayStatus.CONNECTING: Target.CONNECTING,
    RelayStatus.RUNNING: Target.LIVE,
    RelayStatus.RECOVERING: Target.RECOVERING,
    RelayStatus.FAILED: Target.FAILED,
    RelayStatus.DISCONNECTING: Target.STOPPING,
}
# A target that says so runs, against an answer of the same moment.
_RUNS = {RelayStatus.CONNECTING, RelayStatus.RUNNING, RelayStatus.RECOVERING}
# Of two changes of one moment the later one here came later.
_COURSE = (
    RelayStatus.CONNECTING,
    RelayStatus.RUNNING,
    RelayStatus.RECOVERING,
    RelayStatus.FAILED,
    RelayStatus.DISCONNECTING,
    RelayStatus.IDLE,
)
# What Tencent says with an ID is about what was started under the relay's name.
_NAMING = {FactKind.ANSWERED, FactKind.NO_ANSWER, FactKind.EVENT}
OVER = {Target.ENDED, Target.IDLE}


def fold(thing: Intent, facts: Sequence[Fact]) -> Standing:
    """Return what *facts* say of the relay *thing*."""
    evidence = known_of(thing, facts)
    ids = _ids(thing, evidence)
    if not ids.ref:
        return unvouched(evidence, candidates=ids.candidates)
    if not ids.vouched:
        claimed = unvouched(evidence, candidates=ids.candidates)
        detached = any(
            f.kind is FactKind.DETACHED and f.ref == ids.ref for f in evidence.facts
        )
        over = None if detached else over_by_answer(evidence, ids.ref, vouched=False)
        return replace(over or claimed, candidates=ids.candidates)
    events = [
        f for f in evidence.facts if f.kind is FactKind.EVENT and f.ref == ids.ref
    ]
    course = course_of(thing, evidence.facts, events)
    targets = _targets(thing, events, course)
    standing = _vouched(thing, evidence, ids, events, targets)
    return replace(
        standing,
        targets=targets.present,
        candidates=ids.candidates,
        rivals=ids.rivals,
        version=course.version,
        doubted=tuple(one.number for one in course.doubt),
        sending=course.sending.number if course.sending else 0,
    )


def was_live(facts: Iterable[Fact]) -> bool:
    """Tell whether Tencent has ever said that a target is running."""
    events = (f for f in facts if f.kind is FactKind.EVENT)
    return any(f.status == RelayStatus.RUNNING for f in events)


@dataclass(frozen=True, slots=True)
class _Ids:
    ref: str
    vouched: bool
    candidates: tuple[str, ...]
    rivals: tuple[str, ...]


def _ids(thing: Intent, evidence: Known) -> _Ids:
    """Return the relay's TaskId, and every other that came with its name.

    The answer's goes first, then that of an event about one of its targets. A
    person's counts as long as Tencent has named none, and where events have named
    several: then it says which of those.
    """
    answered = evidence.answered
    answered_ref = answered.ref if answered else ""
    events = [f for f in evidence.facts if f.kind is FactKind.EVENT]
    event_refs = [f.ref for f in events if f.ref and _is_about(thing, f)]
    word = evidence.word
    claimed = word.ref if word and word.kind is FactKind.ATTACHED else ""
    chosen = claimed if claimed in event_refs else ""
    by_tencent = answered_ref or chosen or (event_refs[0] if event_refs else "")
    detached = {f.ref for f in evidence.facts if f.kind is FactKind.DETACHED}
    named = (f for f in evidence.facts if f.kind in _NAMING and f.does is Does.CREATE)
    every = dict.fromkeys(f.ref for f in named if f.ref)
    # an event of our robot vouches for the TaskId that a person gave, whatever it names
    heard = {f.ref for f in events}
    ref = by_tencent or claimed
    gone = {f.ref for f in evidence.results(claimed) if f.kind is FactKind.GONE}
    candidates = tuple(
        one for one in every if one not in {ref, *detached} and one not in gone
    )
    equals = () if answered_ref else event_refs
    rivals = tuple(one for one in candidates if one in equals)
    return _Ids(ref, bool(by_tencent) or ref in heard, candidates, rivals)


def _is_about(thing: Intent, event: Fact) -> bool:
    """Tell whether *event* names one of the targets; of one not ours, any does."""
    return event.target in ever(thing) or not thing.masked


@dataclass(frozen=True, slots=True)
class _Targets:
    """How the targets stand: those that it has, and those it may have besides."""

    present: tuple[TargetStanding, ...]
    perhaps: tuple[TargetStanding, ...] = ()

    @property
    def all(self) -> tuple[TargetStanding, ...]:
        """All of them: nothing is over as long as one of them may be pushed to."""
        return (*self.present, *self.perhaps)


def _vouched(
    thing: Intent,
    evidence: Known,
    ids: _Ids,
    events: Sequence[Fact],
    targets: _Targets,
) -> Standing:
    ran_at = _ran_at(f for f in events if _is_about(thing, f))
    if over := over_by_answer(evidence, ids.ref, vouched=True, ran_at=ran_at):
        return over
    if over := _over_by_events(thing, evidence, ids.ref, targets.all, ran_at):
        return over
    since, headline = _headline(thing, targets.present)
    answered = evidence.answered
    accepted_at = answered.at if answered else min((f.at for f in events), default=0)
    return running(
        evidence,
        headline,
        ref=ids.ref,
        since=since or accepted_at,
        vouched=True,
        ran_at=ran_at,
    )


def _ran_at(events: Iterable[Fact]) -> list[int]:
    """Return the moments of which *events* say that a target ran, in milliseconds.

    One that failed was tried until then, and says nothing of the moment after. What
    was told of a target shortly before it failed or ended is no news any more either.
    """
    moments, until = [], dict[str, int]()
    for event in sorted(events, key=_course, reverse=True):
        if event.status in _RUNS:
            moments.append(min(event.at, until.get(event.target, event.at)))
        elif event.status in _COURSE:
            until[event.target] = event.at - 2 * MARGIN
            if event.status == RelayStatus.FAILED:
                moments.append(until[event.target])
    return moments


def _over_by_events(
    thing: Intent,
    evidence: Known,
    ref: str,
    targets: Sequence[TargetStanding],
    ran_at: Iterable[int],
) -> Standing | None:
    """Return that it is over, if every target went idle and it is known why.

    A relay that also goes back into a room is not over by its targets: rooms send no
    such events. Nor is one whose targets are not known.
    """
    if not targets or not thing.masked or thing.masked.get("FeedBackRoomParams"):
        return None
    if any(target.status not in OVER for target in targets):
        return None
    at = max(target.since for target in targets)
    ran = max(ran_at, default=0)
    idle = any(target.status is Target.IDLE for target in targets)
    # idle alone may be a pause: that a stop in doubt came through, it does not show
    ending = {FactKind.ANSWERED} if idle else {FactKind.ANSWERED, FactKind.NO_ANSWER}
    sent = [
        f
        for f in evidence.results(ref)
        if f.kind in ending
        and ran - MARGIN <= f.at
        and (f.at if f.since is None else f.since) <= at + MARGIN
    ]
    if sent:
        return Standing(
            state=State.STOPPED,
            headline=Headline.STOPPED,
            ref=ref,
            vouched=True,
            since=at,
            by=sent[-1].by,
            ending=Ending.STOPPED,
        )
    if idle:
        return None
    written = _written(evidence, ref, at, ran)
    return Standing(
        state=State.ENDED,
        headline=Headline.ENDED,
        ref=ref,
        vouched=True,
        since=at,
        by=written.by if written else "",
        ending=Ending.MEANWHILE if written else Ending.IDLE,
    )


def _written(evidence: Known, ref: str, ended_at: int, ran: int) -> Fact | None:
    """Return the stop that was under way when the relay ended, if one was.

    Whether it was that which ended it, only its answer tells. One that was given up in
    doubt, and after which the relay *ran*, was not under way.
    """
    stops = [f for f in evidence.ends if f.ref == ref]
    undone = {f.job for f in stops if f.kind in {FactKind.REFUSED, FactKind.UNSENT}}
    last = {f.job: f for f in stops}  # they come in the order of their times
    undone |= {
        job
        for job, f in last.items()
        if f.kind is FactKind.NO_ANSWER and f.at < ran - MARGIN
    }
    written = (
        f for f in stops if f.kind is FactKind.WRITTEN and f.at <= ended_at + MARGIN
    )
    return next((f for f in written if f.job not in undone), None)


def _headline(thing: Intent, targets: Sequence[TargetStanding]) -> tuple[int, Headline]:
    """Return the headline that the worst target makes, and since when."""
    heard = [one for one in targets if one.status is not Target.UNHEARD]
    if not heard:
        return 0, Headline.ACCEPTED
    for status, all_of_them, some in (
        (Target.FAILED, Headline.PUSH_FAILED, Headline.TARGET_FAILED),
        (Target.RECOVERING, Headline.RECOVERING, Headline.RECOVERING),
        (Target.IDLE, Headline.IDLE, Headline.TARGET_ENDED),
        (Target.ENDED, Headline.TARGET_ENDED, Headline.TARGET_ENDED),
        (Target.STOPPING, Headline.TARGET_ENDED, Headline.TARGET_ENDED),
        (Target.CONNECTING, Headline.CONNECTING, Headline.CONNECTING),
    ):
        such = [one.since for one in targets if one.status is status]
        if such:
            return max(such), all_of_them if len(such) == len(targets) else some
    whole = len(heard) == len(targets)
    since = max(one.since for one in heard)
    return since, Headline.LIVE if whole else Headline.CONNECTING


# ── one target ───────────────────────────────────────────────────────────────────


def _targets(thing: Intent, events: Iterable[Fact], course: Course) -> _Targets:
    """Return how each target stands; of a relay not ours, each that was heard of."""
    names = (*course.targets, *course.perhaps)
    named: dict[str, list[Fact]] = {one: [] for one in names}
    for event in sorted(events, key=_course):
        if event.target in named:
            if course.counts(event):
                named[event.target].append(event)
        elif not thing.masked:
            named.setdefault(event.target, []).append(event)
    standings = {digest: _target(of) for digest, of in named.items()}
    perhaps = tuple(standings.pop(digest) for digest in course.perhaps)
    return _Targets(tuple(standings.values()), perhaps)


def _course(event: Fact) -> tuple[int, int, str]:
    evidence = event.status in _COURSE
    place = _COURSE.index(RelayStatus(event.status)) if evidence else -1
    return (event.at, place, event.key)


def _target(events: Iterable[Fact]) -> TargetStanding:
    standing = TargetStanding()
    for event in events:
        standing = _next(standing, event)
    return standing


def _next(before: TargetStanding, event: Fact) -> TargetStanding:
    """Return how the target stands after *event*; a status not known says nothing."""
    if event.status == RelayStatus.IDLE:
        status = _idle(before)
    elif event.status in _SIMPLE:
        status = _SIMPLE[event.status]
    else:
        return before
    if status is before.status:
        return before
    after = replace(before, status=status, since=event.at, code="", text="")
    if status in {Target.RECOVERING, Target.FAILED}:
        after = _broken(before, after, event)
    elif status is Target.LIVE:
        after = replace(after, failed_at=0)
    return after


def _idle(before: TargetStanding) -> Target:
    """Return what idle means after *before*: stopped, given up, or nobody knows."""
    if before.status in {Target.STOPPING, Target.ENDED}:
        return Target.ENDED
    return Target.FAILED if before.status is Target.FAILED else Target.IDLE


def _broken(
    before: TargetStanding, after: TargetStanding, event: Fact
) -> TargetStanding:
    """Count a break; after long quiet the count begins anew."""
    after = replace(after, code=event.code, text=event.text)
    if before.status not in {Target.RECOVERING, Target.FAILED}:
        quiet = before.status is Target.LIVE and event.at - before.since > STEADY
        again = before.broke_at and not quiet
        after = replace(
            after,
            broke_at=before.broke_at if again else event.at,
            breaks=before.breaks + 1 if again else 1,
        )
    if after.status is Target.FAILED and not before.failed_at:
        after = replace(after, failed_at=event.at)
    return after
