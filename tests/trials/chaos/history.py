"""What happened to several replicas, read once from the record: no opinion of it.

It shares no code with the bot. Every submission has a room of its own, by which what
people did, what the cloud did and what Slack showed are brought together.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

START = "StartPublishCdnStream"
IDLE = 0  # the status of a target that is over
DEEDS = {
    "answer lost",
    "born",
    "cut off",
    "database away",
    "frozen",
    "healed",
    "killed",
    "thawed",
    "told to end",
}

HEAD = re.compile(
    r"\b(?P<handle>R\d+) · (?:room \S+ · )?(?P<word>.+?)"
    r"(?:(?: · | {2,})room (?P<room>q\w+).*| · \{.*)?$"
)
ALARM = re.compile(
    r".*\b(?P<handle>R\d+) (?:is still unknown|was not stopped|may still run"
    r"|has a second TaskId|runs, though it was told).*"
)
WORDS = (  # how a card begins to say how a start is; the first that fits
    ("passing", ("requested", "sending", "queued", "waiting")),
    ("unknown", ("unknown",)),
    ("not started", ("not started",)),
    ("over", ("stopped", "ended", "closed", "idle", "targets", "push failed")),
    (
        "runs",
        (
            "accepted",
            "connecting",
            "live",
            "may still run",
            "out of reach",
            "recovering",
            "running",
            "soon out of reach",
            "started",
            "stopping",
            "target",
        ),
    ),
)
NO_CLAIM = re.compile(
    r"(?:Start|Stop)\w+|<.*|\d+ \S+ (?:lost|recovered|failed).*"
    r"|(?:Ended|Stopped|idle;|runs again).*"
)


def meaning(word):
    """Return what a card says by *word*: one of WORDS, "" if it says nothing."""
    for kind, beginnings in WORDS:
        if word.startswith(beginnings):
            return kind
    return "" if NO_CLAIM.fullmatch(word) else "unread"


@dataclass
class Case:
    """One submission, as each of the witnesses tells of it."""

    room: str
    user: str
    asked: float  # seconds
    acked: list = field(default_factory=list)  # (seconds, replica)
    failed: bool = False  # Slack told the person so
    paused: float = 0.0  # seconds that Slack waited of itself before it sent it again
    told: list = field(default_factory=list)  # lines of its direct answers
    ran: list = field(default_factory=list)  # TaskIds in the cloud's ledger
    handles: set = field(default_factory=set)
    said: list = field(default_factory=list)  # (seconds, meaning)
    cards: dict = field(default_factory=dict)  # messages in channels, the first first
    settled: set = field(default_factory=set)  # those of them that say how it ended
    stands: str = ""  # what its card says by now
    shown: set = field(default_factory=set)  # TaskIds
    targets: dict = field(default_factory=dict)  # (seconds, status) that was taken

    @property
    def last(self):
        """Return the last word of all; a late answer to one does not undo a card.

        Of two replicas one may have read it before the other drew that card.
        """
        word = self.said[-1][1] if self.said else ""
        return self.stands if word == "passing" and self.stands else word

    @property
    def is_late(self):
        """Tell whether it is shown as running, and every target of it is over."""
        idle = [status == IDLE for _at, status in self.targets.values()]
        return bool(idle) and all(idle) and self.last == "runs"

    @property
    def refused(self):
        """Tell whether the person was told at once that nothing came of it."""
        return bool(self.told) and not self.handles

    @property
    def is_open(self):
        """Tell whether somebody still waits for its answer."""
        if self.last not in {"", "passing"} or self.refused:
            return False
        return bool(self.acked or self.handles)

    def answered_at(self):
        """Return when the first word came that says how it ended; None if none did."""
        ends = (at for at, word in self.said if word not in {"passing", ""})
        return next(ends, None)


class History:
    """What happened, read once from the beginning to the end of *record*."""

    def __init__(self, record=()):
        self.cases = {}  # by room
        self.strange = []  # rooms of relays that nobody asked for
        self.calls = []  # (seconds, replica) of each start that the cloud was asked for
        self.done_to = defaultdict(list)  # (seconds, what) by replica
        self.alarms = Counter()
        self.unread = []
        self.errors = []
        self.rows = None
        self.stillborn = []
        self.broken = []  # what is wrong with the audit trail
        self.loads = []
        self.left = []  # (seconds, rooms of what a killed one had in its hands)
        self.most_a_day = None
        self.back_at = self.restored_at = None
        self.unwell = set()  # replicas
        self._by_handle = {}
        self._by_ask = {}
        self._by_place = {}
        for entry in record:
            self.take(entry)

    @property
    def unready(self):
        """The replicas that run and are not well; who is dead may be both."""
        dead = {
            who
            for who, deeds in self.done_to.items()
            if [what for _at, what in deeds if what in {"born", "killed"}][-1:]
            == ["killed"]
        }
        return self.unwell - dead

    def take(self, entry):
        """Take the next entry of the record."""
        kind = entry["kind"].replace(" ", "_")
        if takes := getattr(self, f"_{kind}", None):
            takes(entry)
        elif entry["kind"] in DEEDS:
            self.done_to[entry["by"]].append((entry["t"], entry["kind"]))

    # ── what people did ─────────────────────────────────────────────────────────

    def _asked(self, entry):
        if entry.get("does") == "start":
            case = Case(entry["room"], entry["user"], entry["t"])
            self.cases[entry["room"]] = self._by_ask[entry["n"]] = case
            if "ts" in entry:
                self._by_place[entry["channel"], entry["ts"]] = case

    def _acked(self, entry):
        if case := self._by_ask.get(entry["n"]):
            case.acked.append((entry["t"], entry["by"]))

    def _turned(self, entry):
        if entry["status"] >= 500:
            self.errors.append(f"{entry['by']} answered {entry['status']}")

    def _sent_again(self, entry):
        if case := self._by_ask.get(entry["n"]):
            case.paused += entry.get("after", 0.0)

    def _failed(self, entry):
        if case := self._by_ask.get(entry["n"]):
            case.failed = True

    # ── what the cloud did ──────────────────────────────────────────────────────

    def _received(self, entry):
        if entry["action"] == START:
            self.calls.append((entry["t"], entry["by"]))

    def _ledger(self, entry):
        if entry["what"] != "start":
            return
        if case := self.cases.get(entry["room"]):
            case.ran.append(entry["task"])
        else:
            self.strange.append(entry["room"])

    def _taken(self, entry):
        for case in self.cases.values():
            if entry["task"] in case.ran:
                news = entry["at"], entry["status"]
                case.targets[entry["url"]] = max(
                    case.targets.get(entry["url"], news), news
                )

    # ── what Slack showed ───────────────────────────────────────────────────────

    def _shown(self, entry):
        place = entry["channel"], entry.get("thread")  # where a mention is answered
        case = self._by_ask.get(entry.get("ask")) or self._by_place.get(place)
        if case:
            case.told += entry["lines"]
        posted = entry.get("way", "").startswith("chat.postMessage")
        public = not entry.get("only") and "ask" not in entry
        for line in entry["lines"]:
            self._requested(line, case)
            if posted and (alarm := ALARM.fullmatch(line)):
                self.alarms[line[alarm.start("handle") :], entry["channel"]] += 1
            if found := HEAD.search(line):
                self._head(found, entry, is_card=public)
        for of in self._named(entry["lines"]):
            text = " ".join(entry["lines"])
            of.shown |= {task for task in of.ran if task in text}

    def _requested(self, line, case):
        found = re.search(r"\b(R\d+) requested", line)
        if found and case:
            case.handles.add(found[1])
            self._by_handle[found[1]] = case

    def _head(self, found, entry, *, is_card):
        case = self.cases.get(found["room"]) or self._by_handle.get(found["handle"])
        if case is None:
            return
        case.handles.add(found["handle"])
        self._by_handle[found["handle"]] = case
        word = meaning(found["word"])
        if word == "unread":
            self.unread.append(found[0])
        elif word:
            case.said.append((entry["t"], word))
            way = entry["way"].partition(" ")[2]
            if is_card and found["room"] and way.startswith("C"):
                # others are of lists, and of threads, and alarms that one person gets
                case.cards.setdefault(way)
                case.stands = word
                case.settled |= {way} if word != "passing" else set()

    def _named(self, lines):
        handles = {one for line in lines for one in re.findall(r"\bR\d+\b", line)}
        return {id(c): c for c in map(self._by_handle.get, handles) if c}.values()

    # ── what is known besides ───────────────────────────────────────────────────

    def _journal(self, entry):
        self.rows = defaultdict(list)
        for room, state, ref in entry["rows"]:
            self.rows[room].append((state, ref))

    def _audit(self, entry):
        self.broken += [] if entry["whole"] else [entry["says"]]

    def _stillborn(self, entry):
        self.stillborn.append(f"{entry['by']}: {entry['says']}")

    def _database_back(self, entry):
        self.back_at = entry["t"]

    def _well(self, entry):
        self.unwell.discard(entry["by"])

    def _unwell(self, entry):
        self.unwell.add(entry["by"])

    def _restored(self, entry):
        """From here on nobody asks for anything, so nothing may be called."""
        self.restored_at = entry["t"]
        if entry["code"]:
            self.stillborn.append(f"recover --restored: {entry['says']}")

    def _left(self, entry):
        self.left.append((entry["t"], frozenset(entry["rooms"])))

    def _began(self, entry):
        self.most_a_day = entry.get("most_a_day")

    def _load(self, entry):
        self.loads.append((entry["t"], entry["of"]))
