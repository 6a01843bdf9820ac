"""The anchors file: lines that cannot be changed without the key."""

import errno
import json
import os
import resource

import pytest

from bot.errors import JournalUnavailable
from bot.journal.anchors import NOTHING_BEFORE, Anchors, AnchorsBroken, Head, Occasion
from bot.journal.audit_key import AuditKey

KEY = AuditKey(b"k" * 32)
HEADS = [Head("T", 3, "a" * 64), Head("installation", 1, "b" * 64)]
AT = 1772366400000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "p.db.anchors"


@pytest.fixture
def anchors(path):
    made = Anchors(path, KEY)
    made.append(HEADS, AT, Occasion.START)
    made.append(HEADS[:1], AT + 1, Occasion.STOP)
    return made


def test_each_head_is_a_line_signed_with_the_line_before(anchors, path):
    lines, broken = anchors.read()

    assert broken is None
    assert [(one.line, one.chain, one.count, one.occasion) for one in lines] == [
        (1, "T", 3, "start"),
        (2, "installation", 1, "start"),
        (3, "T", 3, "stop"),
    ]
    assert [one.previous for one in lines] == [
        NOTHING_BEFORE,
        *(one.mac for one in lines[:-1]),
    ]
    written = [json.loads(line) for line in path.read_text().splitlines()]
    assert [one["mac"] for one in written] == [one.mac for one in lines]
    assert path.stat().st_mode & 0o777 == 0o600


def test_where_there_is_no_file_there_is_no_line(path):
    assert Anchors(path, KEY).read() == ([], None)


def changed_line(text):
    """Yield *text*, a line, with each of its values changed."""
    values = json.loads(text)
    for name, value in values.items():
        new = value + 1 if isinstance(value, int) else f"{value}x"
        yield json.dumps({**values, name: new}, sort_keys=True, separators=(",", ":"))
    yield text.replace(",", ", ")
    yield json.dumps({**values, "more": 1}, sort_keys=True, separators=(",", ":"))
    yield "[]"
    yield ""


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_line_that_was_changed_moved_or_removed_does_not_fit(anchors, path, number):
    lines = path.read_text().splitlines()
    others = [
        [*lines[:number], changed, *lines[number + 1 :]]
        for changed in changed_line(lines[number])
    ]
    others.append([*lines[: number + 1], *lines[number:]])
    if number < 2:
        others.append([*lines[:number], *lines[number + 1 :]])

    for other in others:
        path.write_text("".join(f"{line}\n" for line in other))
        found, broken = anchors.read()
        assert broken is not None
        assert broken.line in {number + 1, number + 2}
        assert len(found) == broken.line - 1


def test_of_another_key_no_line_fits(anchors, path):
    assert Anchors(path, AuditKey(b"j" * 32)).read() == ([], AnchorsBroken(1))


def test_what_a_power_cut_left_of_a_line_counts_for_nothing(anchors, path):
    whole = path.read_text()
    path.write_text(f"{whole}{whole[:100]}")

    assert anchors.read()[1] is None
    anchors.append(HEADS, AT, Occasion.HOURLY)

    lines, broken = anchors.read()
    assert (broken, [one.line for one in lines]) == (None, [1, 2, 3, 4, 5])


def test_behind_what_is_no_line_nothing_is_written(anchors, path):
    path.write_text("mine\n")

    with pytest.raises(JournalUnavailable, match="none of mine"):
        anchors.append(HEADS, AT, Occasion.HOURLY)

    assert path.read_text() == "mine\n"


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_only_a_plain_file_is_read_or_written(path, tmp_path, kind):
    victim = tmp_path / "victim"
    victim.write_text("")
    if kind == "link":
        path.symlink_to(victim)
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    anchors = Anchors(path, KEY)

    lines, broken = anchors.read()
    with pytest.raises(JournalUnavailable):
        anchors.append(HEADS, AT, Occasion.START)

    assert (lines, broken.line) == ([], 0)
    assert broken.why
    assert victim.read_text() == ""


def test_on_a_full_disk_no_half_of_a_line_stays(anchors, path):
    whole = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 100, limits[1]))
    try:
        with pytest.raises(JournalUnavailable, match=os.strerror(errno.EFBIG)):
            anchors.append(HEADS, AT, Occasion.HOURLY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert path.read_bytes() == whole


def test_a_file_that_was_put_aside_is_kept_and_a_new_one_begins(anchors, path):
    whole = path.read_bytes()

    anchors.set_aside(AT)
    anchors.append(HEADS, AT, Occasion.SETTLED)

    assert path.with_name(f"{path.name}.{AT}").read_bytes() == whole
    lines, broken = anchors.read()
    assert (broken, [one.line for one in lines]) == (None, [1, 2])
