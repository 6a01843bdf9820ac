"""The grammar of commands: text in, `Words` or a `Miss` out.

The grammar in EBNF (ISO 14977), for the text after the slash command. Before it is
read, the backticks around the whole of it go, and all but a pasted request is put
straight (`tokens.normalise`: quotes, dashes, spaces, Slack's markup).

    command    = [ space ], [ topic | words ], [ space ] ;
    topic      = ( "help" | "?" | "帮助" ), space, subcommand, [ space, words ] ;
    words      = word, { space, word } ;
    word       = request | quoted | end | part | mark, part, mark ;
    part       = subcommand | pair | flag | text ;

    subcommand = ? a declared name or a synonym of one, in any case ? ;

    pair       = [ "--" ], key, sign, value | named ;
    key        = letter, { ? a letter or digit of any script ? | "_" | "-" } ;
    sign       = "=" | "+=" | "-=" ;
    value      = quoted | "`", { visible }, "`" | { visible } ;

    named      = { bracket }, name, ":", [ space ], id, { bracket | "," } ;
    name       = [ quote ], ( "task" | "session" | "request" | "user" | "room"
                 | "sdkapp" ), [ "_" | "-" | space ], "id", [ quote ] ;
    id         = [ quote ], { visible }, [ quote ] ;
    bracket    = "{" | "}" | "[" | "]" | "(" | ")" ;
    quote      = '"' | "'" ;

    request    = [ "json", [ space ], "=", [ space ] ],
                 ( json | fence, [ space ], json, [ space ] ), { fence } ;
    json       = ? an object or array, to its closing bracket or the end of all ? ;
    fence      = "```json" | "```" | "`" | ? a quotation mark of any kind ? ;

    flag       = "--", letter, { letter | "-" } | "-y" | "-h" ;
    end        = "--" ;

    quoted     = '"', { ? any but '"' ? }, '"' | "'", { ? any but "'" ? }, "'" ;
    mark       = "`" | "*" | "_" | '"' | "'" ;
    text       = visible, { visible } ;
    letter     = ? A to Z or a to z ? ;
    visible    = ? any character but white space ? ;
    space      = ? white space ?, { ? white space ? } ;

What the rules leave open:

- The subcommand is the first part that is neither a pair, a flag, `end`, quoted, a
  number nor an ID (`tokens.classify`), wherever it stands. It may be missing if the
  command has a bare subcommand. What is nothing else is an operand. Empty quotes are
  nothing.
- `topic` is `--help` of its subcommand, unless a subcommand is called "help"; the
  words after it mean nothing.
- A key is one that the subcommand declares, in any case, or the beginning of just
  one. `+=` and `-=` are for the keys that it declares as `changes`, and two values
  are for those that it declares as `several`. `TaskId=-m97…` and the like are the ID
  alone; any other word that is an ID as a whole is that ID.
- `named`, in any case, is the pair of its name and ID, and so is each other member of
  the JSON that it begins, as far as that has no space in it.
- A flag is one that the subcommand declares, in any case, or `--help`; `-y` is
  `--yes`, `-h` is `--help`. A TaskId begins with one dash, which makes no flag.
- After the first `end`, a part that begins with a dash is an operand.
- `request` comes once, in any case, where a subcommand declares the key `json`. Without
  its key it is an object, behind a subcommand that declares it.
- A value of a key that says when goes on after a space, as far as that makes a time.
- A quote that is not closed is a character like any other, with a remark.
- Of a command whose only subcommand is the bare one, a word with a digit in it is an
  operand, and so is any other beside an ID.
- A command that is declared so takes prose and log lines. There `named` is read by
  itself, and a pair with `=` whose key is not declared is an operand; beside such a
  pair or a plain word so are undeclared flags, and pairs with `+=` and `-=`, unlike
  declared ones.

Whatever else is typed is a `Miss`. Only an ID beside words that make no subcommand is
read all the same, by a bare subcommand that changes nothing, with a remark.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from bot.dialogue.words import Token, TokenKind, Words
from bot.grammar import misses, tokens
from bot.grammar.cut import PAIR, Word, cut_json, split, unquoted, with_times
from bot.grammar.misses import LONGEST_ECHO, Miss, Position
from bot.grammar.named import with_ids
from bot.grammar.strays import meant_by
from bot.grammar.suggestions import keys_like
from bot.grammar.tokens import classify, find_ids, normalise
from bot.grammar.vocabulary import COMMON_FLAG, HELP, Syntax, Vocabulary
from bot.i18n import _
from bot.spelling import nearest

__all__ = [
    "Miss",
    "Syntax",
    "Vocabulary",
    "classify",
    "find_ids",
    "normalise",
    "read",
    "subcommand_in",
]

LONGEST = 2000  # characters of a command, without its pasted request
LONGEST_PROSE = 4_000  # the same of a command that takes log lines
LONGEST_JSON = 40_000  # characters of a pasted request
MOST_MISSED = 20  # words that are not understood, behind which a line is not read
MOST_TOLD = 5  # sentences about them
MOST_MENDED = 4  # for which a whole command is offered in which all are right

# What may stand before an ID in something pasted (`TaskId=-m97…`).
ID_NAMES = frozenset(
    {"id", "task", "taskid", "request", "requestid", "session", "sessionid", "handle"}
)


@dataclass(slots=True)
class _Reading:
    """One command as it is gathered: *rest* is what stands beside its subcommand."""

    vocabulary: Vocabulary
    subcommand: Syntax
    rest: list[Word]
    ids: list[Token] = field(default_factory=list)
    pairs: dict[str, list[str]] = field(default_factory=dict)
    adds: dict[str, list[str]] = field(default_factory=dict)
    drops: dict[str, list[str]] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    @property
    def prose(self) -> bool:
        """Whether the operands are a text, in which a flag may be nobody's."""
        return self.vocabulary.takes_anything and any(
            word.plain or _is_foreign(word.pair, self.subcommand) for word in self.rest
        )

    @property
    def too_many(self) -> bool:
        """Whether more words stand alone than the subcommand takes, mostly one."""
        most = self.subcommand.most
        return len(self.ids) > (1 if most is None else most)

    def position(self, at: int) -> Position:
        """Return the place of word number *at* of the rest."""
        typed = [word.raw for word in self.rest]
        return Position(
            command=self.vocabulary.command,
            subcommand=self.subcommand,
            before=typed[:at],
            word=typed[at],
            after=typed[at + 1 :],
            others=self.vocabulary.subcommands,
        )

    def words(self) -> Words:
        return Words(
            subcommand=self.subcommand.name,
            ids=tuple(self.ids),
            pairs=_frozen(self.pairs),
            adds=_frozen(self.adds),
            drops=_frozen(self.drops),
            flags=frozenset(self.flags),
            remarks=tuple(self.remarks),
            meant=meant_by(self.rest, self.subcommand) if self.too_many else (),
        )


