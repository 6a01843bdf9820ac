"""Commands, as people type them on a keyboard, a phone and at three in the morning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.words import Token, TokenKind, Words
from bot.grammar.parser import Miss, Syntax, Vocabulary, read
from tests.bot.grammar.examples import (
    CAR,
    GS,
    LINK,
    LOOKUP,
    RELAY,
    SESSION,
    TASK,
    UNCLOSED,
    handle,
    miss,
    start,
    stop,
    task,
    word,
)

# ── verbs and IDs ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stop R128", stop()),
        ("stop r128", stop(handle("r128"))),
        ("stop #R128", stop(handle("#R128"))),
        ("STOP R128", stop()),
        ("R128 stop", stop()),
        ("R128 R129 stop", stop(handle(), handle("R129"))),
        ("stop `R128`", stop()),
        ("*stop* R128", stop()),
        ("`stop R128`", stop()),
        ("```\nstop R128\n```", stop()),
        ("  stop \u00a0 R128\n", stop()),
        ("停止 R128", stop()),
        ("kill R128", stop()),
        ("end R128", stop()),
        ("halt R128", stop()),
        (f"stop {TASK}", stop(task())),
        (f"{TASK} stop", stop(task())),
        (f"stop `{TASK}`", stop(task())),
        (f"stop “{TASK}”", stop(task())),
        (f"stop TaskId={TASK}", stop(task())),
        (f"stop --TaskId={TASK}", stop(task())),
        (f'stop task_id="{TASK}"', stop(task())),
        ("stop -m97l2ZU7", stop(task("-m97l2ZU7"))),
        ("stop R128 :fire:", stop(handle(), word(":fire:"))),
        ("stop <@U123|ana> <#C0OPS|ops>", stop(word("@ana"), word("#ops"))),
        ('stop "R128"', stop()),
        ('stop "" R128', stop()),
        ("show R128", Words(subcommand="status", ids=(handle(),))),
        ("R128", Words(subcommand="status", ids=(handle(),))),
        ("", Words(subcommand="status")),
        (" \n\u3000 ", Words(subcommand="status")),
        ("最近", Words(subcommand="recent")),
    ],
)
def test_the_room_of_relays_reads(text, words):
    assert read(text, RELAY) == words


def test_end_is_the_verb_of_a_room_that_has_it():
    assert read("stop S41", CAR) == Words(subcommand="end", ids=(handle("S41"),))


def test_help_on_what_there_is_not_names_that_and_offers_help_alone():
    miss = read("help sotp", RELAY)

    assert "“sotp”" in miss.sentence
    assert "help" not in miss.sentence
    assert (miss.candidates, miss.reads) == (("stop --help",), True)


@pytest.mark.parametrize("text", ["help stop", "? stop", "帮助 kill", "stop --help"])
def test_help_for_a_verb_is_its_own_flag(text):
    assert read(text, RELAY) == Words(subcommand="stop", flags=frozenset({"help"}))


def test_help_is_a_verb_where_the_room_has_it_and_takes_its_topic():
    room = Vocabulary("patchbay", (Syntax("help"), Syntax("doctor")), "help")

    words = read("help relay stop", room)

    assert words == Words(subcommand="help", ids=(word("relay"), word("stop")))


@pytest.mark.parametrize("text", ["foo R128", "R128 foo", "what of R128 --"])
def test_an_id_among_unknown_words_is_looked_at_and_that_is_said(text):
    words = read(text, RELAY)

    assert isinstance(words, Words)
    assert (words.subcommand, words.ids) == ("status", (handle(),))
    unknown = "what" if text.startswith("what") else "foo"
    assert words.remarks == (
        f"There is no “{unknown}”; this was read as “status R128”.",
    )


def test_an_id_among_unknown_words_is_not_looked_at_where_that_changes_something():
    room = Vocabulary("some", (Syntax("stop", reads=False), Syntax("ls")), "stop")

    assert isinstance(read("frobnicate R128", room), Miss)


def test_an_unknown_verb_with_values_was_meant_to_do_more_than_look():
    missed = read("update R128 url+=rtmp://a/b", RELAY)

    assert isinstance(missed, Miss)
    assert (missed.typed, missed.part) == ("update", "subcommand")


# ── keys ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "start “room one” type=text",
            start(word("room one"), pairs={"type": ("text",)}),
        ),
        (
            "start 295066 url=<rtmp://a/b|rtmp://a/b>",
            start(word("295066"), pairs={"url": ("rtmp://a/b",)}),
        ),
        (
            "start room=1 url=rtmp://a/b?k=v&amp;t=1 url=rtmp://c/d",
            start(pairs={"room": ("1",), "url": ("rtmp://a/b?k=v&t=1", "rtmp://c/d")}),
        ),
        ('start room="room one"', start(pairs={"room": ("room one",)})),
        ("start room='room one'", start(pairs={"room": ("room one",)})),
        ("start room=‘room one’", start(pairs={"room": ("room one",)})),
        ("start `room=one`", start(pairs={"room": ("one",)})),
        ("start room=`one`", start(pairs={"room": ("one",)})),
        ("start room=_One._", start(pairs={"room": ("_One._",)})),
        ("start room=", start(pairs={"room": ("",)})),
        ('start room=""', start(pairs={"room": ("",)})),
        ("start ROOM=One", start(pairs={"room": ("One",)})),
        ("start --room=1", start(pairs={"room": ("1",)})),
        ('start --room="room one"', start(pairs={"room": ("room one",)})),
        ("room=1 start", start(pairs={"room": ("1",)})),
        ("start room＝1", start(pairs={"room": ("1",)})),
        (
            "start room=<mailto:a@b.com|a@b.com>",
            start(pairs={"room": ("a@b.com",)}),
        ),
        (f"start room={TASK}", start(pairs={"room": (TASK,)})),
        ("start pre=x idle=7", start(pairs={"preset": ("x",), "idle": ("7",)})),
        (
            "start url+=rtmp://a/b url-=2",
            start(adds={"url": ("rtmp://a/b",)}, drops={"url": ("2",)}),
        ),
        ('start "room=1"', start(word("room=1"))),
        (
            f"start <{LINK}?thread_ts=1.2&amp;cid=C1>",
            start(Token(f"{LINK}?thread_ts=1.2&cid=C1", TokenKind.PERMALINK)),
        ),
        (f"start {'a=' * 35}", start(task("a=" * 35))),
    ],
)
def test_values_are_kept_under_their_keys(text, words):
    assert read(text, RELAY) == words


# ── flags ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("stop —yes R128", {"yes"}),
        ("stop –yes R128", {"yes"}),
        ("stop -y R128", {"yes"}),
        ("stop R128 --Yes", {"yes"}),
        ("--yes stop R128", {"yes"}),
        ("-y R128 stop", {"yes"}),
        ("stop R128 -h", {"help"}),
        ("stop R128 -h --yes", {"help", "yes"}),
    ],
)
def test_flags_stand_anywhere(text, flags):
    assert read(text, RELAY) == stop(flags=frozenset(flags))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("stop -- R128", stop()),
        ("stop -- --go", stop(word("--go"))),
        ("stop -- -y", stop(word("-y"))),
        ("stop -- R128 --", stop(handle(), word("--"))),
        ("-- stop R128", stop()),
        ('stop "--yes"', stop(word("--yes"))),
        ("stop -- R128 app=live", stop(pairs={"app": ("live",)})),
        ("stop -- --app=live", stop(word("--app=live"))),
    ],
)
def test_two_dashes_or_quotes_end_the_flags_and_no_more(text, words):
    assert read(text, RELAY) == words


def test_a_flag_is_taken_by_the_subcommands_that_declare_it_only():
    assert read("start --again", RELAY) == start(flags=frozenset({"again"}))
    assert read("stop R128 --again", RELAY) == miss(
        "--again",
        "flag",
        "There is no --again; /relay stop takes --yes, --help.",
        after="stop",
    )


# ── quotes ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('start "room', start(word('"room'), remarks=UNCLOSED)),
        (
            'start room="a b',
            start(word("b"), pairs={"room": ('"a',)}, remarks=UNCLOSED),
        ),
        ("start 'tis", start(word("'tis"), remarks=UNCLOSED)),
        ("start don't players' x", start(word("don't"), word("players'"), word("x"))),
        ('start "it\'s one"', start(word("it's one"))),
    ],
)
def test_an_unclosed_quote_is_taken_literally_and_said(text, words):
    assert read(text, RELAY) == words


# ── lookup and gs take anything ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (SESSION, [Token(SESSION, TokenKind.SESSION)]),
        ("find -m97l2ZU7", [task("-m97l2ZU7")]),
        (
            "explain failedoperation.slowdown",
            [Token("failedoperation.slowdown", TokenKind.ERROR)],
        ),
        (
            "解释 FailedOperation.SlowDown",
            [Token("FailedOperation.SlowDown", TokenKind.ERROR)],
        ),
        (f"<{LINK}>", [Token(LINK, TokenKind.PERMALINK)]),
        ("room one", [word("room"), word("one")]),
        ("🔥", [word("🔥")]),
        ("a=b", [word("a=b")]),
        ("json={}", [word("json={}")]),
        ("run --unheard-of", [word("run"), word("--unheard-of")]),
        ("a=b --go", [word("a=b"), word("--go")]),
        ("total x+=1", [word("total"), word("x+=1")]),
        (
            f"level=error RequestId={SESSION} R1",
            [word("level=error"), Token(SESSION, TokenKind.SESSION), handle("R1")],
        ),
        ("", []),
    ],
)
def test_a_look_up_takes_whatever_is_pasted(text, ids):
    assert read(text, LOOKUP) == Words(subcommand="find", ids=tuple(ids))


def test_a_look_up_still_knows_its_keys():
    assert read("InternalError prod=gs", LOOKUP) == Words(
        subcommand="find",
        ids=(Token("InternalError", TokenKind.ERROR),),
        pairs={"product": ("gs",)},
    )


def test_a_session_id_stays_exactly_as_typed():
    words = read(SESSION, GS)

    assert words == Words(subcommand="show", ids=(Token(SESSION, TokenKind.SESSION),))


def test_an_address_is_not_judged_here():
    words = read("start ip=192.168.0.4", CAR)

    assert words == start(pairs={"ip": ("192.168.0.4",)})


# ── properties ───────────────────────────────────────────────────────────────────

COMMANDS = st.sampled_from([RELAY, CAR, LOOKUP, GS])
PIECES = [
    *("stop", "stpo", "help", "R128", TASK, SESSION, LINK, "start", "🔥"),
    *("--yes", "--", "—go", "-y", "--nope", "url=", "romm=1", "room=", "url-=2"),
    *("json={", '{"a": [', "}", '"', "'", "`", "“", "—", "=", "\\", "<a|b>", "&amp;"),
]
TYPED = st.one_of(
    st.text(max_size=120),
    st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
)
TASKS = st.from_regex(r"-m[A-Za-z0-9_+=.-]{68,73}[A-Za-z0-9]\.{0,2}", fullmatch=True)


@given(TYPED, COMMANDS)
def test_any_text_is_read_or_missed_and_always_the_same(text, room):
    first = read(text, room)

    assert isinstance(first, Words | Miss)
    assert read(text, room) == first


@given(
    TASKS,
    st.sampled_from(
        [
            *("stop {}", "{} stop", "stop `{}`", 'stop "{}"', "stop {} --yes"),
            *("--yes stop {}", "stop —yes {}", "stop -- {}", "stop “{}”", "*stop* {}"),
            *("stop TaskId={}", "stop --TaskId={}", "`stop {}`", "stop app=a {}"),
        ]
    ),
)
def test_a_task_id_survives_wherever_it_is_typed(typed, around):
    words = read(around.format(typed), RELAY)

    assert isinstance(words, Words)
    assert (words.subcommand, words.ids) == ("stop", (task(typed),))


@given(st.text(st.sampled_from("ab 1=-.'_*`<>&;#R@/"), min_size=1, max_size=12))
def test_what_is_quoted_comes_back_whole(value):
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    words = read(f'start "{escaped}" room="{escaped}"', RELAY)

    assert isinstance(words, Words)
    assert [token.text for token in words.ids] == [value]
    assert words.pairs == {"room": (value,)}
