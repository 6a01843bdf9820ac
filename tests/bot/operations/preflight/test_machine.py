"""What the machine gives: a file, a port, room on the disk."""

import shutil

import pytest
from pydantic import SecretStr

from bot.journal.sqlite.look import Look
from bot.operations.doctor import Check
from bot.operations.preflight.machine import examine_machine
from bot.settings import Settings

HERE = Settings.model_construct(port=3000)


def test_where_all_is_well_that_is_said(tmp_path):
    assert examine_machine(HERE, Look(tmp_path / "p.db"), {}) == [
        Check("Port: 127.0.0.1:3000 is free"),
        Check(f"Journal: {tmp_path / 'p.db'}"),
    ]


def test_beside_a_running_bot_its_port_is_no_fault(tmp_path):
    journal = Look(tmp_path / "p.db", in_use=True)

    (check,) = examine_machine(HERE, journal, {HERE.own_place: "it is taken"})

    assert (check.what, check.well) == (f"{tmp_path / 'p.db'} is in use", None)


def test_what_does_not_open_is_told_by_the_setting(tmp_path):
    checks = examine_machine(
        HERE, Look(None, "no file"), {HERE.own_place: "it is taken"}
    )

    assert checks == [
        Check("it is taken", well=False),
        Check("BOT_DATABASE_URL: no file", well=False),
    ]


def test_the_port_of_the_metrics_is_looked_at_where_they_are_on(tmp_path):
    here = HERE.model_copy(update={"metrics_port": 9300})
    journal = Look(tmp_path / "p.db")

    checks = examine_machine(here, journal, {here.metrics_place: "it is taken"})

    assert examine_machine(here, journal, {})[1] == Check(
        "Port: 127.0.0.1:9300 is free"
    )
    assert checks[:2] == [
        Check("Port: 127.0.0.1:3000 is free"),
        Check("it is taken", well=False),
    ]


def test_a_disk_with_less_room_than_it_takes_is_told(tmp_path):
    room = shutil.disk_usage(tmp_path).total
    journal = Look(tmp_path / "var" / "p.db")

    checks = examine_machine(HERE, journal, {}, least_room=room + 1)

    told = f"The disk of {tmp_path} is nearly full; nothing could be remembered."
    assert checks[-1] == Check(told, well=False)


KEYS = {
    "seal_key": (
        {"keyless": True},
        "p.key: the key that sealed what is in the journal was not there.",
        "Stop the bot, and put back the file that was saved with the backup.",
    ),
    "audit_key": (
        {"unsigned": True},
        "p.audit.key: the key that signs the audit trail is not there.",
        "Set BOT_AUDIT_KEY as it was, or put the file back: nothing starts.",
    ),
}


@pytest.mark.parametrize("setting", KEYS)
def test_a_key_file_that_is_missing_is_told_unless_the_settings_have_a_key(
    tmp_path, setting
):
    lacks, what, fix = KEYS[setting]
    journal = Look(tmp_path / "p.db", **lacks)
    there = HERE.model_copy(update={setting: SecretStr("s" * 40)})
    fault = Check(f"{tmp_path}/{what}", well=False, fix=fix)

    assert fault in examine_machine(HERE, journal, {})
    assert fault not in examine_machine(there, journal, {})
    assert fault not in examine_machine(HERE, Look(tmp_path / "p.db"), {})