def read(text: str, vocabulary: Vocabulary) -> Words | Miss:
    """Read *text*, what was typed after the slash command; never raises."""
    typed, pasted = cut_json(text, vocabulary)
    most = LONGEST_PROSE if vocabulary.takes_anything else LONGEST
    if len(typed) > most:
        return misses.too_long(typed, most)
    if len(pasted) > LONGEST_JSON:
        return misses.too_long(pasted, LONGEST_JSON)
    answer = _understood(_words_in(typed, vocabulary), pasted, vocabulary)
    if isinstance(answer, Words):
        return replace(answer, mentions=tokens.unnamed(typed))
    if not pasted:
        return answer
    whole = (f"{command} json={pasted}" for command in answer.candidates)
    return replace(answer, candidates=tuple(whole))


def subcommand_in(text: str, vocabulary: Vocabulary) -> str:
    """Return the name of the subcommand that `read` would find in *text*, if any.

    What stands beside it is not looked at; it may be wrong, or a question for help.
    """
    typed, _pasted = cut_json(text, vocabulary)
    if len(typed) > LONGEST:
        return ""
    reading = _begun(_words_in(typed, vocabulary), vocabulary)
    return reading.subcommand.name if isinstance(reading, _Reading) else ""


def _words_in(text: str, vocabulary: Vocabulary) -> list[Word]:
    words = split(normalise(text))
    return words if vocabulary.takes_anything else with_times(with_ids(words))


