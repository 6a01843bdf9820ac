"""Was anything lost, doubled, left unanswered or untrue, with several replicas?

It trusts nobody, and shares no code with the bot: it reads what people did, what the
cloud did, what Slack showed, what was done to replicas, and the rows of the journal
where the record has them. Run as `python -m tests.trials.chaos.judge FOLDER`; prints
one JSON object.
"""

import json
import re
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from statistics import median

from tests.trials.chaos.history import History

RATE = 20  # calls a second of one account, by Tencent's page
ORPHAN = 75.0  # seconds within which what a dead replica left is told
TAKEOVER = 3.0  # seconds within which another one answers
CLAIMS = 30.0  # seconds after which a replica without PostgreSQL calls nobody
READY = 10.0  # seconds within which they accept once PostgreSQL is back
GRACE = 5.0  # seconds that a call which was begun before that may take
NOTHING = re.compile(r"nothing (?:was|has been) (?:sent|started)", re.IGNORECASE)


class Judge:
    """Holds what is promised against a *history*."""

    def __init__(self, history):
        self.history = history
        self.cases = list(history.cases.values())

    def faults(self):
        """Yield (fault, where) of all that may not be."""
        for case in self.cases:
            yield from ((fault, case.room) for fault in self._of(case))
        history = self.history
        twice = [line for (line, _c), times in history.alarms.items() if times > 1]
        for fault, places in (
            ("nobody's", history.strange),
            ("unread", history.unread),
            ("server error", history.errors),
            ("alarm given twice", twice),
            ("audit trail", history.broken),
            ("does not start", history.stillborn),
            ("is not ready at the end", history.unready),
            ("called while cut off", self.cut_off()),
        ):
            yield from ((fault, where) for where in places)
        yield from self._limits()

    def _limits(self):
        """Yield what went beyond a number; after a restore cards are drawn anew."""
        restored = self.history.restored_at
        most = self.history.most_a_day
        started = Counter(one.user for one in self.cases if one.ran)
        many = [user for user, times in started.items() if most and times > most]
        yield from (("over the limit", user) for user in many)
        if self.union > RATE:
            yield "too fast", f"{self.union} starts in a second"
        if restored is None and len(self.extra) > self.kills:
            yield "extra cards", f"{len(self.extra)} after {self.kills} kills"
        for fault, limit, waits in (
            ("late back", READY, self.back()),
            ("late takeover", TAKEOVER, self.takeovers()),
            ("late orphan", ORPHAN, self.orphans()),
        ):
            above = ((who, waited) for who, waited in waits if waited > limit)
            yield from ((fault, f"{who}: {waited:.1f} s") for who, waited in above)
        for at, by in self.history.calls:
            if restored is not None and at > restored:
                yield "sent after a restore", f"{by} at {at:.1f} s"

    def _of(self, case):
        """Return what is wrong with one submission."""
        words = {word for _at, word in case.said}
        taken = case.handles and case.acked and not case.is_open
        ran = bool(case.ran)
        wrong = {
            "double": len(case.ran) > 1,
            "accepted twice": len(case.handles) > 1,
            "unanswered": case.is_open,
            "told not started, and ran": ran and "not started" in words,
            "told nothing was sent, and ran": ran
            and any(map(NOTHING.search, case.told)),
            "told as running, and idle": case.is_late,
            "silent loss": ran and self._is_lost(case),
            "lost card": taken and not case.settled,
        }
        return [fault for fault, held in wrong.items() if held]

    def _is_lost(self, case):
        """Tell whether the TaskId is nowhere, and the card not in doubt."""
        rows = (self.history.rows or {}).get(case.room, ())
        stored = {ref for _state, ref in rows} | case.shown
        if case.last == "unknown" or set(case.ran) <= stored:
            return False
        forgotten = self.history.restored_at is not None  # what came after the backup
        kept = self.history.rows is not None and not forgotten
        return kept or case.last not in {"runs", "over"}

    @property
    def union(self):
        """Return the most starts that came to the cloud in any second."""
        times = sorted(at for at, _by in self.history.calls)
        most = first = 0
        for number, at in enumerate(times):
            while times[first] <= at - 1.0:
                first += 1
            most = max(most, number - first + 1)
        return most

    @property
    def kills(self):
        """Return how many times something ended, or was torn from the others."""
        hurt = {"answer lost", "cut off", "database away", "frozen", "killed"}
        return sum(
            what in hurt for all_ in self.history.done_to.values() for _t, what in all_
        )

    @property
    def extra(self):
        """Return the messages whose cards stand in a later one as well."""
        return {way for case in self.cases for way in list(case.cards)[:-1]}

    def back(self):
        """Yield how long it took, once PostgreSQL was back, to accept something."""
        at = self.history.back_at
        if at is not None:
            taken = [
                min(t for t, _by in one.acked)
                for one in self.cases
                if one.asked >= at and one.acked and one.handles
            ]
            yield "accepted", min(taken, default=float("inf")) - at

    def takeovers(self):
        """Yield (replica, longest seconds until an answer) for each that was killed.

        For how long Slack waits before it sends something again is not theirs.
        """
        for name, at in self._when("killed"):
            waits = [
                min(t for t, _by in case.acked) - max(case.asked + case.paused, at)
                for case in self.cases
                if case.acked
                and at - TAKEOVER <= case.asked <= at + TAKEOVER
                and min(t for t, _by in case.acked) >= at
            ]
            if waits:
                yield name, max(waits)

    def orphans(self):
        """Yield (room, seconds until it was told) of what a killed replica had taken.

        If whoever took it up was killed as well, since that. What nobody ever told of
        is unanswered, which is another fault.
        """
        for case in self.cases:
            told = case.answered_at()
            if told is None:
                continue
            died = [at for name, at in self._when("killed") if _had(case, name, at)]
            left = [at for at, rooms in self.history.left if case.room in rooms]
            if ends := [at for at in (*died[:1], *left) if at < told]:
                yield case.room, told - max(ends)

    def cut_off(self):
        """Yield what a replica called when it was without PostgreSQL for too long."""
        for name, deeds in self.history.done_to.items():
            spans = [
                (at, until)
                for (at, what), (until, _next) in pairwise([*deeds, (1e9, "end")])
                if what == "cut off"
            ]
            for at, by in self.history.calls:
                if by == name and any(
                    one + CLAIMS + GRACE < at < until for one, until in spans
                ):
                    yield f"{name} at {at:.1f} s"

    def served(self):
        """Return how many starts a second came under load; None if there was none."""
        ends = {what: at for at, what in self.history.loads}
        if not {"begins", "ends"} <= ends.keys():
            return None
        took = ends["ends"] - ends["begins"]
        count = sum(
            ends["begins"] <= at <= ends["ends"] for at, _by in self.history.calls
        )
        return round(count / took, 1) if took else None

    def _when(self, what):
        for name, deeds in self.history.done_to.items():
            yield from ((name, at) for at, done in deeds if done == what)


