"""Any value that the journal keeps, for hypothesis."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from pydantic import SecretStr

from bot.ids import Kind
from bot.journal.evidence import (
    Does,
    Ending,
    Fact,
    FactKind,
    Headline,
    Link,
    Role,
    Silence,
    Standing,
    Stop,
    Target,
    TargetStanding,
    Wish,
)
from bot.journal.model import (
    Asker,
    Difference,
    Intent,
    NewChange,
    NewIntent,
    OpenForm,
    Settlement,
    Subject,
    Timing,
)
from bot.journal.rows import moment
from bot.states import State

texts = st.text(max_size=20)
ids = st.text("abcXYZ019_-.", min_size=1, max_size=12)
moments = st.integers(0, 2**42).map(moment)  # of whole milliseconds
values = st.dictionaries(texts, st.integers() | texts | st.lists(texts), max_size=3)
kinds = st.sampled_from("RSG").map(Kind)

askers = st.builds(
    Asker,
    team=ids,
    user=ids,
    home=ids,
    channel=ids,
    thread=st.none() | ids,
    direct=st.booleans(),
    locale=ids,
)
subjects = st.builds(
    Subject,
    kind=kinds,
    about=st.none() | ids,
    creates=st.booleans(),
    ends=st.booleans(),
    app=texts,
    sdk_app_id=st.integers(0, 2**40),
    region=texts,
    room=texts,
    ref=texts,
    agent=texts,
    callbacks=st.booleans(),
    duplicates=texts,
    targets=st.lists(ids, max_size=3).map(tuple),
)
millis = st.integers(0, 2**42)
silences = st.builds(
    Silence,
    proven=st.booleans(),
    heard_at=millis,
    away=st.none() | st.tuples(millis, millis),
)
targets = st.builds(
    TargetStanding,
    status=st.sampled_from(Target),
    since=millis,
    code=texts,
    text=texts,
    broke_at=millis,
    breaks=st.integers(0, 9),
    failed_at=millis,
)
links = st.builds(
    Link,
    role=st.sampled_from(Role),
    intent=ids,
    handle=ids,
    headline=st.sampled_from(Headline),
    wish=st.sampled_from(Wish),
    by=texts,
    number=st.integers(0, 99),
)
standings = st.builds(
    Standing,
    state=st.sampled_from(State),
    headline=st.sampled_from(Headline),
    ref=texts,
    vouched=st.booleans(),
    candidates=st.lists(ids, max_size=3).map(tuple),
    targets=st.lists(targets, max_size=3).map(tuple),
    since=millis,
    by=texts,
    reason=texts,
    code=texts,
    text=texts,
    ending=st.none() | st.sampled_from(Ending),
    stop=st.sampled_from(Stop),
    silence=st.none() | silences,
    gone=texts,
    wished=st.booleans(),
    version=millis,
    doubted=st.lists(millis, max_size=2).map(tuple),
    sending=millis,
    links=st.lists(links, max_size=3).map(tuple),
)
facts = st.builds(
    Fact,
    kind=st.sampled_from(FactKind),
    at=millis,
    came_at=millis,
    key=ids,
    does=st.sampled_from(Does),
    since=st.none() | millis,
    job=st.none() | ids,
    by=ids,
    ref=texts,
    target=texts,
    status=st.integers(0, 30),
    code=texts,
    text=texts,
)
settlements = st.builds(
    Settlement,
    request_id=texts,
    error_code=texts,
    error_text=texts,
    reply=values,
    settled_by=texts,
    reason=texts,
    settled_at=st.none() | moments,
)
differences = st.builds(Difference, field=ids, was=texts, now=texts)
changes = st.builds(
    NewChange,
    version=millis,
    differences=st.lists(differences, max_size=2).map(tuple),
    whole=st.binary(max_size=20),
    masked=values,
)


def _as_one(new):
    """Return *new* as one that changes a thing, if it has a change."""
    changes = new.change is not None
    return replace(new, subject=replace(new.subject, changes=changes))


timings = st.none() | st.builds(
    Timing,
    at=st.none() | moments,
    after=st.none() | st.integers(0, 10**9).map(lambda n: timedelta(milliseconds=n)),
)


submissions = st.builds(
    NewIntent,
    id=ids,
    key=ids,
    digest=ids,
    action=ids,
    handle=st.none() | ids,
    asker=askers,
    subject=subjects,
    request=st.binary(max_size=20),
    masked=values,
    answer_url=st.none() | ids.map(SecretStr),
    note=texts,
    at=moments,
    change=st.none() | changes,
).map(_as_one)


forms = st.builds(
    OpenForm,
    id=ids,
    team=ids,
    user=ids,
    channel=ids,
    thread=st.none() | ids,
    direct=st.booleans(),
    command=ids,
    subcommand=ids,
    values=st.dictionaries(texts, texts, max_size=3),
    answer_url=st.none() | ids.map(SecretStr),
    expires_at=moments,
)


accepted = st.builds(
    Intent,
    id=ids,
    key=ids,
    digest=ids,
    action=ids,
    handle=ids,
    state=st.sampled_from(State),
    rev=st.integers(1, 1000),
    asker=askers,
    subject=subjects,
    settlement=settlements,
    masked=values,
    note=texts,
    card=st.none() | st.tuples(ids, ids),
    marks=st.lists(ids, max_size=3, unique=True).map(tuple),
    created_at=moments,
    sent_at=st.none() | moments,
    send_by=st.none() | moments,
    standing=standings,
    joins=st.none() | ids,
    doubt=st.booleans(),
)
