"""No field is forgotten on its way into a row and back."""

import json
import os
from dataclasses import fields, replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.outcome import Audience
from bot.journal.evidence import Headline, Standing
from bot.journal.model import (
    Asker,
    Changes,
    Intent,
    NewIntent,
    Notice,
    OpenForm,
    Settlement,
    Subject,
)
from bot.journal.packing import unpacked
from bot.journal.rows import (
    changed,
    intent_of,
    millis,
    notice_row,
    notification_of,
    open_form_of,
    open_form_row,
    row_of,
    url_if_it_opens,
)
from bot.journal.schema import intents, outbox
from bot.journal.schema_saved import open_forms
from bot.journal.seal import Cell, Ring, Seal
from bot.states import State
from tests.bot.journal.strategies import (
    accepted,
    forms,
    ids,
    moments,
    settlements,
    submissions,
    texts,
    values,
)

SEAL = Seal(Ring(keys=(os.urandom(32),)), os.urandom)
HOUR = timedelta(hours=1)
HELD = {"held_by", "held_until"}  # by whoever delivers it, where there are several
# Fields that are no column of their own: what they become.
DERIVED = {
    "asker": fields(Asker),
    "subject": fields(Subject),
    "settlement": fields(Settlement),
    "card": "card_channel card_ts",
    "at": "created_at",
    "change": "present present_request differences",
    "timing": "stop_at stop_after",
    "copies": "facts of both, and a row of `copies`",
}


# The columns that the database fills in by itself.
FILLED = {"sequence": 0, "course": "[]", "differences": "[]", "present": ""} | {
    "pushed": ""
}


def stored(row):
    """Return *row* as the database gives it back: what is left out is NULL."""
    left_out = {**dict.fromkeys(intents.c.keys()), "doubt": False, **FILLED}
    return SimpleNamespace(**{**left_out, **row})


@pytest.mark.parametrize("kind", [Asker, Subject, Settlement, NewIntent, Intent])
def test_every_field_is_a_column_or_is_known_to_be_derived(kind):
    columns = set(intents.c.keys())

    missing = {field.name for field in fields(kind)} - columns

    assert missing <= DERIVED.keys()


def test_every_column_comes_from_a_field():
    flat = {
        field.name
        for kind in (Asker, Subject, Settlement, NewIntent, Intent)
        for field in fields(kind)
    }
    derived = {"card_channel", "card_ts", "made", "reply_secret", "undecided"}
    derived |= {"present_request"}

    assert set(intents.c.keys()) == (flat - DERIVED.keys()) | derived
    assert set(open_forms.c.keys()) == {field.name for field in fields(OpenForm)}


def test_every_change_has_a_column():
    assert Changes.__annotations__.keys() <= set(intents.c.keys())


@given(new=submissions, handle=ids)
def test_a_submission_comes_back_whole(new, handle):
    row = row_of(new, handle, SEAL)

    assert row.keys() <= set(intents.c.keys())
    required = {column.name for column in intents.c if not column.nullable}
    defaulted = {column.name for column in intents.c if column.server_default}
    assert required - defaulted <= row.keys()
    assert intent_of(stored({**row, "settled_at": None})) == Intent(
        id=new.id,
        key=new.key,
        digest=new.digest,
        action=new.action,
        handle=handle,
        state=State.QUEUED,
        rev=1,
        asker=new.asker,
        subject=new.subject,
        settlement=Settlement(),
        masked=new.masked,
        note=new.note,
        card=None,
        owner="",
        marks=(),
        created_at=new.at,
        sent_at=None,
        send_by=None,
        standing=Standing(state=State.QUEUED, headline=Headline.REQUESTED),
        differences=new.change.differences if new.change else (),
        present=new.change.masked if new.change else {},
        stop_at=new.timing.at if new.timing else None,
        stop_after=new.timing.after if new.timing else None,
    )
    assert row["made"] == (new.handle is None)
    kept = SEAL.open(row["request"], Cell("intents", "request", new.id))
    assert unpacked(kept, row["masked"]) == new.request
    if new.change:
        cell = Cell("intents", "present_request", new.id)
        kept = SEAL.open(row["present_request"], cell)
        assert unpacked(kept, row["present"]) == new.change.whole
    assert url_if_it_opens(SimpleNamespace(**row), SEAL) == new.answer_url


@given(
    new=submissions, end=settlements, ref=texts, marks=st.lists(ids), send_by=moments
)
def test_what_is_changed_comes_back_whole(new, end, ref, marks, send_by):
    changes = Changes(
        ref=ref,
        request_id=end.request_id,
        error_code=end.error_code,
        error_text=end.error_text,
        reply=end.reply,
        reply_secret=b"secret",
        send_by=send_by,
        settled_by=end.settled_by,
        reason=end.reason,
        marks=tuple(marks),
        doubt=True,
        stop_at=send_by,
        stop_after=HOUR,
        pushed="samples",
    )
    row = row_of(new, "R1", SEAL)
    before = intent_of(stored(row))

    columns = changed(new.id, changes, SEAL)

    assert changes.keys() == Changes.__annotations__.keys()
    assert intent_of(stored({**row, **columns})) == replace(
        before,
        subject=replace(before.subject, ref=ref),
        settlement=replace(end, settled_at=None),
        send_by=send_by,
        marks=tuple(marks),
        doubt=True,
        stop_at=send_by,
        stop_after=HOUR,
        pushed="samples",
    )
    cell = Cell("intents", "reply_secret", new.id)
    assert SEAL.open(columns["reply_secret"], cell) == b"secret"


@given(intent=accepted, facts=values, not_before=st.none() | moments)
def test_a_notice_comes_back_whole(intent, facts, not_before):
    notice = Notice(
        name="stuck", audience=Audience.OPS, facts=facts, not_before=not_before
    )

    row = notice_row(notice, 7, intent=intent, app="live")

    assert row.keys() == set(outbox.c.keys()) - {"id", "body", *HELD}
    joined = {f"notice_{name}": value for name, value in row.items()}
    joined |= {"notice_id": 1, "notice_body": None, "card_since": None}
    back = notification_of(SimpleNamespace(**joined), intent, None)
    assert (back.name, back.audience, back.app, back.rev, back.tries) == (
        "stuck",
        Audience.OPS,
        "live",
        intent.rev,
        0,
    )
    assert back.facts == {**intent.snapshot(), **facts}
    assert back.waited == (row["not_before"] > 7)
    assert row["not_before"] == (millis(not_before) if not_before else 7)
    assert json.loads(row["facts"]) == back.facts


@given(form=forms)
def test_an_open_form_comes_back_whole(form):
    row = {**open_form_row(form, SEAL), "used_by": ""}

    assert open_form_of(SimpleNamespace(_asdict=lambda: row), SEAL) == form