def _had(case, name, at):
    """Tell whether the replica of that *name* had taken *case* by then."""
    return any(t <= at and by == name for t, by in case.acked)


def entries(folder):
    """Return the record that lies in *folder*."""
    text = (folder / "record.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line]


def verdict(record):
    """Return the counts of every fault, with where they are, and the figures."""
    history = Judge(History(record))
    faults = list(history.faults())
    cases = history.cases
    orphans = sorted(waited for _room, waited in history.orphans())
    takeovers = [waited for _name, waited in history.takeovers()]
    replicas = {by for case in cases for _t, by in case.acked}
    return {
        "submitted": len(cases),
        "acked": sum(bool(case.acked) for case in cases),
        "by replica": dict(
            sorted(Counter(by for c in cases for _t, by in c.acked).items())
        ),
        "replicas": len(replicas),
        "started": sum(len(case.ran) for case in cases),
        "words": dict(sorted(Counter(case.last or "none" for case in cases).items())),
        "told at once that nothing came of it": sum(case.refused for case in cases),
        "failed at Slack": sum(case.failed and not case.acked for case in cases),
        "hurt": history.kills,
        "most starts in a second": history.union,
        "starts a second under load": history.served(),
        "extra cards": len(history.extra),
        "orphans": len(orphans),
        "orphans told within, s": [round(f(orphans), 1) for f in (median, max)]
        if orphans
        else None,
        "takeover, s": round(max(takeovers), 2) if takeovers else None,
        "faults": dict(Counter(fault for fault, _where in faults)),
        "where": [f"{fault}: {where}" for fault, where in faults[:20]],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(verdict(entries(Path(sys.argv[1])))) + "\n")
