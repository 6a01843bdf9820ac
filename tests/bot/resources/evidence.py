"""Facts about things, as requests, people and Tencent bring them. Times are seconds."""

from hypothesis import strategies as st

from bot.journal.evidence import Does, Fact, FactKind, fact_key
from bot.journal.rows import millis
from tests.bot.resources.intents import AT

TASK = "-task.."
START = millis(AT)
TOOK = 1.0  # seconds from writing a request to its answer


def moment(second):
    return START + round(second * 1000)


def known(kind, second, *, took=None, arrived=None, **values):
    """Return a fact of that *second*; the request that it answers *took* so long."""
    if took is not None:
        values["since"] = moment(second - took)
    arrived = second if arrived is None else arrived
    values.setdefault("key", fact_key(kind, second, sorted(map(str, values.items()))))
    return Fact(kind=kind, at=moment(second), came_at=moment(arrived), **values)


def written(second=-TOOK):
    return known(FactKind.WRITTEN, second)


def answer(kind=FactKind.ANSWERED, second=0.0, ref=TASK, **values):
    """Return how the start ended."""
    named = ref if kind is FactKind.ANSWERED else ""
    return known(kind, second, took=TOOK, ref=named, **values)


def stopped(kind, second, ref=TASK, by="UBOB", **values):
    """Return how a stop ended."""
    values = {"job": f"stop-{kind}-{second}", **values}
    return known(kind, second, took=TOOK, does=Does.END, ref=ref, by=by, **values)


def asked(second, ref=TASK, by="UBOB", **values):
    return known(FactKind.ASKED, second, does=Does.END, ref=ref, by=by, **values)


def event(status, second, target="a", ref=TASK, **values):
    return known(
        FactKind.EVENT, second, status=int(status), target=target, ref=ref, **values
    )


def word(kind, second, ref="", by="UEVE"):
    return known(kind, second, ref=ref, by=by)


# ── anything that may come, in any order ─────────────────────────────────────────

ENDINGS = [FactKind.ANSWERED, FactKind.REFUSED, FactKind.NO_ANSWER, FactKind.GONE]
STARTS = [FactKind.ANSWERED, FactKind.REFUSED, FactKind.NO_ANSWER, FactKind.UNSENT]
seconds = st.integers(0, 40).map(lambda n: n / 2)
refs = st.sampled_from([TASK, TASK, TASK, "-other.."])

starts = st.lists(st.builds(answer, st.sampled_from(STARTS), seconds, refs), max_size=2)
stops = st.lists(
    st.builds(stopped, st.sampled_from(ENDINGS), seconds, refs)
    | st.builds(asked, seconds, refs),
    max_size=3,
)
events = st.lists(
    st.builds(event, st.integers(0, 6), seconds, st.sampled_from("aabx"), refs),
    max_size=8,
)
words = st.lists(
    st.builds(word, st.just(FactKind.CLOSED), seconds)
    | st.builds(word, st.just(FactKind.ATTACHED), seconds, refs),
    max_size=1,
)
others = st.lists(
    st.builds(known, st.just(FactKind.AGED), seconds, status=st.sampled_from([25, 30]))
    | st.builds(known, st.just(FactKind.SILENCE), seconds, status=st.integers(0, 1))
    | st.builds(known, st.just(FactKind.AWAY), seconds),
    max_size=2,
)


@st.composite
def histories(draw):
    """Return facts of a relay, each once, in the order of their arrival."""
    facts = [written()]
    for part in (starts, stops, events, words, others):
        facts += draw(part)
    once = {fact.key: fact for fact in facts}
    return draw(st.permutations(list(once.values())))
