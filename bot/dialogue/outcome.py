"""How an ask ended, before it has a look.

Everything here is data; `slack.blocks` gives it a shape and escapes every string,
once. So texts are plain: no mrkdwn, no entities, hostile until shown.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from string import Formatter

from bot.i18n import _
from bot.ids import Handle, SlackUserId


class Tone(Enum):
    """The tone of a headline; the value is its sign, of its own shape and colour."""

    PLAIN = ""
    WAIT = "🟡"
    ACCEPTED = "🔵"  # said, and not seen
    GOOD = "🟢"
    WARN = "🟠"
    BAD = "🔴"
    OVER = "⚪"
    UNKNOWN = "⚠️"


class Audience(Enum):
    """Who sees it: the asker a read, the channel a change, the operators an alarm.

    What happens to a thing later goes into the thread under its card. A pager is told
    of what rings.
    """

    ASKER = "asker"
    CHANNEL = "channel"
    OPS = "ops"
    THREAD = "thread"
    PAGER = "pager"


# ── inside a line ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Bold:
    """Words that stand out."""

    text: str


@dataclass(frozen=True, slots=True)
class Mono:
    """An ID, a code or something to type."""

    text: str


@dataclass(frozen=True, slots=True)
class Who:
    """A person, shown by Slack under the name that the reader knows."""

    user: SlackUserId


class Clock(Enum):
    """How much of a moment is shown."""

    MOMENT = "day and time"
    TIME = "time"  # of one that is not long ago, nor far ahead
    AGO = "ago"  # how long ago, or until then; Slack keeps it up to date


@dataclass(frozen=True, slots=True)
class When:
    """A moment, shown by Slack in the reader's own time zone and language."""

    at: datetime
    shown: Clock = Clock.MOMENT


@dataclass(frozen=True, slots=True)
class Link:
    """An address of ours or Tencent's documentation; never one that was typed."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """A user group of Slack's, all of whom a new message calls."""

    id: str


Span = str | Bold | Mono | Who | When | Link | Group


def said(sentence: str, **spans: "Span | tuple[Span, ...]") -> tuple[Span, ...]:
    """Return a translated *sentence* with each `{name}` replaced by its span.

    So a sentence is one text for whoever translates it, whatever the order of its words
    is there: `said(_("Stopped by {who} · {when}"), who=Who(user), when=When(at))`. A
    name without a span is a KeyError; a span that the sentence leaves out is left out.
    """
    return tuple(_filled(sentence, spans))


def _filled(
    sentence: str, spans: "dict[str, Span | tuple[Span, ...]]"
) -> "Iterator[Span]":
    for text, name, _spec, _conversion in Formatter().parse(sentence):
        if text:
            yield text
        if name:
            span = spans[name]
            yield from span if isinstance(span, tuple) else (span,)


def in_lines(*sentences: "Iterable[Span]") -> tuple[Span, ...]:
    """Return *sentences* one below the other, without those that say nothing."""
    spoken = [spans for one in sentences if (spans := tuple(one))]
    breaks = [("\n",) if number else () for number in range(len(spoken))]
    return tuple(
        span for at, spans in zip(breaks, spoken, strict=True) for span in (*at, *spans)
    )


# ── the parts of an answer ───────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it asks *command* for *text*, as if it had been typed.

    *once* is the intent and state version it belongs to, so that two presses are
    one ask. *confirm* is the question asked first; *danger* paints it red. It
    *replaces*: its answer takes the place of the question that it stands under, which
    only its reader sees.
    """

    label: str
    command: str
    text: str
    once: str = ""
    confirm: str = ""
    danger: bool = False
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; *quiet* is small print."""

    spans: tuple[Span, ...]
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value, a line each."""

    pairs: tuple[tuple[str, tuple[Span, ...]], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Text alone in a preformatted block, never shortened before its limit."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A titled list; *numbered* when the order matters."""

    title: str
    lines: tuple[tuple[Span, ...], ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One thing of many, with what can be done to it behind a menu."""

    spans: tuple[Span, ...]
    menu: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of at most three buttons; the rest goes into a menu."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Select:
    """A menu under *label*: choosing one of *choices* is pressing that button.

    All are of one command, and none asks for a confirmation, which a menu cannot.
    """

    label: str
    choices: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Many things, a row each, which whoever reads can sort and filter.

    *head* are the names of the columns, *caption* what it is, in words. Where Slack
    shows no tables, each row is a line.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing, and the same in words.

    *key* tells drawings apart. *paint* returns a PNG; it takes long, so it is called
    in a thread. *file* is Slack's, once there is one; without it the words are shown.
    """

    key: str
    words: str
    paint: Callable[[], bytes] = field(compare=False, repr=False)
    file: str = ""


Part = Line | Facts | Code | Points | Row | Buttons | Select | Table | Picture


def line(*spans: Span, quiet: bool = False) -> Line:
    """Return a paragraph of *spans*."""
    return Line(spans, quiet=quiet)


def as_of(at: datetime) -> Line:
    """Return the line that says *at* which moment a message is so."""
    return line(_("As of"), " ", When(at), quiet=True)


@dataclass(frozen=True, slots=True)
class File:
    """A text file, for the asker alone: it goes into their messages with the bot."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is told, in the order of docs/voice.md, which is that of these fields.

    *headline* is the thing, its state and the reason; *sentence* what it means or what
    to do. *targets* are the places it leads to, a line each. *buttons* are what can be
    done now, *menu* the ⋯ after them (beside the headline where there are none).
    *parts* are what is read after that. *context* are facts that do not change: one
    line of small print, at the end of which *request_id* stands: Tencent's, empty if
    no request was answered. *plain* stands for it all where blocks cannot be shown.
    What is told *beside* a question is no answer to it: the question stays.
    """

    headline: tuple[Span, ...]
    tone: Tone = Tone.PLAIN
    sentence: tuple[Span, ...] = ()
    targets: tuple[tuple[Span, ...], ...] = ()
    buttons: tuple[Button, ...] = ()
    menu: tuple[Button, ...] = ()
    parts: tuple[Part, ...] = ()
    context: tuple[tuple[Span, ...], ...] = ()
    request_id: str = ""
    handle: Handle | None = None
    audience: Audience = Audience.ASKER
    file: File | None = None
    beside: bool = False

    @property
    def fits_ack(self) -> bool:
        """Whether it may be the answer to a command itself, which only its asker sees.

        Nobody hears whether Slack takes that, and some refuse a table.
        """
        tables = any(isinstance(part, Table) for part in self.parts)
        return self.audience is Audience.ASKER and not tables

    @property
    def plain(self) -> str:
        """The headline as plain text, for notifications and screen readers."""
        return f"{self.tone.value} {plain(self.headline)}".strip()


def plain(spans: tuple[Span, ...]) -> str:
    """Return *spans* as plain text."""
    return "".join(map(_plain, spans))


def _plain(span: Span) -> str:
    match span:
        case str():
            return span
        case Bold(text) | Mono(text) | Link(text=text):
            return text
        case Who(user) | Group(user):
            return user
        case When(at, shown):
            day = "" if shown is Clock.TIME else f"{at.date()} "
            return f"{day}{at.time().isoformat('minutes')} UTC"
