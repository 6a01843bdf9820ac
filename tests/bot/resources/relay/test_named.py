"""The form of a named target, and how it is listed: nothing of it is secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.ask import Submission
from bot.dialogue.outcome import Line, Row, Who, plain
from bot.errors import InvalidRequest
from bot.exit_table import Exits
from bot.ids import FormId
from bot.resources.relay.named import Address, address, at, form, listed, users_in
from bot.settings import App, Terms
from bot.tencent.models.trtc.output import target_digest
from tests.bot.journal.test_named_targets import target
from tests.commands.relay.filling import fields

APPS = tuple(
    App(name=name, sdk_app_id=number, usersig_key="k" * 8)
    for number, name in enumerate(("a", "b"), 1)
)
TERMS = Terms(apps=APPS, exits=Exits(push=("push.example.com",)))
URL = "rtmp://push.example.com/live/k?txSecret=1"
SHOWN = "rtmp://push.example.com/live/****"
IDS = st.from_regex(r"[UWS][A-Z0-9]{8}", fullmatch=True)


def filled_in(users):
    values = {"users": users}
    return Submission(form_id=FormId("d"), view="V", hash="h", values=values)


def test_an_address_is_read_whole_and_told_masked():
    read = address(URL, TERMS)

    assert (read.url.get_secret_value(), read.shown) == (URL, SHOWN)
    assert read.digest == target_digest(URL)
    assert "txSecret" not in repr(read)
    assert at(target(), read, cdn="tencent") == target(
        shown=SHOWN, digest=read.digest, cdn="tencent"
    )


@given(st.text(max_size=60))
def test_whatever_is_typed_is_an_address_or_told_at_its_field(text):
    try:
        assert isinstance(address(text, TERMS), Address)
    except InvalidRequest as refused:
        assert list(refused.faults) == ["url"]  # noqa: PT017 - it may be one


@given(st.lists(IDS, unique=True, max_size=5), st.booleans())
def test_people_and_groups_are_read_however_they_are_written(ids, mention):
    written = {
        "U": "<@{}|ana>",
        "W": "<@{}>",
        "S": "<!subteam^{}|crew>",
    }
    texts = [written[one[0]].format(one) if mention else one for one in ids]

    read = users_in(filled_in(", ".join(texts)), [i for i in ids if i[0] == "S"])

    assert read == tuple(ids)


@pytest.mark.parametrize("word", ["ana", "@ana", "U", "C0OPS", "S0NONE", "u0ana"])
def test_what_is_no_id_is_told_at_its_field(word):
    with pytest.raises(InvalidRequest) as refused:
        users_in(filled_in(f"U0ANA {word}"), ["S0CREW"])

    assert list(refused.value.faults) == ["users"]
    assert word in refused.value.faults["users"]


def test_a_change_begins_with_all_but_the_address():
    before = target(apps=("b",), users=("U0ANA", "S0CREW"), cdn="tencent")

    drawn = fields(form(TERMS, FormId("d"), before=before))

    initial = {name: one.initial for name, one in drawn.items()}
    assert initial == {
        "url": "",
        "cdn": "tencent",
        "apps": ("b",),
        "users": "U0ANA S0CREW",
    }
    assert drawn["url"].optional


def test_with_one_app_no_app_is_asked_for():
    one = TERMS.model_copy(update={"apps": APPS[:1]})

    drawn = fields(form(one, FormId("d"), name="main"))

    assert list(drawn) == ["name", "url", "cdn", "users"]
    assert not drawn["url"].optional


def test_each_row_says_for_whom_it_is():
    everybodys, ours = target(1), target(2, apps=("a", "b"), users=("U0ANA", "S0CREW"))

    answer = listed([everybodys, ours], may_change=False)

    rows = [one for one in answer.parts if isinstance(one, Row)]
    texts = [plain(one.spans).partition("\n")[0] for one in rows]
    whose = " · for a, b only · for U0ANA S0CREW only"
    assert texts == [
        f"@target-1 · {SHOWN} · another CDN, billed",
        f"@target-2 · {SHOWN} · another CDN, billed{whose}",
    ]
    assert Who("U0ANA") in rows[1].spans
    assert answer.plain == "2 named targets"


def test_without_any_it_says_so_and_how_to_add_one():
    answer = listed([], may_change=True)

    texts = [plain(one.spans) for one in answer.parts if isinstance(one, Line)]
    assert texts == ["None yet.", "Add one: /relay target add <name>"]
