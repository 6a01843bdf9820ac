"""What tests of the journal hand over: stops, changes, proposals, open forms."""

import os
from datetime import timedelta

from pydantic import SecretStr

from bot.ids import intent_id
from bot.journal.model import (
    Asker,
    Difference,
    NewChange,
    OpenForm,
)
from bot.journal.proposals import Proposal


def stop_of(new, relay, **values):
    return new(
        **{
            "handle": relay.handle,
            "about": relay.id,
            "action": "StopPublishCdnStream",
            "ends": True,
            "ref": relay.subject.ref,
            "sdk_app_id": relay.subject.sdk_app_id,
            **values,
        }
    )


def change_of(new, relay, *, version=None, whole=b'{"a": "b"}', **values):
    """Make a change of *relay*, formed from its *version*, into another *whole*."""
    newest = relay.standing.newest if version is None else version
    change = NewChange(
        version=newest,
        differences=(Difference(field="bitrate", was="1", now="2"),),
        whole=whole,
        masked={"PublishCdnParams": [{}], "whole": whole.decode()},
    )
    return new(
        **{
            "handle": relay.handle,
            "about": relay.id,
            "action": "UpdatePublishCdnStream",
            "changes": True,
            "ref": relay.subject.ref,
            "sdk_app_id": relay.subject.sdk_app_id,
            "targets": relay.targets,
            "change": change,
            **values,
        }
    )


def a_proposal(clock, number=0, **values):
    """Make what is asked of a second person; every value can be given."""
    at = clock()
    own = {
        "id": intent_id(at, os.urandom(10)),
        "key": f"asked:{number}",
        "digest": "d",
        "action": "relay.start",
        "asker": Asker(team="T", user="UANA", home="T", channel="C", thread="1.0"),
        "rule": "two",
        "shown": {"request": "StartPublishCdnStream", "room": "7", "app": "live"},
        "asked_in": "C",
        "created_at": at,
        "expires_at": at + timedelta(minutes=15),
    }
    return Proposal(**{**own, **values})


def form_at(clock, **values):
    """Return an open form of half an hour from now."""
    return OpenForm(
        **{
            "id": "d1",
            "team": "T",
            "user": "UANA",
            "channel": "C",
            "thread": "1.2",
            "direct": False,
            "command": "relay",
            "subcommand": "start",
            "values": {"url": "rtmp://a/b/key"},
            "answer_url": SecretStr("https://hooks.slack.com/x"),
            "expires_at": clock() + timedelta(minutes=30),
            **values,
        }
    )
