"""What somebody typed, clicked or submitted, before anything is done about it."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from pydantic import SecretStr

from bot.dialogue.words import Token, TokenKind, Words
from bot.errors import UsageError
from bot.i18n import DEFAULT_LOCALE, _
from bot.ids import ChannelId, FormId, MessageTs, SlackUserId, TeamId
from bot.spelling import straightened


class Surface(StrEnum):
    """Where an ask came from; the value opens its de-duplication key."""

    COMMAND = "slash"
    MENTION = "event"
    DIRECT = "direct"
    BUTTON = "button"
    FORM = "modal"
    SHORTCUT = "shortcut"


class Account(StrEnum):
    """What kind of account somebody has, as Slack says."""

    MEMBER = "member"  # a person, who may be a guest
    DELETED = "deleted"  # somebody who was deactivated
    BOT = "bot"  # an app's user
    STRANGER = "stranger"  # of another workspace, in no channel that the bot is in


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks. IDs decide; names are never asked for.

    *team* is the workspace that the bot is installed in, as far as Slack says; where it
    is in several, the one in which they act. *home* is a workspace that the user
    belongs to (or `E…`, where Slack names only their organisation); *enterprise* is
    that organisation, where it is certain. *bound*: what they act on was drawn for
    *team*, and means nothing in another.
    """

    team: TeamId
    user: SlackUserId
    home: TeamId
    enterprise: str = ""
    locale: str = DEFAULT_LOCALE
    bound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it was asked, and so where the answer goes.

    *parent* is the message under which it was asked, in a thread that is there already.
    """

    channel: ChannelId
    thread: MessageTs | None = None
    parent: MessageTs | None = None
    message: MessageTs | None = None  # the message whose button was pressed
    direct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form as it stands: submitted, or half-way through (a choice was changed).

    *values* maps a field's name to its text, its chosen options, or None when empty.
    """

    form_id: FormId
    view: str
    hash: str
    values: Mapping[str, str | tuple[str, ...] | None]
    changed: str = ""  # the field whose change asks for a redraw
    untold: tuple[str, ...] = ()  # fields as they were drawn: Slack did not say more
    drawn: str = ""  # which time its fields have begun anew, as `Form` says it

    def text(self, name: str) -> str:
        """Return the one value of field *name*, stripped; empty if not given.

        What is typed has one kind of each sign and digit, as words of a line have.
        """
        value = self.values.get(name)
        if isinstance(value, str):
            return straightened(value).strip()
        return self.prose(name)

    def prose(self, name: str) -> str:
        """Return the same to the letter: what people read, or a document."""
        value = self.values.get(name)
        if isinstance(value, tuple):
            value = value[0] if value else None
        return (value or "").strip()

    def chosen(self, name: str) -> tuple[str, ...]:
        """Return all that is chosen in field *name*, of which any may be."""
        value = self.values.get(name) or ()
        return (value,) if isinstance(value, str) else value

    def hidden(self, hide: Callable[[str], str], sent: Container[str]) -> Self:
        """Return the same form with *hide* done to all but the *sent* fields."""

        def told(
            name: str, value: str | tuple[str, ...] | None
        ) -> str | tuple[str, ...] | None:
            if value is None or name in sent:
                return value
            return hide(value) if isinstance(value, str) else tuple(map(hide, value))

        values = {name: told(name, value) for name, value in self.values.items()}
        return replace(self, values=values)


@dataclass(frozen=True, slots=True)
class Aim:
    """A push address that was typed or pasted: what may be *shown*, and its digest."""

    shown: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing asked of one command.

    *key* is the business key under which the ask is done once: never an envelope id
    or a retry header. *pasted* is the text of a message that it is about: it is
    searched for IDs and never read as a command. *aims* are the push addresses in what
    is looked up, which is hidden otherwise.
    """

    command: str  # "relay", as in the slash command without its slash and prefix
    text: str
    who: Person
    where: Place
    surface: Surface
    key: str
    pasted: str = ""
    aims: tuple[Aim, ...] = ()
    words: Words = field(default_factory=Words)
    answer_url: SecretStr | None = None
    trigger: str = ""  # opens a form, within 3 s
    replaces: bool = False  # its answer stands where the question stood
    submission: Submission | None = None

    @property
    def in_home(self) -> bool:
        """Whether it was pressed in the Home tab: no message can answer there."""
        return self.surface is Surface.BUTTON and not self.where.channel

    def reading(self, words: Words) -> Self:
        """Return the same ask with its text read into *words*."""
        return self if words is self.words else replace(self, words=words)

    def hidden(self, hide: Callable[[str], str], sent: Container[str]) -> Self:
        """Return the same ask with *hide* done to every text in it.

        Only the values of the keys and fields that are *sent* stay as they were typed.
        """
        form = self.submission
        return replace(
            self,
            text=hide(self.text),
            pasted=hide(self.pasted),
            words=self.words.hidden(hide, sent),
            submission=form.hidden(hide, sent) if form else None,
        )

    def one(self, what: str, *kinds: TokenKind) -> Token:
        """Return the only bare word (of *kinds*, if given).

        Raises:
            UsageError: there is none, or more than one; *what* names it.
        """
        tokens = [t for t in self.words.ids if not kinds or t.kind in kinds]
        if len(tokens) == 1 == len(self.words.ids):
            return tokens[0]
        if not tokens:
            raise UsageError(_("This needs {what}.").format(what=what))
        if self.words.meant:
            sentence = _("One is needed ({what}). Did you mean {meant}?")
            meant = " ".join(self.words.meant)
            raise UsageError(sentence.format(what=what, meant=meant))
        raise UsageError(
            _("One is needed ({what}); {count} were given.").format(
                what=what, count=len(self.words.ids)
            )
        )

    def value(self, key: str) -> str:
        """Return the value of `key=`, the last one if repeated, or empty."""
        return self.words.pairs.get(key, ("",))[-1]

    def values(self, key: str) -> tuple[str, ...]:
        """Return every value of `key=`."""
        return self.words.pairs.get(key, ())

    def has(self, flag: str) -> bool:
        """Tell whether `--flag` was typed."""
        return flag in self.words.flags
