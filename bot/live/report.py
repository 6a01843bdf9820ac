"""What was seen, a line each as it comes, and at the end beside what was assumed."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.i18n import _
from bot.runtime.redact import Redactor

SIGNS = {True: "ok  ", False: "FAIL", None: "note"}
WELL, NOT_WELL = 0, 1  # exit codes


@dataclass(frozen=True, slots=True)
class Seen:
    """What was *assumed* of Slack or Tencent, what was *seen*, and where to *change*.

    *assumed* is as the bot has it; *change* names a file and a name in it.
    """

    assumed: str
    seen: str
    change: str

    @property
    def differs(self) -> bool:
        """Whether it is something else."""
        return self.assumed != self.seen


@dataclass
class Report:
    """Writes lines with *write*, secrets cut by *hide*; `code` is the exit code."""

    write: Callable[[str], object]
    hide: Redactor
    code: int = WELL
    rows: list[Seen] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Write *text* as a line, as it is."""
        self.write(f"{text}\n")

    def add(
        self,
        what: str,
        *,
        well: bool | None = True,
        fix: str = "",
        seen: Seen | None = None,
    ) -> None:
        """Write a finding: well, not well, or worth a look (None), and what to do."""
        if seen:
            self.rows.append(seen)
        if well is False:
            self.code = NOT_WELL
        line = f"{SIGNS[well]}  {what}" + (f"  {fix}" if fix else "")
        self.say(self.hide(line).replace("\n", " "))

    def table(self) -> None:
        """Write what was assumed beside what was seen, and what to change."""
        if not self.rows:
            return
        heads = Seen(_("assumed"), _("seen"), "")
        wide = max(len(one.assumed) for one in (heads, *self.rows))
        self.say(f"\n  {heads.assumed:<{wide}} | {heads.seen}")
        for one in self.rows:
            sign = "≠" if one.differs else " "
            line = f"{sign} {one.assumed:<{wide}} | {one.seen}"
            if one.differs:
                line += "  " + _("change {place}").format(place=one.change)
            self.say(self.hide(line))
