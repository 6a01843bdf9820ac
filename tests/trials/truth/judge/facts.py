"""What was true, what could be known, and what had to be known, out of a record.

News are what reached the bot: answers of Tencent, and callbacks. They are *certain* if
the bot took them for good (a callback that it acknowledged; an answer after which the
same life went on), and *possible* if they came near it at all. A restore takes away
what the copy does not have.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

IDLE, CONNECTING, RUNNING, RECOVERING, FAILED, DISCONNECTING = range(6)
SETTLES = 0.5  # seconds in which a life that goes on has taken an answer for good
GRACE = 0.5  # seconds after which certain news has to be in what is said
MARGIN = 5.0  # seconds within which two times cannot be told apart
DAY = 86_400.0
START, STOP = "StartPublishCdnStream", "StopPublishCdnStream"
UPDATE = "UpdatePublishCdnStream"
RTMP = 1935


@dataclass(frozen=True)
class News:
    """One thing that reached the bot. *at* is its own time, *t* when it came."""

    seq: int
    t: float
    what: str  # "started", "refused", "stopped", "gone", "stop refused", "event"
    task: str = ""
    agent: str = ""
    url: str = ""
    status: int = -1
    code: str = ""
    at: float = 0.0
    since: float = 0.0  # when what it answers was sent
    certain: bool = True


@dataclass
class Task:
    """A task of the ledger."""

    id: str
    agent: str
    room: str
    began: float
    ended: float | None = None
    how: str = ""
    before: list = field(default_factory=list)  # (began, ended) of runs before this
    went: list = field(default_factory=list)  # (t, target, status)
    urls: list = field(default_factory=list)  # its targets, in their order
    changes: list = field(default_factory=list)  # when each was made

    def changed_by(self, t):
        """Return when it was changed, until *t*."""
        return [at for at in self.changes if at <= t]

    def runs_at(self, t):
        spans = [*self.before, (self.began, self.ended)]
        return any(a <= t and (b is None or t < b) for a, b in spans)

    @property
    def first(self):
        """When it began for the first time."""
        return min([self.began, *(began for began, _ended in self.before)])

    def ended_since(self, t):
        """Tell whether a run of it has ended after *t*."""
        return any(
            ended is not None and ended >= t
            for ended in (self.ended, *(ended for _began, ended in self.before))
        )


def target(url):
    """Return what two spellings of one push address have in common."""
    parts = urlsplit(url)
    try:
        port = parts.port or RTMP
    except ValueError:
        port = -1
    return (parts.hostname or "").lower(), port, parts.path


class Facts:
    """The record, in order of what is asked of it."""

    def __init__(self, record, grace=GRACE):
        self.record = record
        self.grace = grace
        self.tasks, self.news = {}, []
        self.asks, self.acked, self.failed = {}, {}, set()
        self.agents = defaultdict(set)  # by room
        self.of_rooms = [e for e in record if e["kind"] in {"room sent", "room taken"}]
        self.sent = defaultdict(list)  # (seq, t, action, life), by agent or TaskId
        self._lives(record)
        for entry in record:
            getattr(self, f"_{entry['kind']}", lambda _entry: None)(entry)
        self.end = record[-1]["t"] if record else 0.0
        self.began = next(e["unix"] for e in record if e["kind"] == "began")

    # ── lives ───────────────────────────────────────────────────────────────────

    def _lives(self, record):
        self.alive = []  # (from seq, to seq, from t, to t)
        self.steps = [(0, 0.0)]  # (seq, how far the bot's clock is ahead)
        self.stepped_at = [-(10.0**9)]  # seconds, of each
        self.restores = []  # (seq, seq of the copy)
        copies = []
        for entry in record:
            kind, seq, t = entry["kind"], entry["seq"], entry["t"]
            if kind == "born":
                self.alive.append([seq, 10**9, t, 10**9])
            elif kind == "killed":
                self.alive[-1][1], self.alive[-1][3] = seq, t
            elif kind == "stepped":
                self.steps.append((seq, entry["ahead"]))
                self.stepped_at.append(t)
            elif kind == "copied":
                copies.append(seq)
            elif kind == "restored":
                self.restores.append((seq, copies[entry["copy"]]))
        self.slept = [e["t"] for e in record if e["kind"] == "slept"]
        self.away = _spans(record, "journal away", "journal back")

    def life_at(self, seq):
        """Return the number of the life that goes on at *seq*, or -1."""
        for number, (begins, ends, _from, _to) in enumerate(self.alive):
            if begins <= seq < ends:
                return number
        return -1

    def slept_at(self, t):
        """Tell whether the bot had just slept for days: its jobs are not done yet."""
        return any(woke <= t <= woke + 60.0 for woke in self.slept)

    def survives(self, seq, t):
        """Tell whether the life at *seq* goes on long enough to keep what came."""
        number = self.life_at(seq)
        if number < 0 or self.alive[number][3] < t + SETTLES:
            return False
        return not any(
            begins <= t + SETTLES and t <= ends for begins, ends in self.away
        )

    def knows(self, seq, at):
        """Tell whether what came at *seq* can still be known at the later *at*."""
        for restored, copied in reversed(self.restores):
            if restored <= at and copied < seq < restored:
                return False
            if restored <= at:
                at = copied if seq <= copied else at
        return True

    @property
    def unsure(self):
        """How wrong a time may be that the bot names, in seconds."""
        return 2.0 + max(abs(ahead) for _seq, ahead in self.steps)

    # ── entries ─────────────────────────────────────────────────────────────────

    def _ledger(self, entry):
        what, task = entry["what"], entry["task"]
        if what == "start":
            made = Task(task, entry["agent"], entry["room"], entry["t"])
            if before := self.tasks.get(task):
                made.before = [*before.before, (before.began, before.ended)]
                made.went = before.went
            made.urls = [target(url) for url in entry.get("urls", ())]
            self.tasks[task] = made
            self.agents[entry["room"]].add(entry["agent"])
        elif what == "status":
            known = self.tasks[task]
            known.went.append((entry["t"], target(entry["url"]), entry["status"]))
        elif what == "update":
            self.tasks[task].changes.append(entry["t"])
        elif task in self.tasks:
            self.tasks[task].ended, self.tasks[task].how = entry["t"], what

    def _asked(self, entry):
        self.asks[entry["n"]] = entry

    def _acked(self, entry):
        self.acked.setdefault(entry["n"], entry)

    def _failed(self, entry):
        self.failed.add(entry["n"])

    def _received(self, entry):
        if entry.get("room"):
            self.agents[entry["room"]].add(entry["agent"])
        key = entry.get("agent") or entry.get("task", "")
        life = self.life_at(entry["seq"])
        self.sent[key].append((entry["seq"], entry["t"], entry["action"], life))

    def _answered(self, entry):
        key = entry.get("agent") or entry.get("task", "")
        seq, t = entry["seq"], entry["t"]
        begun = [one for one in self.sent[key] if one[2] == entry["action"]]
        # the answers to one relay's requests come in the order of their sending
        begun = [one for one in begun if one[3] == self.life_at(seq)]
        if not begun:
            return  # whoever asked is dead
        whole = not entry.get("broken") and self.survives(seq, t)
        self.news.append(
            News(
                seq=seq,
                t=t,
                what=_meaning(entry["action"], entry["code"]),
                task=entry.get("task", ""),
                agent=entry.get("agent", ""),
                code=entry["code"],
                at=t,
                since=begun[0][1],
                certain=whole,
            )
        )

    def _event(self, entry, *, certain):
        if self.life_at(entry["seq"]) < 0:
            return
        names = ("task", "agent", "url", "status", "at", "seq", "t")
        facts = {name: entry[name] for name in names}
        self.news.append(News(what="event", certain=certain, **facts))

    def _sent(self, entry):
        self._event(entry, certain=False)

    def _taken(self, entry):
        self._event(entry, certain=True)

    # ── clocks ──────────────────────────────────────────────────────────────────

    def moment(self, text):
        """Return the seconds since the history began that *text*, `{…Z}`, names."""
        at = datetime.strptime(text, "{%Y-%m-%dT%H:%M:%SZ}").replace(tzinfo=UTC)
        return at.timestamp() - self.began

    def when(self, text, seq):
        """Return when the bot's clock showed *text*, last before *seq*.

        By the present clock, if it never did: a step may have left that moment out.
        """
        named, ends = self.moment(text), [*self.stepped_at[1:], 10.0**9]
        spans = zip(self.steps, self.stepped_at, ends, strict=True)
        shown = [
            named - ahead
            for (at, ahead), begins, until in spans
            if at <= seq and begins - 1 <= named - ahead <= until
        ]
        return shown[-1] if shown else named - self.bots_clock(seq)

    def bots_clock(self, seq):
        """Return how far the bot's clock is ahead at *seq*, in seconds."""
        index = bisect_right([at for at, _ahead in self.steps], seq) - 1
        return self.steps[index][1]


def _meaning(action, code):
    if action == START:
        return "refused" if code else "started"
    if action == UPDATE:
        return "change refused" if code else "changed"
    if code.startswith(("ResourceNotFound", "FailedOperation.TaskNotExist")):
        return "gone"
    return "stop refused" if code else "stopped"


def _spans(record, begin, end):
    spans = []
    for entry in record:
        if entry["kind"] == begin:
            spans.append([entry["t"], 10**9])
        elif entry["kind"] == end and spans:
            spans[-1][1] = entry["t"] + 30.0
    return spans
