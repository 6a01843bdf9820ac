"""What the laws about bad input share: settings, text that hurts, what may be shown.

In the suite a law is tried on a few examples, always the same ones. `make fuzz` tries
the profile `fuzz` of hypothesis: thousands, from `--hypothesis-seed`.
"""

import copy
import re
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

ANA, BOB = "U0ANA", "U0BOB"  # who asks; nobody else may be named

JsonStrategy = st.SearchStrategy[Any]


def law(examples=100):
    """Return the settings of a law that has as many *examples* in the suite."""
    if settings.get_current_profile_name() == "fuzz":
        return settings()
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


EVIL = (
    "<!channel>", "<!here|here>", "<!subteam^S0EVIL>", "<@U0EVIL>", "<#C0EVIL|x>",
    "<https://evil.example|ok>", "<javascript:alert(1)|x>", "&lt;!channel&gt;",
    "&amp;lt;!everyone&amp;gt;", "&amp;amp;", "```", "`*_~>", "\x00", "\x1b[31m",
    "\u202e", "\u2066", "\u200b\u200d", "\ufeff", "\u2028", "\r\n", "\ud800",
    "\U000e0041", "ｒｅｌａｙ", "ѕtop", "👩‍👩‍👧‍👦", "%s%n{0}{self}", "${jndi:x}",
    "'; DROP TABLE intents;--", ":white_check_mark:", "—go", "–yes", "“quoted", "'half",
    "=", "--", "-m" + "a" * 80, "9" * 400, "1e999", "NaN", "null", "[[[[", '{"a":',
)  # fmt: skip
LETTERS = (
    "abzAZ019 -_=.:/\\\"'`<>&|@#!%{}[]()*~+,;?\n\t\x00\x7f\u00e9\u4e2d\u202e\U0001f600"
)

LENGTHS = (1999, 2001, 4001, 12_000)

short_texts = st.sampled_from(EVIL) | st.text(LETTERS, max_size=6)
long_texts = st.builds(str.__mul__, st.sampled_from("a<&é中"), st.sampled_from(LENGTHS))
texts = st.one_of(
    st.sampled_from(EVIL), st.text(LETTERS, max_size=40), st.sampled_from(EVIL)
) | st.booleans().flatmap(lambda long: long_texts if long else short_texts)
numbers = st.sampled_from(
    (0, -1, 1, 2**31, 2**32, 2**63, 10**400, 0.5, -0.0, 1e308, True, False)
)
values = st.recursive(  # anything that JSON can hold
    st.none() | numbers | texts | st.sampled_from(("", (), {})).map(copy.copy),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(short_texts, inner, min_size=1, max_size=1)
    ),
    max_leaves=3,
)
rarely = st.integers(0, 9).map(lambda number: number > 7)


def places(node):
    """Return every place in *node* that can be changed: a container and a key."""
    pairs: list[tuple[Any, Any]] = []
    waiting = [node]
    while waiting:
        inside = waiting.pop()
        if isinstance(inside, dict):
            pairs += [(inside, key) for key in inside]
            waiting += inside.values()
        elif isinstance(inside, list):
            pairs += [(inside, at) for at in range(len(inside))]
            waiting += inside
    return pairs


@st.composite
def mutated(draw, node, *, least=0, most=3, instead=lambda _before: values):
    """Draw JSON like *node*, with *least* to *most* of its places changed.

    A place is left out, goes by another name, is crowded, or has what is drawn from
    *instead*, which gets what stood there.
    """
    node = copy.deepcopy(node)
    for _ in range(draw(st.integers(least, most))):
        pairs = places(node)
        if not pairs:
            return draw(values)
        container, key = pairs[draw(st.integers(0, len(pairs) - 1))]
        how = draw(st.sampled_from(("value", "value", "value", "out", "name", "many")))
        if how == "out" and isinstance(container, dict):
            container.pop(key)
        elif how == "name" and isinstance(container, dict):
            container[draw(short_texts)] = container.pop(key)
        elif how == "many":
            container[key] = ["x"] * 500
        else:
            container[key] = draw(instead(container[key]))
    return node


