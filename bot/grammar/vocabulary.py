"""The words that a room knows, and the other words that people have for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

COMMON_FLAGS = ("yes", "go", "dry-run", "public", "private", "json", "help")
HELP = frozenset({"help", "?", "帮助"})

_LOOK = frozenset({"find", "show", "get", "info", "lookup", "查询"})
_EXPLAIN = frozenset({"explain", "why", "err", "error", "解释"})
_STATUS = frozenset({"status", "state", "状态"})
_LIST = frozenset({"list", "ls", "running", "列表"})
_RECENT = frozenset({"recent", "last", "最近"})

# Words for the same thing; each means whichever of them the room has. The wide groups
# at the end are for a room that has none of the narrow ones.
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
class VerbWords:
    """What may be typed after a verb; *reads*: it changes nothing."""

    name: str
    keys: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    reads: bool = True


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The verbs of a room. *bare* is meant when an ID comes alone, or nothing."""

    room: str
    verbs: tuple[VerbWords, ...]
    bare: str = ""

    @property
    def takes_anything(self) -> bool:
        """Whether what is no verb is what is asked about: log lines, prose."""
        return [verb.name for verb in self.verbs] == [self.bare]

    @property
    def listed(self) -> str:
        """The verbs, as a sentence names them."""
        return ", ".join(verb.name for verb in self.verbs)

    def called(self, name: str) -> VerbWords | None:
        """Return the verb *name*, or None."""
        return next((verb for verb in self.verbs if verb.name == name), None)

    def means(self, word: str) -> VerbWords | None:
        """Return the verb that *word* is, in any case, or is another word for."""
        said = word.casefold()
        if verb := self.called(said):
            return verb
        groups = (group for group in SYNONYMS if said in group)
        meant = (verb for group in groups for verb in self.verbs if verb.name in group)
        return next(meant, None)

    def sayings(self) -> Iterator[str]:
        """Yield every word that means a verb here, the verbs themselves first."""
        yield from (verb.name for verb in self.verbs)
        for group in SYNONYMS:
            yield from sorted(word for word in group if self.means(word))