def _understood(words: list[Word], pasted: str, vocabulary: Vocabulary) -> Words | Miss:
    reading = _begun(words, vocabulary)
    if isinstance(reading, Miss):
        return reading
    return _gather(reading, pasted) or reading.words()


# ── the subcommand ──────────────────────────────────────────────────────────────


def _begun(words: list[Word], vocabulary: Vocabulary) -> _Reading | Miss:
    """Find the subcommand: the first plain word, or else the bare one."""
    verb = next((word for word in words if word.plain), None)
    default = vocabulary.called(vocabulary.bare)
    if verb and (subcommand := vocabulary.means(verb.text)):
        return _Reading(vocabulary, subcommand, _without(verb, words))
    if default and (verb is None or _are_operands(words, verb, vocabulary)):
        return _Reading(vocabulary, default, words)
    if verb is None:
        return misses.no_subcommand(words[0].text if words else "", vocabulary)
    return _unknown(verb, _without(verb, words), vocabulary)


def _are_operands(words: list[Word], verb: Word, vocabulary: Vocabulary) -> bool:
    """Tell whether *words* with *verb*, no subcommand, are all for the bare one."""
    an_id = any(map(str.isdigit, verb.text)) or any(
        not (word.plain or word.pair or word.flag) for word in words
    )
    return vocabulary.takes_anything or (vocabulary.has_one and an_id)


def _without(word: Word, words: list[Word]) -> list[Word]:
    return [one for one in words if one is not word]


def _unknown(verb: Word, rest: list[Word], vocabulary: Vocabulary) -> _Reading | Miss:
    """Read a command whose *verb* is no subcommand: help, an ID to look at, a miss."""
    topic = vocabulary.means(rest[0].text) if rest else None
    if topic and verb.text.casefold() in HELP:
        return _Reading(vocabulary, topic, [], flags={"help"})
    if rest and rest[0].plain and verb.text.casefold() in HELP:
        return misses.no_topic(rest[0].text, vocabulary)
    miss = misses.unknown_subcommand(verb.text, [one.raw for one in rest], vocabulary)
    return miss if miss.candidates else _looked_at(verb, rest, vocabulary) or miss


def _looked_at(verb: Word, rest: list[Word], vocabulary: Vocabulary) -> _Reading | None:
    """Read the IDs out of words that make no command; None if more was meant."""
    default = vocabulary.called(vocabulary.bare)
    kept = [word for word in rest if not word.plain]
    ids = [word.text for word in kept if word.token.kind is not TokenKind.WORD]
    if not default or not default.reads:
        return None
    if not ids or any(PAIR.fullmatch(word.text) for word in kept):
        return None
    remark = _("There is no “{typed}”; this was read as “{meant}”.").format(
        typed=verb.text[:LONGEST_ECHO], meant=" ".join((default.name, *ids))
    )
    return _Reading(vocabulary, default, kept, remarks=[remark])


# ── what follows it ──────────────────────────────────────────────────────────────


def _gather(reading: _Reading, pasted: str) -> Miss | None:
    if pasted and "json" not in reading.subcommand.keys:
        typed = [word.raw for word in reading.rest]
        position = Position(
            reading.vocabulary.command, reading.subcommand, typed, "", ()
        )
        return misses.unknown_key("json", position)
    if pasted:
        reading.pairs["json"] = [pasted]
    if any(word.unclosed for word in reading.rest):
        reading.remarks.append(
            _("A quote was not closed, and was read as a character.")
        )
    ended, missed = False, list[Miss]()
    for at, word in enumerate(reading.rest):
        if word.raw == "--" and not ended:
            ended = True
        elif miss := _take(at, word, reading, dashed=ended):
            missed.append(miss)
        if len(missed) == MOST_MISSED:
            break
    return _all_missed(missed, reading.vocabulary) if missed else None


