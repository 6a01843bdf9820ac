"""What changes made of a thing comes back as it was written."""

from hypothesis import given
from hypothesis import strategies as st

from bot.journal.model import Version
from bot.journal.versions import (
    course_of,
    course_text,
    differences_of,
    differences_text,
)
from tests.bot.journal.strategies import differences, ids, millis

lines = st.lists(differences, max_size=3).map(tuple)
versions = st.builds(
    Version,
    number=millis,
    job=ids,
    by=ids,
    at=millis,
    targets=st.lists(ids, max_size=2).map(tuple),
    differences=lines,
)


@given(course=st.lists(versions, max_size=3).map(tuple))
def test_a_course_comes_back_whole(course):
    assert course_of(course_text(course)) == course


@given(told=lines)
def test_differences_come_back_whole(told):
    assert differences_of(differences_text(told)) == told
