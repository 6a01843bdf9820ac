"""What words look like, and how text is put straight."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.words import Token, TokenKind
from bot.grammar.tokens import bare, classify, find_ids, normalise, unwrap
from bot.ids import intent_from, intent_id
from bot.tencent.explain import codes

TASK = "-m97l2ZU7vxyBSmXYsRx1Xy9Kf4bVVfbbhSKC4K-4pycoZWKv542xbi139uTvGt1zAHoAQ.."
OTHER = "-m9lnV5U7nj4rkLBWMXF9n8-EohONCXbalWuLYK-4pycoZWQndibcqSVnrlqKF5om7EIDVk4awE."
OTHERS = "-m97l2ZU7tq6nEsHR89259B8aCDblqnbGhWKC4K-4pycoZWpyHnld1jC9aCD+EU7V8WRAQ.."
FOREIGN = "-nHuqHlU7islZCDCjMne7HY2TJoU1NbbDkHjVoK-yqHu8ZWQndibQJtEhvB6ShqolkmNmnxz7AE."
INTENT = "01KDVDNA0095GBQA1GECSTT3MA"
REQUEST = "a2f248c2-120d-436d-8931-a18575019580"
SESSION = "1326515201117065216"
LINK = "https://acme.slack.com/archives/C0123ABCD/p1700000000123456"


@pytest.mark.parametrize(
    ("typed", "straight"),
    [
        ("stop —yes R128", "stop --yes R128"),
        ("stop –yes R128", "stop --yes R128"),
        ("2024–2025", "2024-2025"),
        ("“room one”", '"room one"'),
        ("‘room’", "'room'"),
        ("type＝text", "type=text"),
        ("url：x，y", "url:x,y"),
        ("a\u00a0b\u2009c", "a b c"),
        ("st\u200bop\ufeff", "stop"),
        ("wait…", "wait..."),
        ("<rtmp://a/b|rtmp://a/b>", "rtmp://a/b"),
        ("<https://a.b/c?x=1&amp;y=2>", "https://a.b/c?x=1&y=2"),
        ("<@U123|ana> <#C0OPS|ops>", "@ana #ops"),
        ("<@U123> <#C0OPS>", "@U123 #C0OPS"),
        ("<!subteam^S1|@oncall>", "!subteam^S1"),
        ("<mailto:a@b.com|a@b.com>", "a@b.com"),
        ("<http://push.example.com|push.example.com>", "push.example.com"),
        ("<https://a.b/c|our page>", "https://a.b/c"),
        ("<rtmp://a/b|>", "rtmp://a/b"),
        ("a < b > c", "a < b > c"),
        ("—m97 –m97l2ZU7", "—m97 -m97l2ZU7"),
        ("—room=1 –go", "--room=1 --go"),
        ("x—yes", "x—yes"),
        ("a\u200eb\u202ec\u2003d", "abc d"),
        ("ｅ\u0301 e\u200b\u0301", "é é"),
        ("＜＞＆", "<>&"),
        ("\u3000", " "),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        (TASK, TASK),
        ("cafe\u0301", "café"),
    ],
)
def test_text_is_put_straight(typed, straight):
    assert normalise(typed) == straight


@pytest.mark.parametrize(
    ("word", "inside"),
    [
        (f"`{TASK}`", TASK),
        ("*R128*", "R128"),
        ("_x_", "x"),
        ('"room one"', "room one"),
        ("`a", "`a"),
        ("a_b_", "a_b_"),
        ("**x**", "*x*"),
        ("`", "`"),
    ],
)
def test_one_layer_of_emphasis_comes_off_a_whole_word(word, inside):
    assert bare(word) == inside


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("R128", TokenKind.HANDLE),
        ("#s41", TokenKind.HANDLE),
        (LINK, TokenKind.PERMALINK),
        (LINK + "?thread_ts=1", TokenKind.PERMALINK),
        (REQUEST, TokenKind.REQUEST),
        (REQUEST.upper(), TokenKind.REQUEST),
        ("FailedOperation.SlowDown", TokenKind.ERROR),
        ("failedoperation.slowdown", TokenKind.ERROR),
        ("InternalError", TokenKind.ERROR),
        ("internalerror", TokenKind.ERROR),
        ("Some.NewCode", TokenKind.ERROR),
        ("patchbay.NotSent", TokenKind.ERROR),
        ("patchbay", TokenKind.WORD),
        (SESSION, TokenKind.SESSION),
        ("132651520111706", TokenKind.SESSION),
        ("13265152011170", TokenKind.WORD),
        (TASK, TokenKind.TASK),
        (OTHER, TokenKind.TASK),
        (FOREIGN, TokenKind.TASK),
        (FOREIGN[1:], TokenKind.TASK),
        (FOREIGN[:-1], TokenKind.TASK),
        ("-nHuqHlU7isl", TokenKind.TASK),
        ("-Zabcdef12", TokenKind.TASK),
        ("-verbose", TokenKind.WORD),
        ("-maxdepth", TokenKind.WORD),
        (INTENT, TokenKind.INTENT),
        (INTENT.lower(), TokenKind.INTENT),
        (INTENT[:-1], TokenKind.WORD),
        (INTENT + "X", TokenKind.WORD),
        ("01KDVDNA0095GBQA1GECSTT3MU", TokenKind.WORD),
        ("00KDVDNA0095GBQA1GECSTT3MA", TokenKind.WORD),
        ("02" + "3" * 24, TokenKind.WORD),
        ("counterrevolutionarynesses", TokenKind.WORD),
        ("-m97l2ZU7", TokenKind.TASK),
        ("-m97", TokenKind.WORD),
        ("295066", TokenKind.WORD),
        ("4294967295", TokenKind.WORD),
        ("1" * 20, TokenKind.SESSION),
        ("1" * 21, TokenKind.WORD),
        ("a" * 60, TokenKind.TASK),
        ("a" * 59, TokenKind.WORD),
        ("a" * 91, TokenKind.WORD),
        (TASK[1:], TokenKind.TASK),
        ("m97l2ZU7", TokenKind.WORD),
        ("-m97l2Z", TokenKind.WORD),
        ("-m97l2ZU", TokenKind.TASK),
        ("R12345678", TokenKind.WORD),
        ("T128", TokenKind.WORD),
        ("FailedOperation.", TokenKind.WORD),
        ("unknown.slowdown", TokenKind.WORD),
        ("http://acme.slack.com/archives/C1/p1700000000123456", TokenKind.WORD),
        (LINK.replace("slack.com", "slack-gov.com"), TokenKind.PERMALINK),
        (LINK.replace("slack.com", "slack-go.com"), TokenKind.WORD),
        ("https://example.com/archives/C1/p1700000000123456", TokenKind.WORD),
        ("cai-1a2b3c4d", TokenKind.WORD),
        ("rtmp://push.example.com/live/a", TokenKind.WORD),
        ("push.example.com", TokenKind.WORD),
        ("RK8S37P1402445261_3f86d6f5-2db9-4903-a70d-889987c9b2ac", TokenKind.WORD),
        ("🔥", TokenKind.WORD),
        ("", TokenKind.WORD),
    ],
)
def test_a_word_is_known_by_its_look(word, kind):
    assert classify(word) is kind


def test_every_code_that_can_be_explained_is_known_by_its_look():
    assert {classify(code) for code in codes()} == {TokenKind.ERROR}
    assert {find_ids(f"got {code.lower()}:")[0].kind for code in codes()} == {
        TokenKind.ERROR
    }


def test_ids_are_found_in_a_pasted_answer():
    pasted = (
        '{"Response": {"Error": {"Code": "FailedOperation.SlowDown", "Message": "x"},'
        f' "RequestId": "{REQUEST}"}}}}'
    )

    assert find_ids(pasted) == (
        Token("FailedOperation.SlowDown", TokenKind.ERROR),
        Token(REQUEST, TokenKind.REQUEST),
    )


@pytest.mark.parametrize(
    "around",
    [
        *("{}", "`{}`", "*{}*", '"{}",', "'{}',", "“{}”,", "task {}", "task {}, and"),
        *("task=({})", "<{}>", "TaskId: '{}';", "a\n{}\nb", 'x\\n{}"', "[{}]", "({})"),
        *("TaskId={}", "--TaskId={}", "&taskId={}&x=1", "TaskId:{}", "任务{}"),
        *(
            '{{"TaskId":"{}"}}',
            '{{\\"TaskId\\":\\"{}\\"}}',
            "`{}`, `x`",
            "stop —yes {}",
        ),
    ],
)
@pytest.mark.parametrize("task", [TASK, OTHER, OTHERS, FOREIGN])
def test_a_task_id_keeps_its_dots_whatever_stands_around_it(around, task):
    assert find_ids(around.format(task)) == (Token(task, TokenKind.TASK),)


def test_three_dots_after_a_task_id_are_not_its_own():
    whole = find_ids(f"lost {TASK}. And {OTHER[1:]}")
    part = find_ids("lost -m97l2ZU7… yesterday")

    assert whole == (Token(TASK, TokenKind.TASK), Token(OTHER[1:], TokenKind.TASK))
    assert part == (Token("-m97l2ZU7", TokenKind.TASK),)


def test_a_log_line_gives_each_id_once_and_five_at_most():
    line = (
        f"2026-01-01T00:00:00 R128 r129 session={SESSION} requestId={REQUEST} {TASK}"
        f" #r128 {REQUEST.upper()} see {LINK} InternalError"
    )

    assert [token.text for token in find_ids(line)] == [
        "R128",
        "r129",
        SESSION,
        REQUEST,
        TASK,
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"<{LINK}?thread_ts=1700000000.123456&amp;cid=C0OPS|here>", LINK),
        (f"see {LINK}.", LINK),
        (f"https://logs.example.com/R1/x?id={REQUEST}", REQUEST),
        ("code=InternalError,", "InternalError"),
        ("[failedoperation.slowdown]", "failedoperation.slowdown"),
        ("(R128's)", "R128"),
        ("请停止R128。", "R128"),
        ("S41/lobby", "S41"),
        (f"{SESSION}.", SESSION),
        (f"cut: {FOREIGN[1:]}, see", FOREIGN[1:]),
        (f"cut: {FOREIGN[:-1]}, see", FOREIGN[:-1]),
        (f"cut: {FOREIGN[:40]}… see", FOREIGN[:40]),
        ("ended -nHuqHlU7isl yesterday", "-nHuqHlU7isl"),
        (f"intent={INTENT}, sent", INTENT),
        (f'{{"intent":"{INTENT.lower()}"}}', INTENT.lower()),
        (f"提交{INTENT}。", INTENT),
    ],
)
def test_an_id_is_found_without_what_stands_around_it(text, found):
    assert [token.text for token in find_ids(text)] == [found]


@pytest.mark.parametrize(
    "prose",
    [
        *("nothing here", "", "G-force", "😀", "s3://bucket", "R1.xlarge", "R1-R3"),
        *("rtmp://push.example.com/live/R12x", "rtmp://h/live/R12?id=R13&a=-m97l2ZU7"),
        *("https://example.com/R128", "webrtc://example.com/R128/S4"),
        *("-" * 72, "=" * 72, "a1" * 32, "find . -maxdepth 2", "x-m97l2ZU7"),
        *("relay-worker-deployment-of-the-staging-cluster-in-singapore-7c9d8f6b5d",),
        *("java -Xmx2048m -Xms512m", "java -XX:+UseG1GC -Dserver.port=8080 -jar a.jar"),
        *("-Dcom.sun.management.jmxremote.port=9010", "tar -Verbose1 -Dry-Run-2-Now"),
        *(INTENT[1:], f"x{INTENT}", f"pb_{INTENT}", f"{INTENT}-1", "z" * 26, "0" * 26),
        *("9c1f2e4d5b6a79808f7e6d5c4b", "https://example.com/" + INTENT),
        *("Done.Please look", "java.lang.String", "internal error", "1" * 21),
        "RK8S37P1402445261_3f86d6f5-2db9-4903-a70d-889987c9b2ac and cai-1a2b3c4d",
    ],
)
def test_prose_without_ids_has_none(prose):
    assert find_ids(prose) == ()


@given(st.text(max_size=400))
def test_any_text_is_searched_and_classified(text):
    found = find_ids(text)

    assert len(found) <= 5
    assert all(token.kind is not TokenKind.WORD for token in found)
    assert all(token.kind is classify(token.text) for token in found)
    assert classify(text) in TokenKind


PLAIN = st.characters(exclude_characters="<&＜＆", exclude_categories=["Cs"])
PHONE = st.sampled_from("ab—–- \u00a0“‘…＝\u200b\u0301é\u212b@ｅ")


@given(
    st.integers(1_577_923_200, 4_102_000_000).map(
        lambda seconds: datetime.fromtimestamp(seconds, UTC)
    ),
    st.binary(min_size=10, max_size=10),
    st.sampled_from([str, str.lower]),
)
def test_every_id_of_an_intent_is_found_whole(moment, randomness, case):
    text = case(intent_id(moment, randomness))

    assert find_ids(f"see {text}, please") == (Token(text, TokenKind.INTENT),)
    assert intent_from(text) == text.upper()


@given(st.text(PLAIN | PHONE))
def test_straight_text_stays_as_it_is(text):
    straight = normalise(text)

    assert normalise(straight) == straight


@given(st.text(st.characters() | st.sampled_from("&<>;altgmp|@#")))
def test_what_slack_escapes_comes_back_as_it_was_typed(text):
    slack = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert unwrap(slack) == text


def test_as_many_ids_are_found_as_are_asked_for():
    text = " ".join(f"R{number}" for number in range(1, 100))

    assert len(find_ids(text)) == 5
    assert [token.text for token in find_ids(text, 40)][-1] == "R40"
