"""Every code that Tencent documents has a class on purpose."""

import json
from pathlib import Path

import pytest

from bot.errors import Refused
from bot.tencent import retry
from bot.tencent.models.car import CreateSession
from bot.tencent.models.trtc.requests import StartPublishCdnStream
from bot.tencent.retry import Conclusion, End, next_step

DATA = Path(__file__).parent / "data"
LETTERS = json.loads((DATA / "verdicts.json").read_text("utf-8"))["codes"]
NOTHING, PERHAPS = "nothing was done", "may have been done"
DOCUMENTED = json.loads((DATA / "documented_codes.json").read_text("utf-8"))
STARTS = {"trtc": StartPublishCdnStream, "car": CreateSession}
ANSWERS = [
    (product, meaning, code)
    for product in STARTS
    for source in (product, "common")
    for meaning, codes in DOCUMENTED[source].items()
    for code in codes
]


@pytest.mark.parametrize(("product", "meaning", "code"), ANSWERS)
def test_a_documented_code_leaves_a_start_open_only_if_it_may_have_been_done(
    product, meaning, code
):
    end = next_step(STARTS[product], Refused(code, "No."), 99, lambda: 1.0)

    done = Conclusion.NOT_STARTED if meaning == NOTHING else Conclusion.UNKNOWN
    assert isinstance(end, End) or end.clock
    assert (end.verdict if isinstance(end, End) else end.otherwise) is done


@pytest.mark.parametrize("meanings", DOCUMENTED.values(), ids=DOCUMENTED)
def test_every_documented_code_has_its_class_on_purpose(meanings):
    codes = [*meanings[NOTHING], *meanings[PERHAPS]]

    assert {code for code in codes if code not in LETTERS} == set()
    assert {code for code in meanings[NOTHING] if unlisted(code)} == set()


def unlisted(code):
    """Tell whether neither *code* nor a parent of it stands in the list."""
    first, *rest = code.split(".")
    parents = [".".join([first, *rest[:n]]) for n in range(len(rest) + 1)]
    return not any(parent in retry.CODES for parent in parents)