def _all_missed(missed: list[Miss], vocabulary: Vocabulary) -> Miss:
    """Return all that was *missed* as one; it offers what is right in every place."""
    first, *others = missed
    if not others:
        return first
    offered: dict[str, None] = {}
    if len(others) < MOST_MENDED:
        for one in first.candidates:
            again = _understood(_words_in(one, vocabulary), "", vocabulary)
            offered |= dict.fromkeys(getattr(again, "candidates", ()))
    sentences = dict.fromkeys(one.sentence for one in missed)
    whole = " ".join(islice(sentences, MOST_TOLD))
    return replace(first, sentence=whole, candidates=tuple(offered))


def _take(at: int, word: Word, reading: _Reading, *, dashed: bool) -> Miss | None:
    """Put *word* where it belongs; *dashed*: one that begins with a dash is text."""
    literal = dashed and word.text.startswith("-")
    if word.pair and not literal:
        return _take_pair(at, word.pair, reading)
    if word.flag and not literal:
        return _take_flag(at, word.flag, reading)
    reading.ids.append(word.token)
    return None


def _take_flag(at: int, flag: str, reading: _Reading) -> Miss | None:
    flags = (*reading.subcommand.flags, COMMON_FLAG)
    if flag in flags:
        reading.flags.add(flag)
    elif reading.prose and not nearest(flag, flags):
        reading.ids.append(reading.rest[at].token)
    else:
        return misses.unknown_flag(flag, reading.position(at))
    return None


def _take_pair(at: int, pair: re.Match[str], reading: _Reading) -> Miss | None:
    typed, sign, value = pair[1], pair[2], unquoted(pair[3])
    if other := dict(reading.subcommand.elsewhere).get(typed.casefold()):
        return misses.of_another(typed, other, reading.position(at))
    near = keys_like(typed, reading.subcommand.keys)
    key = near[0] if len(near) == 1 and near[0].startswith(typed.casefold()) else ""
    if sign != "=" and (key or _id_in(pair)) and key not in reading.subcommand.changes:
        return misses.unchangeable_key(key or typed, sign, reading.position(at))
    if key:
        return _keep(key, sign, value, reading, at)
    token = _id_in(pair) or reading.rest[at].token
    is_text = reading.vocabulary.takes_anything and (sign == "=" or reading.prose)
    if token.kind is TokenKind.WORD and (near or not is_text):
        return misses.unknown_key(typed, reading.position(at))
    reading.ids.append(token)
    return None


def _keep(key: str, sign: str, value: str, reading: _Reading, at: int) -> Miss | None:
    """Keep *value*; of a key that says one thing, not another one beside it."""
    kept = {"=": reading.pairs, "+=": reading.adds, "-=": reading.drops}[sign]
    values = kept.setdefault(key, [])
    is_one = sign == "=" and key not in reading.subcommand.several
    if is_one and values and value not in values and not reading.prose:
        return misses.twice(key, reading.position(at))
    values.append(value)
    return None


def _is_foreign(pair: re.Match[str] | None, subcommand: Syntax) -> bool:
    """Tell whether *pair* is one of a log line: `level=error`."""
    if pair is None or pair[2] != "=" or _id_in(pair):
        return False
    return not keys_like(pair[1], subcommand.keys)


def _id_in(pair: re.Match[str]) -> Token | None:
    """Return the ID of a pair that only names its kind: `TaskId=-m97…`."""
    name = pair[1].replace("_", "").replace("-", "").casefold()
    value = unquoted(pair[3])
    token = Token(value, classify(value))
    return token if name in ID_NAMES and token.kind is not TokenKind.WORD else None


def _frozen(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in lists.items()}
