"""What the numbers mean by which TRTC's SDKs report."""

from bot.resources.room.reported import (
    _CAUSES,
    _EVENTS,
    _EXPERIENCES,
    bad_cause,
    bad_experience,
    happening,
)


def test_every_number_that_is_named_is_read_by_that_name():
    events = {key: happening(key[0], key[1], -1) for key in _EVENTS}
    causes = {number: bad_cause(number) for number in _CAUSES}
    experiences = {number: bad_experience(number) for number in _EXPERIENCES}

    assert (events, causes, experiences) == (_EVENTS, _CAUSES, _EXPERIENCES)


def test_a_camera_is_told_from_a_camera():
    assert [happening(4006, one, -1) for one in (2, 3)] == ["camera on", "camera off"]
    assert happening(4002, 1, -1) == "camera could not be opened"


def test_what_is_not_named_keeps_its_number():
    assert happening(4003, 1280, 720) == "event 4003 (1280, 720)"
    assert bad_experience(9) == "experience 9"
    assert bad_cause(2026) == "cause 2026"
