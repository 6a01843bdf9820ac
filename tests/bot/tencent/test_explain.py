"""Every error code has an explanation that helps."""

import re
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.catalogues import product_of
from bot.errors import Refused
from bot.tencent.explain import (
    DIRECTORY,
    EVERYWHERE,
    Explanation,
    _Entry,
    codes,
    explain,
    products,
)
from bot.tencent.models.base import Request
from bot.tencent.models.car import CreateSession
from bot.tencent.models.trtc.requests import StartPublishCdnStream
from bot.tencent.retry import Conclusion, End, next_step
from commands import COMMANDS

# What the pages of the three actions list.
OF_A_PRODUCT = {
    "trtc": """AuthFailure AuthFailure.UnRealNameAuthenticated
        AuthFailure.UnauthorizedOperation AuthFailure.UnsupportedOperation
        FailedOperation FailedOperation.RestrictedConcurrency InternalError
        InvalidParameter InvalidParameter.SdkAppId MissingParameter ResourceNotFound
        UnsupportedOperation""",
    "car": """FailedOperation FailedOperation.LockTimeout FailedOperation.PathNotFound
        FailedOperation.ProcessTimeout FailedOperation.SlowDown InternalError
        InvalidParameter.JsonParseError InvalidParameterValue LimitExceeded.Role
        OperationDenied ResourceNotFound.NoIdle ResourceNotFound.SessionNotFound
        ResourceUnavailable.Initialization UnsupportedOperation.Stopping""",
    "gs": "FailedOperation",
}
# What else stopping and changing a relay, and reserving and ending a session, may give.
ALSO_OF_A_PRODUCT = {
    "trtc": """FailedOperation.CRUnsupportMethod FailedOperation.RequestOutdated
        FailedOperation.TaskFinished FailedOperation.TaskNotExist""",
    "car": "ResourceUnavailable.AccessFailed",
}
COMMON = """ActionOffline AuthFailure.InvalidAuthorization AuthFailure.InvalidSecretId
    AuthFailure.MFAFailure AuthFailure.SecretIdNotFound AuthFailure.SignatureExpire
    AuthFailure.SignatureFailure AuthFailure.TokenFailure
    AuthFailure.UnauthorizedOperation DryRunOperation FailedOperation InternalError
    InvalidAction InvalidParameter InvalidParameterValue InvalidRequest
    IpInBlacklist IpNotInWhitelist LimitExceeded MissingParameter NoSuchProduct
    NoSuchVersion RequestLimitExceeded RequestLimitExceeded.UinLimitExceeded
    RequestLimitExceeded.GlobalRegionUinLimitExceeded
    RequestLimitExceeded.IPLimitExceeded RequestSizeLimitExceeded
    ResponseSizeLimitExceeded ResourceInUse ResourceInsufficient ResourceNotFound
    ResourceUnavailable ResourcesSoldOut ServiceUnavailable UnauthorizedOperation
    UnknownParameter UnsupportedOperation UnsupportedProtocol UnsupportedRegion"""
OURS = """patchbay.NotSent patchbay.NoAnswer patchbay.Busy patchbay.Denied
    patchbay.Expired"""

LISTED = [
    (name, code)
    for lists in (OF_A_PRODUCT, ALSO_OF_A_PRODUCT)
    for name, text in lists.items()
    for code in text.split()
]
MAY_BE_RUNNING = ["InternalError", "FailedOperation"]

COMMAND = re.compile(r"(?<![a-z])/([a-z]+)(?: ([a-z]+))?")
VERBS = {name: {*command.subcommands} for name, command in COMMANDS.items()}
BARE = {"gs", "lookup"}  # what follows them is an ID

STARTS: dict[str, type[Request]] = {"trtc": StartPublishCdnStream, "car": CreateSession}
PROMISE = re.compile(r"[Nn](othing|obody) was |did nothing|cannot run twice")
ON_A_CARD = 3  # steps; a card leaves out the rest

ELSEWHERE = "elsewhere"  # a product with no file of its own: it has the common meaning


