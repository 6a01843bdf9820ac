"""Every code that Tencent documents is explained, and as the retry concludes it.

`data/codes_by_action.json` has what the official SDKs of both sites list for each
action that is called, `data/documented_codes.json` all of a product, and the common.
"""

import json
import re
from pathlib import Path

import pytest

from bot.errors import Refused
from bot.products import PRODUCTS
from bot.tencent.explain import DIRECTORY, codes, explain, products, subcoded
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Level, Repeat
from bot.tencent.retry import (
    KINDS,
    PLANS,
    Conclusion,
    End,
    ErrorClass,
    class_of,
    next_step,
)

DATA = Path(__file__).parent / "data"
BY_ACTION = json.loads((DATA / "codes_by_action.json").read_text("utf-8"))
DOCUMENTED = json.loads((DATA / "documented_codes.json").read_text("utf-8"))
LONGEST = 400  # lines of a file, as everywhere in this house

READ = KINDS[Level.READ, Repeat.SAFE]
NOT_DONE = re.compile(
    r"[Nn](?:othing|obody|o new one) was|did nothing|left it out|refused"
)
GONE = re.compile(r"knows (?:no|nothing)|nothing left")
PERHAPS = re.compile(
    r"(?:not|un)(?: be)? ?known|\bmay\b|cannot tell|cannot be used yet"
)
ONLY_READ = re.compile(r"[Aa] look-up changes nothing|[Nn]othing was")


def of_product(product):
    """Return the codes of *product*: those of its actions, and all that is listed."""
    listed = DOCUMENTED.get(product, {}).values()
    return {code for many in (*listed, *BY_ACTION[product].values()) for code in many}


def is_read(action):
    return action.startswith("Describe")


def writes(product, code):
    """Tell whether an action that lists *code* changes something, as far as listed."""
    (meaning,) = explain(code, product=product)
    listing = [name for name, many in BY_ACTION[product].items() if code in many]
    if listing or not meaning.elsewhere:
        return not all(map(is_read, listing or BY_ACTION[product]))
    return True


def ends_of(code):
    """Return how what changes something may end with *code*, tries used up."""
    plans = PLANS[class_of(Refused(code, ""))]
    return {plan.verdict for kind, plan in plans.items() if kind is not READ}


EVERY = sorted((name, code) for name in BY_ACTION for code in of_product(name))
COMMON = sorted(code for many in DOCUMENTED["common"].values() for code in many)


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize(
    ("product", "code"), [*EVERY, *(("elsewhere", code) for code in COMMON)]
)
def test_every_documented_code_has_an_entry_of_its_own(product, code, locale):
    (meaning,) = explain(code, product=product, locale=locale)

    texts = (meaning.title, meaning.means, *meaning.causes, *meaning.steps)
    in_chinese = all(re.search(r"[一-鿿]|UserSig", text) for text in texts)
    assert (meaning.code, meaning.exact) == (code, True)
    assert in_chinese is (locale == "zh-CN")


@pytest.mark.parametrize(("product", "code"), EVERY)
def test_it_says_that_nothing_was_done_exactly_where_that_is_concluded(product, code):
    (meaning,) = explain(code, product=product)

    text, ends = meaning.means, ends_of(code)
    if not writes(product, code):
        assert ONLY_READ.search(text) or GONE.search(text)
    elif Conclusion.UNKNOWN in ends:
        assert PERHAPS.search(text) or class_of(Refused(code, "")) is ErrorClass.BUSY
        assert "Nothing was" not in text
    else:
        assert (GONE if Conclusion.GONE in ends else NOT_DONE).search(text)


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (name, code)
        for name, request in REQUESTS.items()
        for code in BY_ACTION[request.service.name][name]
    ],
)
def test_what_the_retry_leaves_open_for_an_action_is_not_told_as_not_done(action, code):
    request = REQUESTS[action]
    end = next_step(request, Refused(code, ""), 99_999, lambda: 0.0)
    (meaning,) = explain(code, product=request.service.name)

    verdict = end.verdict if isinstance(end, End) else end.otherwise
    if verdict is Conclusion.UNKNOWN:
        assert "Nothing was" not in meaning.means
    elif verdict is Conclusion.NOT_STARTED and NOT_DONE.search(meaning.means):
        assert not re.search("not known|all the same", meaning.means)


def test_every_product_that_is_called_has_explanations():
    assert set(products()) == {*PRODUCTS, *BY_ACTION}


@pytest.mark.parametrize("path", sorted(DIRECTORY.glob("*.yaml")), ids=lambda p: p.stem)
def test_a_file_of_explanations_is_short(path):
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("code", sorted(one for one in codes() if "." in one))
def test_a_code_is_found_by_its_last_part(code):
    last = code.rpartition(".")[2]

    assert code in subcoded(last.upper())
    assert {one.rpartition(".")[2].casefold() for one in subcoded(last)} == {
        last.casefold()
    }