@st.composite
def damaged(draw, body):
    """Draw *body*, the bytes of a request or an answer, broken in one way."""
    at = draw(st.integers(0, len(body)))
    noise = draw(st.binary(min_size=1, max_size=3))
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: body[:at],
        lambda: body[at:],
        lambda: body[:at] + noise + body[at:],
        lambda: b"\xef\xbb\xbf" + body,
        lambda: b"\xff\xfe" + body,
        lambda: body.decode("utf-8", "replace").encode("utf-16"),
        lambda: body + body,
        lambda: b"[" * 100_000 + body,
        lambda: body.replace(b'"', b"'"),
        lambda: body.replace(b":", b":NaN,", 1),
        lambda: body + b"&a=b" * 300,
        lambda: b'{"Response":{"TaskId":"a","TaskId":"b"}}',
        lambda: b"payload=" + b"%5B" * 5000,
        lambda: b"payload=null",
        lambda: b"",
    )
    return draw(st.sampled_from(ways))()


_PERSON = re.compile(r"U0ANA|U0BOB|U\d{6}")  # who asks here; nobody else is named
_BRACKETS = re.compile(r"<[^<>]*>?")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")
_OURS = re.compile(
    r"<@(?P<user>[UW][0-9A-Z]+)>"
    r"|<!date\^\d+\^[^<>]*>"
    r"|<https://(?:[a-z0-9-]+\.)*"
    r"(?:tencentcloud\.com|tencent\.com|trtc\.io|slack\.dev|slack\.com)(?:/[^<>]*)?>"
)
_TRACE = re.compile(
    r"Traceback \(most|File \"[^\"]*\", line \d|<[\w.]+ object at 0x|<class '"
    r"|\b[A-Z]\w+Error\b\s*[:(]|SecretStr\(|\bpydantic|\bsqlalchemy|site-packages"
)
_UNSEEN = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BARE_LINK = re.compile(r"https?://([a-z0-9.-]+)", re.IGNORECASE)
_HOSTS = ("tencentcloud.com", "tencent.com", "trtc.io", "slack.dev", "slack.com")


def check_shown(shown):
    """Assert that nothing in *shown*, a message or view, acts, or tells too much."""
    for node in objects(shown):
        kind = node.get("type")
        assert kind not in {"broadcast", "usergroup"}, f"a {kind} element"
        if kind == "user":
            named = str(node.get("user_id"))
            assert _PERSON.fullmatch(named), f"names user {named}"
        if kind == "link":
            host = _BARE_LINK.match(str(node.get("url")))
            assert host, f"link to {node.get('url')}"
            assert host[1].endswith(_HOSTS), f"link to {host[1]}"
        if isinstance(node.get("text"), str) and kind in {None, "mrkdwn", "message"}:
            _parsed_text(node["text"])
    for text in _strings(shown):
        assert not _TRACE.search(text), f"tells of the inside: {_TRACE.search(text)}"
        unseen = _UNSEEN.search(text)
        assert not unseen, f"an unseen character: {unseen and ascii(unseen[0])}"


def _parsed_text(text):
    for match in _BRACKETS.finditer(text):
        ours = _OURS.fullmatch(match[0])
        assert ours, f"an unescaped bracket: {match[0][:60]}"
        named = ours["user"]
        assert not named or _PERSON.fullmatch(named), f"names {named}"
    assert not _ENTITY.search(text), "an unescaped ampersand"


def objects(node):
    """Yield every object in *node*, JSON."""
    if isinstance(node, dict):
        yield node
        for inside in node.values():
            yield from objects(inside)
    elif isinstance(node, list):
        for inside in node:
            yield from objects(inside)


def _strings(node):
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for inside in node.values():
            yield from _strings(inside)
    elif isinstance(node, list):
        for inside in node:
            yield from _strings(inside)
