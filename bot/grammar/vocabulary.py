"""The words that a command knows, and the other words that people have for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

COMMON_FLAGS = ("yes", "go", "dry-run", "public", "private", "json", "help")
HELP = frozenset({"help", "?", "帮助"})

_LOOK = frozenset({"find", "show", "get", "info", "lookup", "查询"})
_EXPLAIN = frozenset({"explain", "why", "err", "error", "解释"})
_STATUS = frozenset({"status", "state", "状态"})
_LIST = frozenset({"list", "ls", "running", "列表"})
_RECENT = frozenset({"recent", "last", "最近"})

# Words for the same thing; each means whichever of them the command has. The wide
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
    """What may be typed after a subcommand; *reads*: it changes nothing."""

    name: str
    keys: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    reads: bool = True


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A command's subcommands; *bare* is meant when an ID comes alone, or nothing."""

    command: str
    subcommands: tuple[Syntax, ...]
    bare: str = ""

    @property
    def takes_anything(self) -> bool:
        """Whether what is no subcommand is what is asked about: log lines, prose."""
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
        """Return the subcommand that *word* is, in any case, or is another word for."""
        said = word.casefold()
        if subcommand := self.called(said):
            return subcommand
        groups = (group for group in SYNONYMS if said in group)
        meant = (
            subcommand
            for group in groups
            for subcommand in self.subcommands
            if subcommand.name in group
        )
        return next(meant, None)

    def sayings(self) -> Iterator[str]:
        """Yield every word for a subcommand here, the subcommands themselves first."""
        yield from (subcommand.name for subcommand in self.subcommands)
        for group in SYNONYMS:
            yield from sorted(word for word in group if self.means(word))
