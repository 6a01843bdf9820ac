"""What may be typed after a slash command: subcommands, synonyms, keys and flags."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Keys that say when, in every subcommand that takes them.
LENGTH, MOMENT, SINCE = "for", "until", "since"
TIMES = frozenset({LENGTH, MOMENT, SINCE})
COMMON_FLAG = "help"  # the only flag that every subcommand takes undeclared
HELP = frozenset({"help", "?", "帮助"})

_LOOK = frozenset({"find", "show", "get", "info", "lookup", "查询"})
_EXPLAIN = frozenset({"explain", "why", "err", "error", "解释"})
_STATUS = frozenset({"status", "state", "状态"})
_LIST = frozenset({"list", "ls", "running", "列表"})
_RECENT = frozenset({"recent", "last", "最近"})

# Synonyms: each word means the subcommand of its group that the command has. The wide
# groups at the end are for a command that has none of the narrow ones.
SYNONYMS: Sequence[frozenset[str]] = (
    frozenset({"start", "run", "go", "begin", "create", "open", "开始", "启动"}),
    frozenset({"stop", "end", "kill", "halt", "rm", "destroy", "停止", "结束"}),
    frozenset({"update", "edit", "change", "set", "更新"}),
    HELP,
    _LOOK,
    _EXPLAIN,
    _STATUS,
    _LIST,
    _RECENT,
    _LOOK | _EXPLAIN | _STATUS,
    _LIST | _RECENT,
)


@dataclass(frozen=True, slots=True)
class Syntax:
    """All that may be typed after a subcommand; *reads*: it changes nothing.

    *changes* are those of its *keys* that take `+=` and `-=` as well as `=`, and
    *several* those that may be typed repeatedly.
    *elsewhere* are pairs of a key that is looked for here, and the subcommand that
    takes it. No more than *most* words stand alone; None: it says so itself.
    """

    name: str
    keys: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    reads: bool = True
    changes: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()
    several: tuple[str, ...] = ()
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A command's subcommands; *bare* is the one for an ID alone, or for nothing.

    *takes_anything*: words that are no subcommand are its input, log lines and prose.
    """

    command: str
    subcommands: tuple[Syntax, ...]
    bare: str = ""
    takes_anything: bool = False

    @property
    def has_one(self) -> bool:
        """Whether the bare subcommand is all that it has."""
        return [subcommand.name for subcommand in self.subcommands] == [self.bare]

    @property
    def listed(self) -> str:
        """The subcommands, as a sentence names them."""
        return ", ".join(subcommand.name for subcommand in self.subcommands)

    def called(self, name: str) -> Syntax | None:
        """Return the subcommand *name*, or None."""
        return next(
            (subcommand for subcommand in self.subcommands if subcommand.name == name),
            None,
        )

    def means(self, word: str) -> Syntax | None:
        """Return the subcommand that *word* names, in any case, or is a synonym of."""
        name = word.casefold()
        if subcommand := self.called(name):
            return subcommand
        synonymous = (
            subcommand
            for group in SYNONYMS
            if name in group
            for subcommand in self.subcommands
            if subcommand.name in group
        )
        return next(synonymous, None)

    def sayings(self) -> Iterator[str]:
        """Yield every word for a subcommand here, the subcommands themselves first."""
        yield from (subcommand.name for subcommand in self.subcommands)
        for group in SYNONYMS:
            yield from sorted(word for word in group if self.means(word))
