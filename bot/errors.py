"""What can go wrong, as a tree.

    BotError                  everything that is raised on purpose
    ├── UserError             the asker can mend it; its text is shown as it is
    │   ├── UsageError        the words were not understood
    │   │   └── FormGone      a form is not on record any more
    │   ├── InvalidRequest    fields were refused; has a sentence for each
    │   ├── NotAllowed        policy refused; has the rule
    │   ├── AlreadyRuns       the like of it runs; has the handles
    │   ├── NotFound          the journal has nothing with that ID
    │   └── Busy              refused before it was sent: nothing happened
    ├── CloudError            a call to Tencent failed
    │   ├── NotSent           the request certainly did not leave
    │   ├── Refused           Tencent answered with a code
    │   └── NoAnswer          sent, and no answer that can be trusted came back
    ├── JournalError          the journal failed
    │   ├── IllegalMove       an edge that the state machine does not have
    │   ├── Overtaken         what is to be changed is not as it was read
    │   ├── TaskTaken         a TaskId is another relay's
    │   ├── KeyReused         the same key came with another request
    │   ├── NameTaken         something else is saved under that name
    │   ├── TooMany           as many are saved as can be offered
    │   ├── Decided           somebody else decided first, or it is too late
    │   └── JournalUnavailable  nothing can be written now, so nothing starts
    │       ├── Unreadable    one row of it is broken; the others are not
    │       └── NotReached    it says nothing now, and what is in it may be whole
    └── SettingsError         the bot cannot start as it is configured

A `UserError` is shown to the asker; everything else is logged with its context, and
the asker gets what is certain. A class exists only if somebody catches it.
"""

from collections.abc import Mapping, Sequence


class BotError(Exception):
    """Everything that is raised on purpose."""


class UserError(BotError):
    """The asker can mend it. `str()` is a sentence for them, not yet escaped."""


class UsageError(UserError):
    """The words were not understood; *usage* is the usage line."""

    def __init__(self, sentence: str, *, usage: str = "") -> None:
        super().__init__(sentence)
        self.usage = usage


class FormGone(UsageError):
    """A form that is not on record any more, or never was for whoever sends it in."""


class InvalidRequest(UserError):
    """A request refused before it was sent: *faults* maps a field to a sentence.

    Field names are Tencent's, dotted (`VideoParams.VideoEncode.Fps`,
    `PublishCdnParams.0.PublishCdnUrl`); the empty name is the request as a whole.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(faults.values()))
        self.faults = dict(faults)


ELSEWHERE = "*"  # stands for the handles of other workspaces


class AlreadyRuns(UserError):
    """What was asked for runs already, or may; *handles* are all that are like it.

    `ELSEWHERE` is among them if something of another workspace is.
    """

    def __init__(self, handles: Sequence[str]) -> None:
        super().__init__(", ".join(handles))
        self.handles = tuple(handles)


class NotAllowed(UserError):
    """Policy refused. *rule* is the rule that is missing or that denies.

    *may* are the users and user groups who are allowed to; *action* is its name in
    rules (`relay.start`), or empty. *faults* maps the fields that are over a limit to a
    sentence, as those of `InvalidRequest`.
    """

    def __init__(
        self,
        sentence: str,
        *,
        rule: str,
        may: Sequence[str] = (),
        action: str = "",
        faults: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.rule = rule
        self.may = tuple(may)
        self.action = action
        self.faults = dict(faults or {})


class NotFound(UserError):
    """The journal has nothing with that ID."""


class Busy(UserError):
    """Refused before it was sent. *wait* is the predicted wait in seconds."""

    def __init__(self, sentence: str, *, wait: float) -> None:
        super().__init__(sentence)
        self.wait = wait


class CloudError(BotError):
    """A call to Tencent failed. *request_id* is empty when none came back.

    *candidates* is every TaskId that stands in what came back, as text that can be
    kept: one of them may be of the relay that was asked for.
    """

    def __init__(
        self, what: str, *, request_id: str = "", candidates: Sequence[str] = ()
    ) -> None:
        super().__init__(what)
        self.request_id = request_id
        self.candidates = tuple(candidates)


class NotSent(CloudError):
    """The request certainly did not leave: no name, no connection, no TLS.

    *lasting*: another try ends the same way (a certificate that is not Tencent's).
    """

    def __init__(self, what: str, *, lasting: bool = False) -> None:
        super().__init__(what)
        self.lasting = lasting


class Refused(CloudError):
    """Tencent answered with an error *code*, which `tencent.explain` explains."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        request_id: str = "",
        candidates: Sequence[str] = (),
    ) -> None:
        what = f"{code}: {message}"
        super().__init__(what, request_id=request_id, candidates=candidates)
        self.code = code
        self.message = message


class NoAnswer(CloudError):
    """Sent, and nothing trustworthy came back; *what* says what did.

    *salvaged* is the one of *candidates* that stands whole in a broken answer and may
    be taken for the relay's.
    """

    def __init__(
        self,
        what: str,
        *,
        request_id: str = "",
        salvaged: str = "",
        candidates: Sequence[str] = (),
    ) -> None:
        super().__init__(what, request_id=request_id, candidates=candidates)
        self.salvaged = salvaged


class JournalError(BotError):
    """The journal failed."""


class IllegalMove(JournalError):
    """An edge that the state machine does not have was asked for."""


class Overtaken(JournalError):
    """What was to be changed is not as it was when the change was formed.

    It is being changed, was changed, or does not run any more: whoever catches this
    reads it anew, and says which.
    """


class TaskTaken(JournalError):
    """An ID belongs to another thing; *handle* names that, in its own workspace."""

    def __init__(self, handle: str) -> None:
        super().__init__(f"it is the ID of {handle}")
        self.handle = handle


class KeyReused(JournalError):
    """The same de-duplication key came with another request."""


class NameTaken(JournalError):
    """Something else is saved under the name that is its text."""


class TooMany(JournalError):
    """*most* are saved, which is as many as can be offered."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} are saved")
        self.most = most


class Decided(JournalError):
    """Somebody else has decided on a proposal, or its time is over."""


class JournalUnavailable(JournalError):
    """Nothing can be written now, so nothing that costs money starts."""


class Unreadable(JournalUnavailable):
    """One row is broken, or is not there: to wait for the journal does not help."""


class NotReached(JournalUnavailable):
    """The journal says nothing: its disk, its server or who has it is in the way.

    Of what is in it nothing is known by that.
    """


class SettingsError(BotError):
    """The bot cannot start as it is configured. Names settings, never values."""
