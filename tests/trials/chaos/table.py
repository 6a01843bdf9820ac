"""What came of the rows, for people: as lines, and as a table of docs/promises.md."""

from dataclasses import dataclass

from tests.trials.chaos.stage import TOP

PROMISES = TOP / "docs/promises.md"
BEGINS, ENDS = "<!-- chaos: begins -->", "<!-- chaos: ends -->"
HEAD = (
    "| SEED={seed} | submitted | started | hurt | most in a second | orphan, takeover,"
    " extra cards | wrong |\n|---|---|---|---|---|---|---|\n"
)


@dataclass(frozen=True)
class Result:
    """What a row came to, for the *label* of one of its cases."""

    row: str
    label: str
    verdict: dict

    @property
    def faults(self):
        return self.verdict["faults"]

    @property
    def wrong(self):
        return ", ".join(f"{name} {n}" for name, n in self.faults.items()) or "0"

    def __str__(self):
        figures = {
            name: value
            for name, value in self.verdict.items()
            if value and name not in {"faults", "where"}
        }
        lines = [f"{self.row}, {self.label}: {self.wrong}", f"  {figures}"]
        return "\n".join([*lines, *(f"  {one}" for one in self.verdict["where"])])

    @property
    def cells(self):
        verdict = self.verdict
        orphans = verdict["orphans told within, s"]
        late = (
            f"{orphans[1]} s" if orphans else "–",
            f"{verdict['takeover, s']} s" if verdict["takeover, s"] else "–",
            str(verdict["extra cards"]),
        )
        return (
            f"{self.row}: {self.label}",
            verdict["submitted"],
            verdict["started"],
            verdict["hurt"],
            verdict["most starts in a second"],
            ", ".join(late),
            self.wrong if not self.faults else f"**{self.wrong}**",
        )


def as_table(results, seed, others=()):
    """Return *results* as a table, with the lines of *others*."""
    rows = ["| " + " | ".join(map(str, one.cells)) + " |\n" for one in results]
    return HEAD.format(seed=seed) + "".join([*others, *rows])


def others_in(text, results):
    """Return the lines of the table in *text* that are of other rows than *results*."""
    mine = tuple(f"| {one.row}: " for one in results)
    lines = text.partition(BEGINS)[2].partition(ENDS)[0].splitlines(keepends=True)
    rows = [one for one in lines if one.startswith("| ") and "SEED=" not in one]
    return [one for one in rows if not one.startswith(mine)]


def put(text, begins, ends, what):
    """Return *text* with *what* between the lines *begins* and *ends*.

    Raises:
        ValueError: it does not have both.
    """
    head, found, rest = text.partition(f"{begins}\n")
    _old, also, tail = rest.partition(ends)
    if not (found and also):
        raise ValueError(f"there is no place for it between {begins} and {ends}")
    return f"{head}{begins}\n{what}{ends}{tail}"


def write(results, seed):
    """Put *results* into the page of promises; what it has of other rows stays."""
    text = PROMISES.read_text(encoding="utf-8")
    table = as_table(results, seed, others_in(text, results))
    text = put(text, BEGINS, ENDS, table)
    PROMISES.write_text(text, encoding="utf-8")