def is_unknown(product: str, code: str) -> bool:
    """Tell whether the bot does not know if a start that was refused so was done."""
    end = next_step(STARTS[product], Refused(code, ""), 99, lambda: 0.0)
    return end == End(Conclusion.UNKNOWN)


ANSWERS = {*LISTED, *((name, code) for name in STARTS for code in COMMON.split())}
UNKNOWN = sorted(one for one in ANSWERS if one[0] in STARTS and is_unknown(*one))


def texts(meaning: Explanation) -> list[str]:
    """Return everything that is a sentence."""
    rest = [meaning.means, meaning.retry_hint, meaning.ask]
    return [*rest, *meaning.causes, *meaning.steps]


def every_meaning(code: str) -> tuple[Explanation, ...]:
    named = (explain(code, product=name) for name in (*products(), ELSEWHERE))
    return tuple(chain(*named, explain(code, product=ELSEWHERE, locale="zh-CN")))


@pytest.mark.parametrize(("product", "code"), LISTED)
def test_a_code_that_a_page_lists_is_explained_for_its_product(product, code):
    (meaning,) = explain(code, product=product)

    assert (meaning.code, meaning.product, meaning.exact) == (code, product, True)


@pytest.mark.parametrize("code", f"{COMMON} {OURS}".split())
def test_a_code_that_is_everywhere_is_explained_for_any_product(code):
    (meaning,) = explain(code, product=ELSEWHERE)

    assert (meaning.code, meaning.product, meaning.exact) == (code, "", True)


def test_the_codes_are_the_ones_that_have_an_entry():
    listed = {code for _product, code in LISTED}

    assert listed | {*COMMON.split(), *OURS.split()} <= codes()
    assert all(explain(code) for code in codes())


@pytest.mark.parametrize("code", sorted(codes()))
def test_a_text_is_a_plain_sentence_that_slack_can_show(code):
    for meaning in every_meaning(code):
        assert len(meaning.title) <= 60
        assert not meaning.title.endswith((".", "。"))
        for text in texts(meaning):
            assert text.endswith((".", "。"))
            assert len(text) <= 300
            assert not re.search(r"[*`_<>~\n]|  ", text)


@pytest.mark.parametrize("code", sorted(codes()))
def test_only_commands_that_exist_are_named(code):
    for meaning in every_meaning(code):
        for command in COMMAND.finditer(" ".join(texts(meaning))):
            room, verb = command.groups()
            assert room in BARE or verb in VERBS[room], command[0]


@pytest.mark.parametrize("code", COMMON.split())
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_what_is_so_of_every_product_sends_nobody_to_the_command_of_one(code, locale):
    (meaning,) = explain(code, product=ELSEWHERE, locale=locale)

    for step in meaning.steps:
        named = {found[1] for found in COMMAND.finditer(step)} & {"relay", "car"}
        assert len(named) != 1 or step.startswith(("For a relay: ", "转推任务："))


@pytest.mark.parametrize("code", sorted(codes()))
def test_all_steps_have_room_on_a_card(code):
    for meaning in every_meaning(code):
        assert len(meaning.steps) <= ON_A_CARD


@pytest.mark.parametrize("code", sorted(codes()))
def test_nothing_is_said_twice(code):
    for meaning in every_meaning(code):
        assert len(set(texts(meaning))) == len(texts(meaning))


@pytest.mark.parametrize("product", ["trtc", "car", ELSEWHERE])
@pytest.mark.parametrize("code", [*MAY_BE_RUNNING, "patchbay.NoAnswer"])
def test_what_may_be_running_is_checked_before_it_is_started_again(code, product):
    (meaning,) = explain(code, product=product)

    assert meaning.retry == "no"
    assert re.match(r"Not (a change, )?before you ", meaning.retry_hint)


@pytest.mark.parametrize(("product", "code"), UNKNOWN)
def test_what_the_bot_calls_unknown_is_never_told_as_not_done(product, code):
    (meaning,) = explain(code, product=product)

    assert meaning.retry != "yes"
    assert not PROMISE.search(" ".join(texts(meaning)))


@pytest.mark.parametrize("code", ["ServiceUnavailable", "FailedOperation.Brand.New"])
def test_a_vague_answer_never_invites_a_repeat(code):
    (meaning,) = explain(code, product="trtc")

    assert meaning.retry == "no"


