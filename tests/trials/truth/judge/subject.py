"""What one relay was, and what was known of it at a moment."""

from tests.trials.truth.judge.due import stops_due
from tests.trials.truth.judge.facts import (
    CONNECTING,
    DISCONNECTING,
    FAILED,
    IDLE,
    MARGIN,
    RECOVERING,
    RUNNING,
    START,
    STOP,
    target,
)

DEFINITE = (
    "AuthFailure",
    "InvalidParameter",
    "MissingParameter",
    "RequestLimitExceeded",
    "UnauthorizedOperation",
    "UnsupportedOperation",
    "LimitExceeded",
    "OperationDenied",
    "FailedOperation.CRUnsupportMethod",
)  # Tencent did nothing
UP = {CONNECTING, RUNNING, RECOVERING}


class Subject:
    """A relay, by its room (what was asked for) or by a TaskId; at one moment.

    The moment is that at which something was drawn, which was shown as *seq*; if it is
    known to the second only, *drawn* is its last moment, and *earliest* its first.
    *given* is where its handle was shown first.
    """

    def __init__(self, facts, seq, drawn, *, room="", task="", **more):
        self.facts, self.seq, self.drawn = facts, seq, drawn
        self.earliest = more.get("earliest", drawn)
        self.given = more.get("given")
        if task and not room and task in facts.tasks:
            room = facts.tasks[task].room
        self.room, self.named = room, task
        self.agents = facts.agents.get(room, set()) if room else set()
        self.tasks = [one for one in facts.tasks.values() if self._is_mine(one)]
        mine = {one.id for one in self.tasks} | ({task} if task else set())
        attached = {
            ask["ref"]
            for ask in facts.asks.values()
            if ask.get("does") == "attach"
            and ask.get("room") == room
            and ask["seq"] < seq
            and (
                ask["ref"] not in facts.tasks or self._is_mine(facts.tasks[ask["ref"]])
            )
        }
        self.attached = attached
        self._news = [
            one
            for one in facts.news
            if one.seq < seq
            and (one.task in mine or one.agent in self.agents or one.task in attached)
        ]

    @property
    def is_handle_lost(self):
        """Whether the journal was restored from a copy without its handle."""
        return self.given is not None and not self.facts.knows(self.given, self.seq)

    def _is_mine(self, task):
        return task.id == self.named or (self.room and task.room == self.room)

    # ── what was true ───────────────────────────────────────────────────────────

    def runs_at(self, t):
        return any(task.runs_at(t) for task in self.tasks)

    @property
    def began(self):
        return min((task.first for task in self.tasks), default=None)

    # ── what was known ──────────────────────────────────────────────────────────

    def news(self, *what, certain):
        """Return the news of these kinds that had come; *certain*: for good."""
        latest = self.earliest - self.facts.grace if certain else self.drawn
        knows = self.facts.knows
        return [
            one
            for one in self._news
            if one.what in what
            and one.t <= latest
            and (not certain or (one.certain and knows(one.seq, self.seq)))
        ]

    def sent(self, action):
        """Return when requests of *action* about it had arrived at Tencent."""
        keys = [*self.agents, *(task.id for task in self.tasks), self.named]
        return [
            t
            for key in dict.fromkeys(keys)
            for seq, t, name, _life in self.facts.sent.get(key, ())
            if name == action and seq < self.seq and t <= self.drawn
        ]

    def _events(self, *, certain):
        """Return the events that name a target of it."""
        urls = {url for task in self.tasks for url in task.urls}
        news = self.news("event", certain=certain)
        return [one for one in news if target(one.url) in urls]

    def statuses(self, *, certain):
        """Return the latest status of each target by its own time, and its events."""
        last, every = {}, {}
        for one in self._events(certain=certain):
            where = target(one.url)
            every.setdefault(where, set()).add(one.status)
            if where not in last or one.at >= last[where].at:
                last[where] = one
        return last, every

    def allowed(self):
        """Return for each target the statuses that it may be said to have.

        That is the last by certain news, or any later one that had come near the bot;
        None stands for a target of which nothing need be known.
        """
        last, _every = self.statuses(certain=True)
        allowed = {
            url: {last[url].status if url in last else None}
            for task in self.tasks
            for url in task.urls
        }
        for one in self.news("event", certain=False):
            where = target(one.url)
            if where in allowed and (
                where not in last or one.at >= last[where].at - 0.001
            ):
                allowed[where].add(one.status)
        return allowed

    def vouched(self, task="", *, certain):
        """Tell whether an answer or an event has said that there is such a *task*."""
        news = self.news("started", "event", certain=certain)
        return any(one.task == task or not task for one in news)

    def over(self, *, certain):
        """Return when it ended as far as is known, or None.

        What is *certain* is the last word on it; otherwise it is enough that something
        which came near the bot could have told it so.
        """
        ends = [
            one
            for one in self.news("stopped", "gone", certain=certain)
            if one.what == "stopped" or self.vouched(one.task, certain=certain)
        ]
        last, every = self.statuses(certain=certain)
        # an event of the same moment as a request may be held for the later one
        up = [e.at for e in self._events(certain=False) if certain and e.status in UP]
        latest_up = max(up, default=-1e9)
        times = [one.at for one in ends if latest_up < one.since - MARGIN]
        gone = all(
            {IDLE, DISCONNECTING} <= every[where]
            and (event.status == IDLE or not certain)
            for where, event in last.items()
        )
        if last and gone and (not certain or self._is_on_record()):
            times.append(self._idle_at(certain=certain))
        if not times or (certain and self._may_rise(max(times))):
            return None
        return max(times)

    def _may_rise(self, end):
        """Tell whether news that need not be known yet says that it still runs."""
        news = self.news("event", certain=False)
        return any(one.status in UP and one.at > end for one in news)

    def _is_on_record(self):
        """Tell whether the bot can still know what was asked for: its targets."""
        asked = [ask for ask in self.asked("start") if ask.get("room") == self.room]
        return any(self.facts.knows(ask["seq"], self.seq) for ask in asked)

    def _idle_at(self, *, certain):
        """Return when it was said to be idle last."""
        news = self.news("event", certain=certain)
        return max(one.at for one in news if one.status == IDLE)

    def is_live(self, *, certain):
        """Tell whether a target is known to be live."""
        last, _every = self.statuses(certain=certain)
        return any(event.status == RUNNING for event in last.values())

    def heard(self, status, *, certain):
        """Tell whether a target has gone through *status*."""
        _last, every = self.statuses(certain=certain)
        return any(status in statuses for statuses in every.values())

    def refused(self, what, *, certain):
        """Return definite refusals: those after which Tencent did nothing."""
        return [
            one
            for one in self.news(what, certain=certain)
            if one.code.startswith(DEFINITE)
        ]

    def asked(self, does):
        """Return the asks of a kind about it before now; a stop may have been due."""
        mine = {task.id for task in self.tasks} | {self.named}
        due = does == "stop" and stops_due(self.facts, self.room, self.seq, self.drawn)
        return (due or []) + [
            ask
            for ask in self.facts.asks.values()
            if ask.get("does") == does
            and ask["seq"] < self.seq
            and ((self.room and ask.get("room") == self.room) or ask.get("ref") in mine)
        ]

    def lost_starts(self):
        """Return how many starts were sent without a definite refusal."""
        refusals = len(self.refused("refused", certain=False))
        return max(len(self.sent(START)) - refusals, 0)

    def lost_stops(self):
        """Return how many stops were sent and not answered."""
        answers = self.news("stopped", "gone", "stop refused", certain=False)
        return max(len(self.sent(STOP)) - len(answers), 0)

    def has_failed(self):
        """Tell whether some target may have been told to have failed."""
        return self.heard(FAILED, certain=False)

    def target(self, number):
        """Return the target with this number, or None if it is not known."""
        urls = self.tasks[-1].urls if self.tasks else []
        return urls[number - 1] if 0 < number <= len(urls) else None
