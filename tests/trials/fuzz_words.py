"""Slash commands of every kind, and what each could mean."""

import html
import re
import unicodedata

from hypothesis import strategies as st

from tests.trials.fuzz_kit import EVIL, rarely, texts

RELAY = ("start", "stop", "list", "recent", "status")
VERBS = {
    "/relay": (*RELAY, "help", "strat", "开始", ""),
    "/car": ("start", "recent", "reveal", "stop", ""), "/gs": ("show", "help", ""),
    "/lookup": ("find", "help", ""),
    "/patchbay": ("help", "whoami", "doctor", "help relay", "help relay start", ""),
    "/nowhere": ("",),
}  # fmt: skip
KEYS = (
    "app", "room", "type", "what", "user", "stream", "layout", "url", "quality",
    "width", "height", "fps", "bitrate", "gop", "idle", "note", "json", "region", "ip",
    "client", "mode", "params", "host", "role", "product", "again", "task", "roomm",
    "--room",
)  # fmt: skip
FLAGS = (
    "--go", "--dry-run", "--again", "--yes", "-y", "--help", "-h", "--public",
    "--details", "--ids", "--nope",
)  # fmt: skip
WORDS = (
    "295066", "R1", "r999999", "G1", "S41", "1326515201117065216", "-m97l2ZU7",
    "FailedOperation.SlowDown", "InternalError", "rtmp://push.example.com/live/k",
    "125.127.178.228", "https://x.slack.com/archives/C0OPS/p1700000000000001", "mine",
    "live", "720p15", '"room one"', "f3b0c1d2-1111-2222-3333-444455556666",
)  # fmt: skip
SOUND = (
    ("/relay", "start 295066 url=rtmp://push.example.com/live/k --go again=R1,R2"),
    ("/relay", "start 'room one' url=rtmp://a.example.com/b/c what=audio --go"),
    ("/relay", "stop -m9" + "a" * 70 + " --yes"),
    ("/car", "start user=somebody ip=125.127.178.228 --go"),
    ("/car", "stop user=somebody --yes"),
    ("/car", "publish somebody url=rtmp://push.example.com/live/k"),
    ("/car", "capacity"),
    ("/gs", "1326515201117065216"),
)
CALLS = {
    "/relay": (
        ("StartPublishCdnStream", r"-\s*go\b.*rtmp:|rtmp:.*-\s*go\b"),
        ("StopPublishCdnStream", r"-\s*(yes|y)\b"),
    ),
    "/car": (
        ("CreateSession", r"-\s*go\b"),
        ("DestroySession", r"-\s*(yes|y)\b"),
        ("DescribeConcurrentCount", r"capacity|-\s*go\b"),  # for want of it, too
        ("StartPublishStream", r"publish"),
        ("StartPublishStreamWithURL", r"publish"),
        ("StopPublishStream", r"unpublish"),
    ),
    "/gs": (("DescribeCloudPhoneMultipleStreamSessionSlaves", r"[a-z0-9_-]"),),
}  # what has to stand in a command, as a person would read it, for a call to be right


def slack_in(text):
    """Return *text* as Slack hands it on: `&<>` escaped, once."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_inside = texts | st.sampled_from(WORDS)
words = st.one_of(
    st.sampled_from(FLAGS),
    st.builds(
        "{0}={1}{2}{1}".format,
        st.sampled_from(KEYS),
        st.sampled_from(("", "", '"', "'", "`")),
        _inside,
    ),
    st.sampled_from(WORDS),
    texts,
)
_sound = st.builds(
    lambda sound, more: (sound[0], " ".join([sound[1], *more])),
    st.sampled_from(SOUND),
    st.lists(words, max_size=2),
)


@st.composite
def _any(draw):
    command = draw(st.sampled_from(sorted(VERBS)))
    subcommand = draw(st.sampled_from(VERBS[command]))
    parts = [subcommand, *draw(st.lists(words, max_size=5))]
    if draw(rarely):
        parts = draw(st.permutations(parts))
    text = draw(st.sampled_from((" ", "  ", "\t", "\n"))).join(parts)
    if text and draw(rarely):
        at = draw(st.integers(0, len(text) - 1))
        text = text[:at] + draw(st.sampled_from(EVIL)) + text[at + 1 :]
    return command, slack_in(text) if draw(st.booleans()) else text


def commands():
    """Draw a slash command and the text after it; some are sound."""
    return st.one_of(_any(), _any(), _sound)


def allowed(command, text):
    """Return the actions that *text* may lead to, as a person would read it."""
    plain = unicodedata.normalize("NFKC", html.unescape(text)).casefold()
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    plain = re.sub(r"[\u2010-\u2015\u2212]+", "-", plain)
    signs = CALLS.get(command, ())
    return {name for name, sign in signs if re.search(sign, plain, re.DOTALL)}