def test_the_concurrency_of_a_relay_is_not_that_of_recordings():
    (meaning,) = explain("FailedOperation.RestrictedConcurrency", product="trtc")

    assert meaning.title == "Too many relays at once"
    assert meaning.steps[0] == "Type /relay list to see what is running."


@pytest.mark.parametrize("code", ["failedoperation.slowdown", "PATCHBAY.BUSY"])
def test_a_code_is_known_in_any_case(code):
    (meaning,) = explain(code)

    assert meaning.code in {"FailedOperation.SlowDown", "patchbay.Busy"}
    assert meaning.exact


def test_a_code_with_several_meanings_gives_them_all():
    meanings = explain("FailedOperation")

    assert [one.product for one in meanings] == ["trtc", "car", "gs", "live"]


def test_the_common_meaning_comes_last_where_a_product_has_none_of_its_own():
    meanings = explain("InvalidAction")

    assert [one.product for one in meanings] == ["gs", ""]


def test_a_product_that_is_named_has_one_meaning():
    (own,) = explain("InvalidAction", product="gs")
    (common,) = explain("InvalidAction", product="trtc")

    assert (own.product, common.product) == ("gs", "")


def test_a_code_that_is_not_listed_is_explained_by_its_parent_and_says_so():
    (meaning,) = explain("InvalidParameterValue.Brand.New", product="trtc")

    assert (meaning.code, meaning.exact, meaning.title) == (
        "InvalidParameterValue.Brand.New",
        False,
        "A value is wrong",
    )


@pytest.mark.parametrize("code", ["", ".", "Nonsense", "Nonsense.Code", "patchbay.New"])
def test_what_nobody_knows_has_no_explanation(code):
    assert explain(code) == ()


@pytest.mark.parametrize("locale", ["zh", "zh-CN", "ZH-tw"])
def test_a_chinese_reader_gets_chinese(locale):
    (meaning,) = explain("patchbay.Busy", locale=locale)

    assert meaning.title == "繁忙，请求没有发出"


def test_a_page_is_named_only_where_there_is_one():
    (limit,) = explain("RequestLimitExceeded")
    (busy,) = explain("patchbay.Busy")

    assert limit.url == "https://cloud.tencent.com/document/product/1278/109059"
    assert busy.url == ""


def test_any_other_reader_gets_english():
    assert explain("patchbay.Busy", locale="de-DE") == explain("patchbay.Busy")


@pytest.mark.parametrize("file", [*products(), *EVERYWHERE])
def test_no_code_of_a_product_is_explained_twice(file):
    texts = [
        path.read_text("utf-8")
        for path in DIRECTORY.glob("*.yaml")
        if product_of(path) == file
    ]
    text = "\n".join(texts)

    found = [code.casefold() for code in re.findall(r"(?m)^([\w.]+):", text)]

    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "slip",
    [
        *({"retry": False}, {"retry": "maybe"}, {"stepps": []}, {"steps": []}),
        *({"causes": []}, {"title": {"en": "A"}}, {"title": ""}, {"ask": ["A"]}),
        *({"url": "https://example.com/document/1"}, {"url": {"en": "a page"}}),
    ],
)
def test_a_slip_in_an_entry_is_refused(slip):
    text = "Text."
    fields = dict.fromkeys(("title", "means", "retry_hint", "ask"), text)
    good = {**fields, "causes": [text], "steps": [text], "retry": "no"}
    _Entry.model_validate(good)

    with pytest.raises(ValidationError):
        _Entry.model_validate({**good, **slip})


@given(
    st.text(max_size=60)
    | st.sampled_from(sorted(codes())).map(lambda code: code + ".X"),
    st.sampled_from(["", *products(), ELSEWHERE]),
    st.text(max_size=8),
)
def test_any_text_is_explained_or_not(code, product, locale):
    for meaning in explain(code, product=product, locale=locale):
        assert meaning.code.casefold() == code.casefold()


def test_all_files_of_texts_are_read():
    files = {product_of(path) for path in DIRECTORY.glob("*.yaml")}

    assert files == {*products(), *EVERYWHERE}
