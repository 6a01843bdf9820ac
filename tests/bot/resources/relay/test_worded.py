"""What the form offers by a name is told by that name, in the reader's language."""

from itertools import chain

import pytest

from bot.dialogue.form import ChoiceField
from bot.dialogue.outcome import plain
from bot.i18n import reading_in
from bot.journal.model import Difference
from bot.resources.relay import update
from bot.resources.relay.details import mode
from bot.resources.relay.form_content import what
from bot.resources.relay.form_more import more
from bot.resources.relay.plan import LAYOUTS, defaults
from bot.resources.relay.worded import WORDED
from bot.settings import Limits
from tests.bot.resources.relay.test_form_more import ALL

PLAN = {**defaults(Limits()), **ALL}
NEVER_CHANGED = {"what", "record", "format", "tracks", "sampling", "codec", "quality"}


def offered():
    """Return the name of every choice that can be changed, by its field and word."""
    drawn = chain(what(PLAN), what({**PLAN, "what": "one"}), more(PLAN))
    return {
        (one.name, option.value): option.label
        for one in drawn
        if isinstance(one, ChoiceField) and one.name not in NEVER_CHANGED
        for option in one.options
    }


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_change_names_a_choice_as_the_form_does(locale):
    with reading_in(locale):
        named = offered()
        told = {
            (field, word): plain(line)
            for field, word in named
            for line in update.lines((Difference(field=field, was="x", now=word),))
        }

    assert {field for field, _word in named} == WORDED.keys()
    assert [key for key in named if f"x → {named[key]}" not in told[key]] == []


def test_what_is_in_doubt_stays_so():
    (line,) = update.lines((Difference(field="layout", was="grid?", now="screen"),))

    assert plain(line) == "Layout: Grid? → Screen share"


@pytest.mark.parametrize(("layout", "name"), [("grid", "宫格"), ("screen", "屏幕分享")])
def test_the_details_name_the_layout_as_the_form_does(layout, name):
    video = {
        "VideoEncode": {"Height": 720, "Fps": 15, "BitRate": 1536},
        "LayoutParams": {"MixLayoutMode": LAYOUTS[layout]},
    }

    with reading_in("zh-CN"):
        told = mode({"WithTranscoding": 1, "VideoParams": video})

    assert told == f"混流 720p15 1536 kbps，{name}"
