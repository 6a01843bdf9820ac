"""What a history left undone: stops that were lost, asks that nobody answered."""

import sqlite3
from collections import Counter
from dataclasses import dataclass

from tests.trials.truth.judge.due import earliest, overdue, stops_due
from tests.trials.truth.judge.facts import DAY, STOP
from tests.trials.truth.judge.subject import DEFINITE

READS_SECONDS = 10.0  # in which a question is answered
SETTLED = 30.0  # seconds after which the end of a relay is known, come what may


@dataclass
class Fault:
    """One thing that is wrong: what, why, and the words that it is in."""

    fault: str
    why: str
    seq: int = -1
    t: float = 0.0
    line: str = ""
    kind: str = ""


def left_undone(facts, journal, quiet):
    """Yield what is wrong with a history as a whole."""
    shown = [entry for entry in facts.record if entry["kind"] == "shown"]
    said = "\n".join(line for entry in shown for line in entry["lines"])
    yield from _doubles(facts)
    yield from _unanswered(facts, shown)
    yield from _lost_stops(facts, quiet)
    yield from _not_stopped_when_due(facts, quiet)
    yield from _misdirected(facts)
    yield from _unapproved(facts)
    yield from _unkept(facts, said, journal)


def _doubles(facts):
    by_agent = Counter(task.agent for task in facts.tasks.values() if _ours(task))
    starts = Counter(
        ask["room"] for ask in facts.asks.values() if ask.get("does") == "start"
    )
    rooms = Counter(task.room for task in facts.tasks.values() if _ours(task))
    for agent, times in by_agent.items():
        if times > 1:
            yield Fault("double", f"{agent} runs {times} times")
    for room, times in rooms.items():
        if times > max(starts[room], 1):
            yield Fault("double", f"{room} was asked for {starts[room]} times")


def _ours(task):
    return task.agent.startswith("pb_")


def _unanswered(facts, shown):
    for number, ask in facts.asks.items():
        if number in facts.failed or number not in facts.acked:
            continue  # Slack itself tells the person that nobody answered
        if ask.get("does") in {"edit", "eyes"}:
            continue  # the message as it was first sent is the ask; eyes may be for fun
        if (_reads(ask) or _stops_nothing(facts, ask)) and _is_moot(facts, ask):
            continue  # a question is not kept, and can be asked again
        if not any(_answers(entry, number, ask) for entry in shown):
            why = f"{ask['user']} typed “{ask['typed']}” and heard nothing"
            yield Fault("unanswered", why, ask["seq"], ask["t"])


def _reads(ask):
    changes = {"start", "attach", "close"}
    return ask.get("does") not in changes and not ask.get("sure")


def _stops_nothing(facts, ask):
    """Tell whether what *ask* was to stop had been over: then it only asks about it."""
    meant = [task for task in facts.tasks.values() if _wants_stop(ask, task)]
    return bool(meant) and all(
        task.ended is not None and task.ended < ask["t"] - SETTLED for task in meant
    )


def _is_moot(facts, ask):
    """Tell whether the bot died, or Slack was away, when *ask* was to be answered."""
    until = ask["t"] + READS_SECONDS
    return not facts.survives(ask["seq"], until) or any(
        entry["kind"] == "unshown"
        and ask["t"] <= entry["t"] <= until
        and entry["error"] in {"away", "lost"}
        for entry in facts.record
    )


def _answers(entry, number, ask):
    if entry["seq"] < ask["seq"]:
        return False
    if entry.get("ask") == number or entry.get("trigger") == f"t{number}":
        return True
    if entry["only"] not in {"", ask["user"]}:
        return False
    to_them = ask["user"] in {entry["only"], f"U{entry['channel'][1:]}"}
    if _reads(ask) and to_them and entry["t"] <= ask["t"] + READS_SECONDS:
        return True
    if ask.get("ts") and entry["thread"] == ask["ts"]:
        return True
    about = " ".join(entry["lines"])
    names = [ask.get("room"), ask.get("ref"), ask.get("handle")]
    return any(name and name in about for name in names)


def _lost_stops(facts, quiet):
    for task in facts.tasks.values():
        if task.ended is not None or not _known(facts, task):
            continue
        for number, ask in facts.asks.items():
            if number not in facts.acked or not _wants_stop(ask, task):
                continue
            if task.ended_since(ask["t"]) or _is_excused(facts, task, ask):
                continue
            life = facts.life_at(facts.acked[number]["seq"])
            if life >= 0 and facts.end - ask["t"] > quiet:
                why = f"{ask['user']} stopped {task.room} and it runs"
                yield Fault("stop refused or lost", why, ask["seq"], ask["t"])
                break


