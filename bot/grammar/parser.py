"""Read a command into words: `subcommand id key=value --flag`, in any order.

A TaskId begins with a dash, so only what looks like a flag is one. Everything else is
forgiving, but nothing is guessed: what was not understood comes back as a `Miss`,
with what may have been meant, and a change is never run from it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.dialogue.words import Token, TokenKind, Words
from bot.grammar.suggestions import nearest
from bot.grammar.tokens import bare, classify, find_ids, normalise, unwrap
from bot.grammar.vocabulary import COMMON_FLAGS, HELP, Syntax, Vocabulary
from bot.i18n import _

__all__ = [
    "Miss",
    "Syntax",
    "Vocabulary",
    "classify",
    "find_ids",
    "normalise",
    "read",
]

LONGEST = 2000
LONGEST_JSON = 40_000
LONGEST_ECHO = 40  # of what was typed, when it is said back
SHORT_FLAGS = {"-y": "yes", "-h": "help"}

# What may stand before an ID in something pasted (`TaskId=-m97…`).
ID_NAMES = frozenset(
    {"id", "task", "taskid", "request", "requestid", "session", "sessionid", "handle"}
)

_WORD = re.compile(
    r"(?:(?:--)?[A-Za-z][\w-]*?[+-]?=)?(?P<quoted>\"[^\"]*\"|'[^']*')(?!\S)|\S+"
)
_FLAG = re.compile(r"--([A-Za-z][A-Za-z-]{0,40})")
_PAIR = re.compile(r"(?:--)?([A-Za-z][\w-]*?)(\+=|-=|=)(.*)", re.DOTALL)
_QUOTED = re.compile(r"([\"'`])(?P<inside>.*)\1", re.DOTALL)
_ALL_CODE = re.compile(r"\s*(`{1,3})(?P<inside>[^`]+)\1\s*")
_JSON = re.compile(
    r"(?<!\S)json\s*=\s*(?:```(?:json)?|[`\"'“”\u2018\u2019])?\s*(?=[\[{])",
    re.IGNORECASE,
)
_JSON_PART = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_AFTER_JSON = "`\"'“”\u2018\u2019"


@dataclass(frozen=True, slots=True)
class Miss:
    """What was not understood: a "subcommand", "key", "flag", "empty" or "long".

    *candidates* are whole commands, without the slash command, that may have been
    meant; *reads*: they change nothing.
    """

    typed: str
    part: str
    candidates: tuple[str, ...]
    reads: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it was typed, and without its quotes or emphasis."""

    raw: str
    text: str
    quoted: bool = False

    @property
    def unclosed(self) -> bool:
        pair = _PAIR.fullmatch(self.raw)
        text = pair[3] if pair else self.raw
        return text.startswith(('"', "'")) and _unquoted(text) == text

    @property
    def token(self) -> Token:
        return Token(self.text, classify(self.text))


@dataclass(slots=True)
class _Reading:
    """One command as it is gathered: *rest* is what stands beside its subcommand."""

    vocabulary: Vocabulary
    subcommand: Syntax
    rest: list[_Word]
    ids: list[Token] = field(default_factory=list)
    pairs: dict[str, list[str]] = field(default_factory=dict)
    adds: dict[str, list[str]] = field(default_factory=dict)
    drops: dict[str, list[str]] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    def words(self) -> Words:
        return Words(
            subcommand=self.subcommand.name,
            ids=tuple(self.ids),
            pairs=_frozen(self.pairs),
            adds=_frozen(self.adds),
            drops=_frozen(self.drops),
            flags=frozenset(self.flags),
            remarks=tuple(self.remarks),
        )


def read(text: str, vocabulary: Vocabulary) -> Words | Miss:
    """Read *text*, what was typed after the command's command; never raises."""
    typed, pasted = _cut_json(text, vocabulary)
    if len(typed) > LONGEST:
        return _too_long(typed, LONGEST)
    if len(pasted) > LONGEST_JSON:
        return _too_long(pasted, LONGEST_JSON)
    answer = _understood(_split(normalise(typed)), pasted, vocabulary)
    if isinstance(answer, Words) or not pasted:
        return answer
    whole = (f"{command} json={pasted}" for command in answer.candidates)
    return replace(answer, candidates=tuple(whole))


# ── cutting ──────────────────────────────────────────────────────────────────────


