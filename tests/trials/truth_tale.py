"""Records of trials, told entry by entry, and the words of a bot in them."""

from datetime import UTC, datetime

from tests.trials.truth.judge.facts import START, STOP
from tests.trials.truth.judge.reading import Words

TASK, AGENT, ROOM = "-m9" + "x" * 60, "pb_1", "q1"
URL = "rtmp://push.example.com/live/q1"
WORDS = Words(
    """
    # what a bot of these tests says
neutral | Card of <room>
as of | As of <T>
live | <sign><R> · live since <T> · room <room>
running | <sign><R> · started · room <room>
stopped | <sign><R> · stopped by <U> <T> · room <room>
ended | <sign><R> · ended · room <room>
not started | <sign><R> · not started · room <room>
unknown | <sign><R> · unknown · room <room>
closed | <sign><R> · closed · room <room>
stopping | <sign><R> · stopping · room <room>
not stopped + billed | <R> was not stopped, and goes on being billed.
not running | <R> is not running.
probably not started | Probably not started. · room <room>
none has arrived | None has arrived since <T>.
push failed | <R> · push failed · room <room>
idle | <R> · idle · room <room>
ran again | <R> · runs again <T> · room <room>
none runs | Nothing runs.
no such | “<ID>” is not known.
no such | <R> is not known.
no such task | Tencent knows no task <ID>.
attached + silent | By hand; silent on that TaskId. · room <room>
nothing sent | Nothing was sent.
last day | <R> can be stopped for less than a day.
until | Can be stopped until <T>.
    """.replace("    #", "#")
)


BEGINNING = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Tale:
    """Builds a record, entry by entry; each takes a second unless told otherwise."""

    def __init__(self):
        self.record, self.now = [], 0.0
        self.enter("began", after=0, unix=BEGINNING.timestamp())
        self.enter("born")

    def enter(self, kind, *, after=1.0, **facts):
        self.now += after
        entry = {"seq": len(self.record), "t": self.now, "kind": kind, "life": 1}
        self.record.append(entry | facts)
        return self

    def asked(self, does="start", user="U0ANA", **facts):
        number = sum(one["kind"] == "asked" for one in self.record) + 1
        about = {"n": number, "user": user, "typed": does, "may": True, "sure": True}
        self.enter("asked", does=does, room=ROOM, **{**about, **facts})
        return self.enter("acked", n=number, status=200, after=0)

    def sent(self, action=START, **facts):
        about = {"agent": AGENT, "room": ROOM} if action == START else {"task": TASK}
        return self.enter("received", action=action, **{**about, **facts})

    def ledger(self, what="start", **facts):
        ids = {"task": TASK, "agent": AGENT, "room": ROOM, "urls": [URL]}
        return self.enter("ledger", what=what, after=0, **{**ids, **facts})

    def answered(self, action=START, code="", **facts):
        about = {"agent": AGENT, "room": ROOM} if action == START else {}
        about |= {"task": TASK if action == STOP or not code else ""}
        return self.enter("answered", action=action, code=code, **{**about, **facts})

    def started(self):
        return self.asked().sent().ledger().answered()

    def event(self, status, *, url=URL, at=None, taken=True):
        facts = {"url": url, "status": status}
        self.ledger("status", code=0, **facts)
        facts |= {"task": TASK, "agent": AGENT, "at": self.now if at is None else at}
        self.enter("sent", **facts)
        return self.enter("taken", by=200, after=0, **facts) if taken else self

    def stopped(self):
        self.asked("stop", "U0BEN").sent(STOP).ledger("stop")
        return self.answered(STOP)

    def later(self, seconds):
        self.now += seconds
        return self

    def shown(self, *lines, ask=None):
        facts = {"lines": list(lines), "buttons": [], "channel": "C1", "only": ""}
        facts |= {"thread": "", "drawn": self.now + 1}
        return self.enter("shown", ask=ask, **facts)


def at(seconds):
    """Return the moment *seconds* after the beginning, as it is shown."""
    minutes, left = divmod(round(seconds), 60)
    return f"{{2026-03-01T12:{minutes:02}:{left:02}Z}}"