def _not_stopped_when_due(facts, quiet):
    """Find what runs on long after a timer of it was due."""
    for task in facts.tasks.values():
        if task.ended is not None or not (_ours(task) and _known(facts, task)):
            continue
        for ask, due in overdue(facts, task.room, task, quiet):
            taken = facts.acked.get(ask["n"])
            late = {**ask, "t": earliest(facts, ask)}
            if not taken or _is_excused(facts, task, late):
                continue
            if facts.life_at(taken["seq"]) >= 0:
                why = f"the stop of {task.room} was due at {due:.0f}, and it runs"
                yield Fault("stop refused or lost", why, ask["seq"], ask["t"])


def _unapproved(facts):
    """Find starts that needed a second person, and went without one."""
    for ask in facts.asks.values():
        if not ask.get("second"):
            continue
        approved = [
            one
            for one in facts.asks.values()
            if one.get("does") == "approve"
            and one.get("room") == ask["room"]
            and one["user"] != ask["user"]
        ]
        first = min((one["seq"] for one in approved), default=10**9)
        for agent in facts.agents.get(ask["room"], ()):
            if any(seq < first for seq, *_rest in facts.sent.get(agent, ())):
                why = f"that of {ask['room']} was sent, and nobody approved it"
                yield Fault("unapproved", why, ask["seq"], ask["t"])


def _is_excused(facts, task, ask):
    """Tell whether the stop *ask* cannot have been carried out, or be known still.

    While the journal is away nothing can be accepted, and that is said. And what stood
    in a journal that was put aside for an older copy is known to nobody. It is tried
    for a day; once that is over, as when the machine slept, it was tried once more.
    """
    return (
        _refused_for_good(facts, task, ask)
        or _tried_for_a_day(facts, task, ask)
        or any(gone <= ask["t"] <= back for gone, back in facts.away)
        or not facts.knows(ask["seq"], len(facts.record))
    )


def _refused_for_good(facts, task, ask):
    """Tell whether Tencent refused the stop in a word after which it did nothing."""
    return any(
        one.what == "stop refused"
        and one.task == task.id
        and one.t >= ask["t"]
        and one.code.startswith(DEFINITE)
        for one in facts.news
    )


def _tried_for_a_day(facts, task, ask):
    sent = facts.sent.get(task.id, ())
    return any(name == STOP and t >= ask["t"] + DAY for _seq, t, name, _life in sent)


def _wants_stop(ask, task):
    if ask.get("does") != "stop" or not ask.get("may") or not ask.get("sure"):
        return False
    return ask.get("ref") == task.id or (ask.get("room") or "-") == task.room


def _known(facts, task):
    last = len(facts.record)
    return any(
        one.task == task.id and one.certain and facts.knows(one.seq, last)
        for one in facts.news
    )


def _misdirected(facts):
    """Find stops of tasks that nobody asked to stop."""
    for entry in facts.record:
        if entry["kind"] != "received" or entry["action"] != STOP:
            continue
        task = facts.tasks.get(entry["task"])
        asks = [a for a in facts.asks.values() if a.get("does") == "stop"]
        asks = [a for a in asks if a["seq"] < entry["seq"]]
        if task and not any(_meant(ask, task) for ask in asks):
            if stops_due(facts, task.room, entry["seq"], entry["t"]):
                continue
            why = f"that of {task.room} was stopped, which nobody asked for"
            yield Fault("misdirected stop", why, entry["seq"], entry["t"])


def _meant(ask, task):
    return ask.get("ref") == task.id or (ask.get("room") or "-") == task.room


def _unkept(facts, said, journal):
    if journal is None:
        return
    kept = _texts(journal)
    last = len(facts.record)
    for one in facts.news:
        if not (one.task and one.certain and one.agent.startswith("pb_")):
            continue
        if not facts.knows(one.seq, last):
            continue
        if one.task not in kept and one.task not in said:
            yield Fault("unkept TaskId", f"{one.task} came and is nowhere", one.seq)


def _texts(journal):
    """Return all text in the file *journal*, whatever its tables are."""
    connection = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
    try:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        found = []
        for (table,) in tables.fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - its own
            found += [str(value) for row in rows for value in row if value]
        return "\n".join(found)
    finally:
        connection.close()
