"""Rows as earlier revisions wrote them, and how they come into the tables."""

import base64
import hashlib
import json
import os

from cryptography.fernet import Fernet

# Rows as revision 0001 had them.
INTENT = {
    "id": "01KJMMA2G0JTRF4ZBVAXBHWZP7",
    "key": "slash:T:1",
    "digest": "d",
    "action": "StartPublishCdnStream",
    "kind": "R",
    "handle": "R7",
    "made": 1,
    "state": "started",
    "rev": 3,
    "team": "T",
    "user": "UANA",
    "home": "T",
    "channel": "C",
    "direct": 0,
    "locale": "en",
    "app": "live",
    "sdk_app_id": 1400000001,
    "region": "ap-singapore",
    "room": "295066",
    "ref": "-m9.",
    "agent": "pb_01KJMMA2G0JTRF4ZBVAXBHWZP7",
    "masked": "{}",
    "reply": "{}",
    "note": "",
    "target_digest": "",
    "request": "",
    "request_id": "",
    "error_code": "",
    "error_text": "",
    "card_channel": "",
    "card_ts": "",
    "tries": 0,
    "owner": "",
    "created_at": 1,
}
AUDITED = ("home", "channel", "action", "decision", "rule", "why", "app", "intent")
DRAWN = {
    "intent": INTENT["id"],
    "rev": 3,
    "channel": "C",
    "user": "UANA",
    "audience": "channel",
    "body": '{"text": "R7"}',
    "state": "pending",
    "tries": 0,
    "not_before": 1,
    "created_at": 1,
}


def row(base, **values):
    return {**base, **values}


def unkeyed(count=4):
    """Yield records as releases before 0.2 wrote them: one chain of all workspaces."""
    previous = "0" * 64
    for number in range(1, count + 1):
        fields = {
            "number": number,
            "at": number,
            "team": f"T{number % 2}",
            "user": "UANA",
            **dict.fromkeys(AUDITED, "x"),
            "decision": "allow",
            "handle": "R7",
            "digest": "d",
            "previous": previous,
        }
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
        previous = hashlib.sha256(text.encode()).hexdigest()
        yield {**fields, "hash": previous}


# What of the newest migrations is not there after an older one, on any database.
WITHOUT_TIMERS = (
    "DROP TABLE timers",
    "ALTER TABLE intents DROP COLUMN stop_at",
    "ALTER TABLE intents DROP COLUMN stop_after",
)
WITHOUT_ALERTS = (
    "DROP TABLE outages",
    "DROP TABLE mutes",
    "DROP TABLE subscriptions",
    "DROP INDEX lines_by_place",
)
WITHOUT_COPIES = ("DROP TABLE copies",)


def inserted(table, values):
    names = ", ".join(f'"{name}"' for name in values)
    texts = ", ".join(
        "'" + one + "'" if isinstance(one, str) else str(one) for one in values.values()
    )
    return f"INSERT INTO {table} ({names}) VALUES ({texts})"  # noqa: S608 - our own


def home(folder):
    """Make *folder*, and in it the file of a journal, as a release made them."""
    folder.mkdir(mode=0o700)
    (folder / "patchbay.db").touch(mode=0o600)
    return folder


def put_own(path, content):
    """Write *content* to *path*, for its owner only."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(content)


def unbound(key, data):
    """Return *data*, sealed as releases before 0.3 did."""
    return Fernet(base64.urlsafe_b64encode(key)).encrypt(data)