def _cut_json(text: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Take `json={…}` out of *text*, as it was pasted, if any subcommand takes it."""
    if code := _ALL_CODE.fullmatch(text):
        text = code["inside"]
    match = _JSON.search(text)
    if not match or not any(
        "json" in subcommand.keys for subcommand in vocabulary.subcommands
    ):
        return text, ""
    end = _closed(text, match.end())
    after = text[end:].lstrip(_AFTER_JSON)
    return f"{text[: match.start()]} {after}", unwrap(text[match.end() : end])


def _closed(text: str, start: int) -> int:
    """Return where the bracket at *start* is closed; the end if it never is."""
    depth = 0
    for part in _JSON_PART.finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(part[0], 0)
        if not depth:
            return part.end()
    return len(text)


def _split(text: str) -> list[_Word]:
    words = []
    for match in _WORD.finditer(text):
        raw = match[0]
        quoted = match["quoted"] == raw
        if quoted and len(raw) == len('""'):
            continue  # nothing was said
        words.append(_Word(raw, raw[1:-1] if quoted else bare(raw), quoted))
    return words


def _understood(
    words: list[_Word], pasted: str, vocabulary: Vocabulary
) -> Words | Miss:
    reading = _begun(words, vocabulary)
    if isinstance(reading, Miss):
        return reading
    return _gather(reading, pasted) or reading.words()


# ── the subcommand ──────────────────────────────────────────────────────────────


def _begun(words: list[_Word], vocabulary: Vocabulary) -> _Reading | Miss:
    """Find the subcommand: the first word that is no ID, flag or pair, or the bare."""
    said = next((word for word in words if _may_be_verb(word)), None)
    rest = [word for word in words if word is not said]
    alone = vocabulary.called(vocabulary.bare)
    if said and (subcommand := vocabulary.means(said.text)):
        return _Reading(vocabulary, subcommand, rest)
    if alone and (said is None or vocabulary.takes_anything):
        return _Reading(vocabulary, alone, words)
    if said is None:
        return _missed_nothing(words, vocabulary)
    if said.text.casefold() in HELP and (subcommand := _topic(rest, vocabulary)):
        return _Reading(vocabulary, subcommand, [], flags={"help"})
    missed = _missed_verb(said, rest, vocabulary)
    if alone and alone.reads and not missed.candidates:
        return _looked_at(said, rest, alone, vocabulary) or missed
    return missed


def _may_be_verb(word: _Word) -> bool:
    if word.quoted or word.text == "--" or _flag(word.text):
        return False
    return not _PAIR.fullmatch(word.text) and word.token.kind is TokenKind.WORD


def _topic(rest: list[_Word], vocabulary: Vocabulary) -> Syntax | None:
    """Return the subcommand that help is wanted for."""
    return vocabulary.means(rest[0].text) if rest else None


def _looked_at(
    said: _Word, rest: list[_Word], subcommand: Syntax, vocabulary: Vocabulary
) -> _Reading | None:
    """Read the IDs out of words that make no command; None if more was meant."""
    kept = [word for word in rest if not _may_be_verb(word)]
    ids = [word.text for word in kept if word.token.kind is not TokenKind.WORD]
    if not ids or any(_PAIR.fullmatch(word.text) for word in kept):
        return None
    remark = _("I do not know “{typed}”; I took this as “{meant}”.").format(
        typed=said.text[:LONGEST_ECHO], meant=" ".join((subcommand.name, *ids))
    )
    return _Reading(vocabulary, subcommand, kept, remarks=[remark])


# ── what follows it ──────────────────────────────────────────────────────────────


def _gather(reading: _Reading, pasted: str) -> Miss | None:
    if pasted and "json" not in reading.subcommand.keys:
        return _missed_key("json", _Word("", ""), reading)
    if pasted:
        reading.pairs["json"] = [pasted]
    if any(word.unclosed for word in reading.rest):
        reading.remarks.append(_("A quote was not closed; I took it literally."))
    flags_end = next(
        (at for at, word in enumerate(reading.rest) if word.raw == "--"),
        len(reading.rest),
    )
    for at, word in enumerate(reading.rest):
        if at != flags_end and (missed := _take(word, reading, flags=at < flags_end)):
            return missed
    return None


def _take(word: _Word, reading: _Reading, *, flags: bool) -> Miss | None:
    """Put *word* where it belongs; *flags* until `--` ends them."""
    pair = _PAIR.fullmatch(word.text)
    literal = word.quoted or (not flags and word.text.startswith("-"))
    if pair and not literal:
        return _take_pair(pair, word, reading)
    if not literal and (flag := _flag(word.text)):
        return _take_flag(flag, word, reading)
    reading.ids.append(word.token)
    return None


def _flag(text: str) -> str:
    match = _FLAG.fullmatch(text)
    return match[1].lower() if match else SHORT_FLAGS.get(text, "")


def _take_flag(flag: str, word: _Word, reading: _Reading) -> Miss | None:
    known = (*reading.subcommand.flags, *COMMON_FLAGS)
    if flag in known:
        reading.flags.add(flag)
        return None
    near = nearest(flag, known)
    if reading.vocabulary.takes_anything and not near:
        reading.ids.append(word.token)
        return None
    return _missed_flag(flag, near, word, reading)


def _take_pair(pair: re.Match[str], word: _Word, reading: _Reading) -> Miss | None:
    typed, sign, value = pair[1], pair[2], _unquoted(pair[3])
    near = _keys_like(typed, reading.subcommand.keys)
    if len(near) == 1 and near[0].startswith(typed.casefold()):
        kept = {"=": reading.pairs, "+=": reading.adds, "-=": reading.drops}[sign]
        kept.setdefault(near[0], []).append(value)
        return None
    inside = Token(value, classify(value))
    if _names_an_id(typed) and inside.kind is not TokenKind.WORD:
        reading.ids.append(inside)
        return None
    free = reading.vocabulary.takes_anything and not near
    if free or word.token.kind is not TokenKind.WORD:
        reading.ids.append(word.token)
        return None
    return _missed_key(typed, word, reading)


def _unquoted(value: str) -> str:
    match = _QUOTED.fullmatch(value)
    return match["inside"] if match else value


def _keys_like(typed: str, keys: Sequence[str]) -> tuple[str, ...]:
    """Return the key that *typed* is, or those it begins, or those it nearly is."""
    said = typed.casefold()
    if said in keys:
        return (said,)
    return tuple(key for key in keys if key.startswith(said)) or nearest(said, keys)


def _names_an_id(key: str) -> bool:
    return key.replace("_", "").replace("-", "").casefold() in ID_NAMES


def _frozen(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in lists.items()}


# ── what was not understood ──────────────────────────────────────────────────────


def _too_long(typed: str, most: int) -> Miss:
    sentence = _("That is {n} characters; I read {most} at most.").format(
        n=f"{len(typed):,}", most=f"{most:,}"
    )
    return Miss(typed[:LONGEST_ECHO], "long", (), reads=False, sentence=sentence)


def _missed_nothing(words: list[_Word], vocabulary: Vocabulary) -> Miss:
    sentence = _("/{command} needs a verb: {subcommands}.").format(
        command=vocabulary.command, subcommands=vocabulary.listed
    )
    typed = words[0].text[:LONGEST_ECHO] if words else ""
    return Miss(typed, "empty", (), reads=False, sentence=sentence)


def _missed_verb(said: _Word, rest: list[_Word], vocabulary: Vocabulary) -> Miss:
    near = nearest(said.text.casefold(), vocabulary.sayings())
    subcommands = {
        subcommand.name: subcommand
        for word in near
        if (subcommand := vocabulary.means(word))
    }
    typed = said.text[:LONGEST_ECHO]
    sentence = _("/{command} has no “{typed}”.").format(
        command=vocabulary.command, typed=typed
    )
    if not subcommands:
        sentence += " " + _("It knows {subcommands}.").format(
            subcommands=vocabulary.listed
        )
    return Miss(
        typed,
        "subcommand",
        tuple(" ".join((name, *(word.raw for word in rest))) for name in subcommands),
        reads=bool(subcommands)
        and all(subcommand.reads for subcommand in subcommands.values()),
        sentence=sentence,
    )


def _missed_flag(
    flag: str, near: tuple[str, ...], word: _Word, reading: _Reading
) -> Miss:
    sentence = _("I do not know --{flag}.").format(flag=flag)
    meant = {f"--{one}": f"--{one}" for one in near}
    if not meant:  # a value may stand in the next word, so there is nothing to put here
        meant = {f"{key}=": "" for key in _keys_like(flag, reading.subcommand.keys)}
    miss = Miss(f"--{flag}", "flag", (), reads=False, sentence=sentence)
    return _meant(miss, meant, word, reading)


def _missed_key(key: str, word: _Word, reading: _Reading) -> Miss:
    sentence = _("/{command} {subcommand} has no “{key}=”.").format(
        command=reading.vocabulary.command,
        subcommand=reading.subcommand.name,
        key=key[:LONGEST_ECHO],
    )
    near = _keys_like(key, reading.subcommand.keys)
    meant = {f"{one}=": word.raw.replace(key, one, 1) for one in near}
    miss = Miss(f"{key[:LONGEST_ECHO]}=", "key", (), reads=False, sentence=sentence)
    return _meant(miss, meant, word, reading)


def _meant(
    miss: Miss, meant: Mapping[str, str], word: _Word, reading: _Reading
) -> Miss:
    """Add to *miss* what may have been *meant*, and what *word* then would be."""
    if not meant:
        return miss
    question = _("Did you mean {meant}?").format(meant=" ".join(meant))
    commands = tuple(
        " ".join(
            (
                reading.subcommand.name,
                *(put if w is word else w.raw for w in reading.rest),
            )
        )
        for put in meant.values()
        if put
    )
    return replace(
        miss,
        candidates=commands,
        reads=bool(commands) and reading.subcommand.reads,
        sentence=f"{miss.sentence} {question}",
    )
