"""Intents as the journal would give them, without one."""

from dataclasses import fields
from datetime import UTC, datetime

from bot.ids import Handle, IntentId
from bot.journal.evidence import HEADLINES, Standing
from bot.journal.model import Asker, Intent, Settlement, Subject
from bot.states import State

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def an_intent(*, action="", state=State.STARTED, handle="", masked=None, **more):
    """Return an intent; *more* are fields of its subject, settlement or its own."""
    subject = {name: more.pop(name) for name in _names(Subject) & more.keys()}
    settlement = {name: more.pop(name) for name in _names(Settlement) & more.keys()}
    return Intent(
        **{
            "id": IntentId("01J00000000000000000000000"),
            "key": "key",
            "digest": "d",
            "action": action,
            "handle": Handle(handle or f"{subject['kind']}1"),
            "state": state,
            "rev": 1,
            "asker": Asker(team="T", user="U0ANA", home="T", channel="C"),
            "subject": Subject(**subject),
            "settlement": Settlement(**settlement),
            "masked": masked or {},
            "note": "",
            "card": None,
            "owner": "",
            "marks": (),
            "created_at": AT,
            "sent_at": AT,
            "send_by": None,
            "standing": Standing(state=state, headline=HEADLINES[state]),
            **more,
        }
    )


def _names(kind):
    return {field.name for field in fields(kind)}
