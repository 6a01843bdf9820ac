"""Cuts what was typed into words, and a pasted request out of it."""

import re
from dataclasses import dataclass

from bot.dialogue.words import Token, TokenKind
from bot.grammar.times import belongs, goes_on
from bot.grammar.tokens import bare, classify, normalise, unwrap
from bot.grammar.vocabulary import TIMES, Vocabulary

SHORT_FLAGS = {"-y": "yes", "-h": "help"}

_WORD = re.compile(
    r"(?:(?:--)?[A-Za-z][\w-]*?[+-]?=)?(?P<quoted>\"[^\"]*\"|'[^']*')(?!\S)|\S+"
)
_FLAG = re.compile(r"--([A-Za-z][A-Za-z-]*)")
PAIR = re.compile(r"(?:--)?([A-Za-z][\w-]*?)(\+=|-=|=)(.*)", re.DOTALL)
_QUOTED = re.compile(r"([\"'`])(?P<inside>.*)\1", re.DOTALL)
_ALL_CODE = re.compile(r"\s*(`{1,3})(?P<inside>[^`]+)\1\s*")
_JSON = re.compile(
    r"(?<!\S)json\s*=\s*(?P<fence>```(?:json)?|[`\"'“”\u2018\u2019])?\s*(?=[\[{])",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    r"(?<!\S)(?P<fence>```(?:json)?|`)?\s*(?=\{\s*[\"“”]\w+[\"“”]\s*:)", re.IGNORECASE
)
_JSON_PART = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_FENCES = re.compile("[`\"'“”\u2018\u2019]*")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was typed, and without its quotes or emphasis."""

    raw: str
    text: str
    quoted: bool = False

    @property
    def pair(self) -> re.Match[str] | None:
        """Its key, sign and value, if it is a pair."""
        return None if self.quoted else PAIR.fullmatch(self.text)

    @property
    def flag(self) -> str:
        """The name of the flag that it is; "" if it is none."""
        if self.quoted:
            return ""
        match = _FLAG.fullmatch(self.text)
        return match[1].lower() if match else SHORT_FLAGS.get(self.text, "")

    @property
    def plain(self) -> bool:
        """Whether it can be a subcommand."""
        special = self.quoted or self.text == "--" or self.flag or self.pair
        return (
            not (special or self.text.isdigit()) and self.token.kind is TokenKind.WORD
        )

    @property
    def unclosed(self) -> bool:
        """Whether it begins with a quote that does not end."""
        pair = PAIR.fullmatch(self.raw)
        text = pair[3] if pair else self.raw
        return text.startswith(('"', "'")) and unquoted(text) == text

    @property
    def token(self) -> Token:
        """Its text, and what that looks like."""
        return Token(self.text, classify(self.text))


def cut_json(text: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Take `json={…}` out of *text*, as it was pasted, if any subcommand takes it.

    So is an object without its key, behind a subcommand that takes it.
    """
    if code := _ALL_CODE.fullmatch(text):
        text = code["inside"]
    if not any("json" in one.keys for one in vocabulary.subcommands):
        return text, ""
    match = _JSON.search(text)
    if match is None:
        match = _OBJECT.search(text)
        if not match or not _takes_json(text[: match.start()], vocabulary):
            return text, ""
    end = _closed(text, match.end())
    after = text[end:].lstrip() if match["fence"] else text[end:]
    rest = f"{text[: match.start()]} {_FENCES.sub(' ', after, count=1)}"
    return rest, unwrap(text[match.end() : end])


def _takes_json(before: str, vocabulary: Vocabulary) -> bool:
    """Tell whether JSON may stand behind *before*: its subcommand takes some."""
    words = (word for word in split(normalise(before)) if word.plain)
    named = next(filter(None, (vocabulary.means(word.text) for word in words)), None)
    return named is not None and "json" in named.keys and before.count('"') % 2 == 0


def _closed(text: str, start: int) -> int:
    """Return where the bracket at *start* is closed; the end if it never is."""
    depth = 0
    for part in _JSON_PART.finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(part[0], 0)
        if not depth:
            return part.end()
    return len(text)


def split(text: str) -> list[Word]:
    """Return the words of *text*; empty quotes are none."""
    words = []
    for match in _WORD.finditer(text):
        raw = match[0]
        quoted = match["quoted"] == raw
        if quoted and len(raw) == len('""'):
            continue
        words.append(Word(raw, raw[1:-1] if quoted else bare(raw), quoted))
    return words


def with_times(words: list[Word]) -> list[Word]:
    """Return *words* with a time that has a space in it as one value.

    So `until=2026-11-24 18:00` needs no quotes, nor does `for=1h 30m`.
    """
    whole: list[Word] = []
    for word in words:
        if whole and _goes_on(whole[-1], word):
            text = f"{whole[-1].text} {word.text}"
            key, _equals, value = text.partition("=")
            whole[-1] = Word(f'{key}="{value}"', text)
        else:
            whole.append(word)
    return whole


def _goes_on(before: Word, word: Word) -> bool:
    pair = before.pair
    if pair is None or pair[2] != "=" or pair[1].casefold() not in TIMES:
        return False
    if word.quoted or word.pair or word.flag:
        return False
    return goes_on(pair[3], word.text) or belongs(pair[3], word.text)


def unquoted(value: str) -> str:
    """Return *value* without the quotes around the whole of it."""
    match = _QUOTED.fullmatch(value)
    return match["inside"] if match else value
