"""Reads an expression of PromQL: its grammar, and what stands in it.

What is read is what the alerts and the dashboard use, and nothing else:
https://prometheus.io/docs/prometheus/latest/querying/basics/
"""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?)(?![a-z0-9])
    |(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    |(?P<range>\[(?:\d+[smhd]|\$__rate_interval)\])
    |(?P<text>"(?:[^"\\]|\\.)*")
    |(?P<sign>=~|!~|!=|==|>=|<=|[-+*/<>=(){},])
    )""",
    re.VERBOSE,
)
AGGREGATIONS = {"sum", "min", "max", "count", "avg", "topk"}
OF_RANGES = {"rate", "increase"}
FUNCTIONS = {*OF_RANGES, "abs", "absent", "histogram_quantile"}
WITH_NUMBER = {"topk", "histogram_quantile"}  # that comes first
COMPARE, SUM, PRODUCT = {">", "<", "==", "!=", ">=", "<="}, {"+", "-"}, {"*", "/"}
SETS = {"and", "or", "unless"}


class Wrong(Exception):
    """It is no expression of the grammar."""


@dataclass
class Read:
    """What an expression asks for.

    *selectors* are names of series with their matchers (label, sign, value); *labels*
    are those that it groups by.
    """

    selectors: list = field(default_factory=list)
    labels: set = field(default_factory=set)


def read(text):
    """Return what *text* asks for.

    Raises:
        Wrong: it is no expression.
    """
    parser = _Parser(tokens(text))
    parser.expression()
    if parser.left:
        raise Wrong(f"left over: {parser.left}")
    return parser.read


def tokens(text):
    """Return *text* as pairs of a kind and a word."""
    at, made = 0, []
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None:
            raise Wrong(f"unreadable: {text[at:]}")
        made.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return made


class _Parser:
    def __init__(self, left):
        self.left, self.read = left, Read()

    def peek(self):
        return self.left[0] if self.left else ("", "")

    def take(self, *words):
        kind, word = self.peek()
        if not self.left or (words and word not in words):
            raise Wrong(f"{words} wanted, not {word or 'the end'}")
        self.left = self.left[1:]
        return kind, word

    def expression(self):
        self.binary(SETS, lambda: self.binary(COMPARE, self.sums), on=True)

    def sums(self):
        self.binary(SUM, lambda: self.binary(PRODUCT, self.operand))

    def binary(self, signs, inner, *, on=False):
        inner()
        while self.peek()[1] in signs:
            self.take()
            if on and self.peek()[1] in {"on", "ignoring"}:
                self.take()
                self.names()
            inner()

    def operand(self):
        kind, word = self.take()
        if kind == "number":
            return
        if word == "(":
            self.expression()
            self.take(")")
        elif kind != "name":
            raise Wrong(f"an operand is wanted, not {word}")
        elif word in AGGREGATIONS:
            self.aggregation(word)
        elif word in FUNCTIONS:
            self.call(word)
        else:
            self.selector(word)

    def aggregation(self, word):
        if self.peek()[1] in {"by", "without"}:
            self.take()
            self.read.labels |= self.names()
        self.call(word)

    def call(self, word):
        self.take("(")
        if word in WITH_NUMBER:
            if self.take()[0] != "number":
                raise Wrong(f"{word} takes a number first")
            self.take(",")
        if word in OF_RANGES:
            self.selector(self.take()[1], ranged=True)
        else:
            self.expression()
        self.take(")")

    def selector(self, name, *, ranged=False):
        matchers = []
        if self.peek()[1] == "{":
            self.take()
            while self.peek()[1] != "}":
                matchers.append(self.matcher())
                if self.peek()[1] == ",":
                    self.take()
            self.take("}")
        is_ranged = self.peek()[0] == "range"
        if is_ranged != ranged:
            raise Wrong(f"{name}: a range belongs to {OF_RANGES}, and to them alone")
        if is_ranged:
            self.take()
        self.read.selectors.append((name, tuple(matchers)))

    def matcher(self):
        kind, label = self.take()
        _, sign = self.take("=", "!=", "=~", "!~")
        what, value = self.take()
        if (kind, what) != ("name", "text"):
            raise Wrong(f"no matcher: {label} {value}")
        return label, sign, value[1:-1]

    def names(self):
        self.take("(")
        found = set()
        while self.peek()[1] != ")":
            found.add(self.take()[1])
            if self.peek()[1] == ",":
                self.take()
        self.take(")")
        return found
