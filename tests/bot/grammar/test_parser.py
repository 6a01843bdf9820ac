"""Commands, as people type them on a keyboard, a phone and at three in the morning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.words import Token, TokenKind, Words
from bot.grammar.parser import Miss, Syntax, Vocabulary, read

TASK = "-m97l2ZU7vxyBSmXYsRx1Xy9Kf4bVVfbbhSKC4K-4pycoZWKv542xbi139uTvGt1zAHoAQ.."
SESSION = "1326515201117065216"
LINK = "https://acme.slack.com/archives/C1/p1700000000123456"
UNCLOSED = ("A quote was not closed; I took it literally.",)
RELAY = Vocabulary(
    "relay",
    (
        Syntax(
            "start",
            ("room", "type", "url", "preset", "json", "idle"),
            ("again",),
            reads=False,
        ),
        Syntax("stop", ("app",), reads=False),
        Syntax("list"),
        Syntax("recent", ("room",)),
        Syntax("status"),
    ),
    bare="status",
)
CAR = Vocabulary(
    "car",
    (
        Syntax("start", ("user", "ip", "params", "person"), reads=False),
        Syntax("end", reads=False),
    ),
)
LOOKUP = Vocabulary("lookup", (Syntax("find", ("product",)),), bare="find")
GS = Vocabulary("gs", (Syntax("show"),), bare="show")


def word(text):
    return Token(text, TokenKind.WORD)


def handle(text="R128"):
    return Token(text, TokenKind.HANDLE)


def task(text=TASK):
    return Token(text, TokenKind.TASK)


def stop(*ids, **rest):
    return Words(subcommand="stop", ids=ids or (handle(),), **rest)


def start(*ids, **rest):
    return Words(subcommand="start", ids=ids, **rest)


def miss(typed, part, sentence, *candidates, reads=False):
    return Miss(typed, part, candidates, reads, sentence)


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
        ("stop <@U123|ana> <#C1|ops>", stop(word("@U123"), word("#C1"))),
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


@pytest.mark.parametrize("text", ["help stop", "? stop", "帮助 kill", "stop --help"])
def test_help_for_a_verb_is_its_own_flag(text):
    assert read(text, RELAY) == Words(subcommand="stop", flags=frozenset({"help"}))


def test_help_is_a_verb_where_the_room_has_it_and_takes_its_topic():
    room = Vocabulary("patchbay", (Syntax("help"), Syntax("doctor")), "help")

    words = read("help relay stop", room)

    assert words == Words(subcommand="help", ids=(word("relay"), word("stop")))


@pytest.mark.parametrize("text", ["foo R128", "R128 foo", "what of R128 --private"])
def test_an_id_among_unknown_words_is_looked_at_and_that_is_said(text):
    words = read(text, RELAY)

    assert isinstance(words, Words)
    assert (words.subcommand, words.ids) == ("status", (handle(),))
    unknown = "what" if text.startswith("what") else "foo"
    assert words.remarks == (
        f"I do not know “{unknown}”; I took this as “status R128”.",
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
        ("stop R128 --go --dry-run --json", {"go", "dry-run", "json"}),
        ("stop R128 --public --private", {"public", "private"}),
        ("stop R128 -h", {"help"}),
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


def test_a_flag_that_only_one_verb_lists_is_its_own():
    assert read("start --again", RELAY) == start(flags=frozenset({"again"}))
    assert isinstance(read("stop --again", RELAY), Miss)


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


# ── pasted requests ──────────────────────────────────────────────────────────────

PASTED = [
    '{"RoomId": "room one", "A": {"B": [1, 2]}}',
    '{\n  "RoomId": "“quoted”—dash"\n}',
    '{"Text": "a = b --go url=x }] \\" "}',
    "[1]",
    "{}",
]


@pytest.mark.parametrize("pasted", PASTED)
@pytest.mark.parametrize(
    "around",
    ["json={}", "JSON = {}", "json=`{}`", "json=```{}```", "json='{}'", "json=“{}”"],
)
def test_a_pasted_request_is_taken_whole_and_as_it_is(pasted, around):
    typed = around.replace("{}", pasted)

    words = read(f"start {typed} --dry-run type=text", RELAY)

    assert words == start(
        pairs={"json": (pasted,), "type": ("text",)}, flags=frozenset({"dry-run"})
    )


def test_what_slack_does_to_a_pasted_request_is_undone():
    pasted = '{"U": "<rtmp://a/b|rtmp://a/b>", "V": "a &amp; b"}'

    words = read(f"start json=```json\n{pasted}```", RELAY)

    assert words == start(pairs={"json": ('{"U": "rtmp://a/b", "V": "a & b"}',)})


@pytest.mark.parametrize("broken", ['{"a": 1', '{"a": "1', "{'a': [1]", "[{"])
def test_a_pasted_request_that_never_ends_is_all_that_follows(broken):
    words = read(f"start json={broken}", RELAY)

    assert words == start(pairs={"json": (broken,)})


def test_a_pasted_request_may_be_longer_than_a_command():
    pasted = '{"a": "' + "x" * 39_000 + '"}'

    assert read(f"start json={pasted}", RELAY) == start(pairs={"json": (pasted,)})


def test_a_verb_without_that_key_takes_no_pasted_request():
    for text, room in (("start json={}", CAR), ("stop R1 json={}", RELAY)):
        missed = read(text, room)

        assert isinstance(missed, Miss)
        assert (missed.typed, missed.part) == ("json=", "key")


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


# ── misses ───────────────────────────────────────────────────────────────────────

KNOWS = "It knows start, stop, list, recent, status."


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        (
            "stpo R128",
            miss("stpo", "subcommand", "/relay has no “stpo”.", "stop R128"),
        ),
        (
            "R128 stpo --yes",
            miss("stpo", "subcommand", "/relay has no “stpo”.", "stop R128 --yes"),
        ),
        (
            'strat "room one" url=x',
            miss(
                "strat",
                "subcommand",
                "/relay has no “strat”.",
                'start "room one" url=x',
            ),
        ),
        (
            "lisst",
            miss("lisst", "subcommand", "/relay has no “lisst”.", "list", reads=True),
        ),
        (
            "lst",
            miss(
                "lst",
                "subcommand",
                "/relay has no “lst”.",
                "list",
                "recent",
                reads=True,
            ),
        ),
        (
            "stat",
            miss("stat", "subcommand", "/relay has no “stat”.", "start", "status"),
        ),
        ("🔥", miss("🔥", "subcommand", f"/relay has no “🔥”. {KNOWS}")),
        ("r", miss("r", "subcommand", f"/relay has no “r”. {KNOWS}")),
        (
            "start romm=1 romm",
            miss(
                "romm=",
                "key",
                "/relay start has no “romm=”. Did you mean room=?",
                "start room=1 romm",
            ),
        ),
        (
            "recent romm=1",
            miss(
                "romm=",
                "key",
                "/relay recent has no “romm=”. Did you mean room=?",
                "recent room=1",
                reads=True,
            ),
        ),
        (
            "status room=1",
            miss("room=", "key", "/relay status has no “room=”."),
        ),
        (
            "start 1 --og",
            miss(
                "--og", "flag", "I do not know --og. Did you mean --go?", "start 1 --go"
            ),
        ),
        (
            "start --room 1",
            miss("--room", "flag", "I do not know --room. Did you mean room=?"),
        ),
        (
            "recent --room 1",
            miss("--room", "flag", "I do not know --room. Did you mean room=?"),
        ),
        (
            "stop --quickly",
            miss("--quickly", "flag", "I do not know --quickly."),
        ),
    ],
)
def test_what_is_not_understood_is_said_with_what_may_have_been_meant(text, missed):
    assert read(text, RELAY) == missed


def test_a_key_that_may_go_on_in_two_ways_is_asked_about():
    assert read("start p=1", CAR) == miss(
        "p=",
        "key",
        "/car start has no “p=”. Did you mean params= person=?",
        "start params=1",
        "start person=1",
    )


def test_a_corrected_command_keeps_its_pasted_request():
    missed = read('strat 1 json={"a": "–"} --dry-run', RELAY)

    assert isinstance(missed, Miss)
    assert missed.candidates == ('start 1 --dry-run json={"a": "–"}',)


@pytest.mark.parametrize(("text", "typed"), [("", ""), ("S41", "S41"), ("-y", "-y")])
def test_a_room_without_a_bare_verb_names_its_verbs(text, typed):
    sentence = "/car needs a verb: start, end."

    assert read(text, CAR) == miss(typed, "empty", sentence)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x" * 2001, "That is 2,001 characters; I read 2,000 at most."),
        (
            "start json={" + "x" * 40_000,
            "That is 40,001 characters; I read 40,000 at most.",
        ),
    ],
)
def test_more_than_can_be_meant_is_not_read(text, sentence):
    missed = read(text, RELAY)

    assert isinstance(missed, Miss)
    assert (missed.part, missed.sentence) == ("long", sentence)


def test_2000_characters_are_read():
    assert isinstance(read("x" * 2000, LOOKUP), Words)


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


@given(st.text(min_size=1, max_size=20), COMMANDS)
def test_a_corrected_command_is_understood(text, room):
    missed = read(text, room)

    if isinstance(missed, Miss):
        for command in missed.candidates:
            again = read(command, room)
            assert isinstance(again, Words) or again.part != missed.part
