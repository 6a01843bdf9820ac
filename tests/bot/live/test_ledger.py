"""What was begun is on disk until it is over."""

import stat

import pytest

from bot.errors import SettingsError
from bot.live.ledger import LOCK, NAME, Ledger, claimed


def test_what_is_begun_and_not_over_is_left_the_oldest_first(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.begin("a", app_id=1)
    ledger.begin("b", channel="C1")
    ledger.begin("a", task_ids=["-m9x"])
    ledger.begin("c")
    ledger.end("b")

    assert Ledger(tmp_path).left() == [
        {"key": "a", "app_id": 1, "task_ids": ["-m9x"]},
        {"key": "c"},
    ]
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_with_the_last_of_all_the_file_goes(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.begin("a")
    ledger.end("a")

    assert ledger.left() == []
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_line_that_a_crash_cut_costs_none_of_the_others(tmp_path, cut):
    ledger = Ledger(tmp_path)
    ledger.begin("a", task_ids=["-m9x"])
    whole = (tmp_path / NAME).read_text() + "\n"
    ledger.begin("b", task_ids=["-m9y"])
    text = (tmp_path / NAME).read_text()
    (tmp_path / NAME).write_text(text[: len(whole) + cut])

    assert Ledger(tmp_path).left() == [{"key": "a", "task_ids": ["-m9x"]}]


def test_after_a_cut_line_what_is_begun_next_is_kept(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.begin("a")
    with (tmp_path / NAME).open("a") as file:
        file.write('{"key": "b", "ta')
    ledger.begin("c")

    assert [entry["key"] for entry in ledger.left()] == ["a", "c"]


def test_only_one_holds_it(tmp_path):
    with claimed(tmp_path / "var") as ledger:
        ledger.begin("a")
        with pytest.raises(SettingsError, match="in use"), claimed(tmp_path / "var"):
            raise AssertionError

    with claimed(tmp_path / "var") as again:
        assert again.left() == [{"key": "a"}]
    assert (tmp_path / "var" / LOCK).exists()
