"""Which changes of a relay were made, and which targets it has by that.

A change that was sent was made if Tencent says so: in its answer, or by an event of a
target that only the change leads to. What was refused was not. Of the rest nobody
knows: the relay has the targets of the newest change that was made, and perhaps those
of a later one. One that was made settles all before it: it said anew what they did, and
Tencent drops whatever comes after it under a smaller number.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.journal.evidence import Does, Fact, FactKind
from bot.journal.model import Intent, Version
from bot.resources.fold import MARGIN
from bot.tencent.events import RelayStatus

_UNDONE = {FactKind.REFUSED, FactKind.GONE, FactKind.UNSENT}
# A target that says so is pushed to; by the others it may just have been left.
_PUSHED = {RelayStatus.CONNECTING, RelayStatus.RUNNING, RelayStatus.RECOVERING}


@dataclass(frozen=True, slots=True)
class Course:
    """The changes that were *made*, each since when, and those in *doubt* after them.

    *first* are the digests of the targets with which the relay was started, *sending*
    is a change that is being sent.
    """

    first: tuple[str, ...]
    made: tuple[tuple[Version, int], ...] = ()
    doubt: tuple[Version, ...] = ()
    sending: Version | None = None

    @property
    def version(self) -> int:
        """The number of the last change that was made, 0 for none."""
        return self.made[-1][0].number if self.made else 0

    @property
    def targets(self) -> tuple[str, ...]:
        """The digests of the targets that it has, in their order."""
        return self.made[-1][0].targets if self.made else self.first

    @property
    def perhaps(self) -> tuple[str, ...]:
        """The digests of the targets that it may have besides."""
        open_ones = filter(None, (*self.doubt, self.sending))
        each = (digest for one in open_ones for digest in one.targets)
        return tuple(dict.fromkeys(one for one in each if one not in self.targets))

    def counts(self, event: Fact) -> bool:
        """Tell whether *event* is of the target as it has it by now.

        One that was left and taken up again told of its end between.
        """
        return event.at >= self._since(event.target)

    def _since(self, digest: str) -> int:
        """Return since when it has that target anew; 0 if it never was without."""
        since, had = 0, digest in self.first
        was = had
        for version, at in self.made:
            has = digest in version.targets
            if has and not had and was:
                since = at
            had, was = has, was or has
        return since


def ever(thing: Intent) -> frozenset[str]:
    """Return the digests of every target that *thing* has, had, or may have."""
    changed = (digest for one in thing.course for digest in one.targets)
    return frozenset((*thing.subject.targets, *changed))


def course_of(thing: Intent, facts: Sequence[Fact], events: Iterable[Fact]) -> Course:
    """Return what became of the changes of *thing*; *events* are of its TaskId."""
    pushed = [one for one in events if one.status in _PUSHED]
    results = [f for f in facts if f.does is Does.CHANGE and f.kind is not _WRITTEN]
    course = Course(thing.subject.targets)
    for version in sorted(thing.course, key=lambda one: one.number):
        own = [one for one in results if one.job == version.job]
        since = min(_times(version, own))
        kinds = {one.kind for one in own}
        if FactKind.ANSWERED in kinds or _is_heard(course, version, since, pushed):
            course = Course(course.first, (*course.made, (version, since)))
        elif FactKind.NO_ANSWER in kinds:
            doubt = (*course.doubt, version)
            course = Course(course.first, course.made, doubt, course.sending)
        elif not kinds & _UNDONE:
            course = Course(course.first, course.made, course.doubt, version)
    return course


_WRITTEN = FactKind.WRITTEN


def _times(version: Version, results: Iterable[Fact]) -> Iterator[int]:
    """Yield when it was sent: by Tencent's clock as soon as an answer has told that."""
    corrected = [one.since for one in results if one.since is not None]
    yield from corrected or [version.at]


def _is_heard(
    course: Course, version: Version, since: int, pushed: Iterable[Fact]
) -> bool:
    """Tell whether a target is pushed to that only *version* leads to."""
    before = {*course.first, *(d for one, _at in course.made for d in one.targets)}
    for event in pushed:
        if event.target in course.targets or event.target not in version.targets:
            continue
        margin = 0 if event.target in before else MARGIN
        if event.at >= since - margin:
            return True
    return False
