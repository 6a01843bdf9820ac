"""What follows a failed try: another one, or the end and its conclusion.

First the error gets a class, then the class and the kind of action give the plan.
An unlisted code is vague, and a vague start is never tried again: so a code that
Tencent invents tomorrow cannot start, and bill, a second relay.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Any

from bot.errors import CloudError, NoAnswer, NotSent, Refused
from bot.tencent.models.base import Level, Repeat, Request

TOKENS = 100
COST = 10  # of one more try; a success gives back 1
DOUBLINGS = 8
STOP_TRIES = 1 + DOUBLINGS + 24 * 60  # eight more soon, then one a minute for a day


class ErrorClass(StrEnum):
    """The class of an error; the letter is its short name."""

    NEVER_SENT = "N"  # it did not leave
    REJECTED = "G"  # the gateway refused: a wrong key, field or name
    WRONG_CLOCK = "C"  # the gateway refused our time; the answer had Tencent's
    TOO_FAST = "R"  # the gateway refused before anything was done
    TOO_OFTEN = "F"  # the product itself refused for the same reason
    QUOTA = "Q"  # a quota, a right or a state stands against it
    BUSY = "B"  # the same user's last request is still being done
    GONE = "X"  # what it is about is not there (any more)
    VAGUE = "V"  # an answer that does not say whether it was done
    NO_ANSWER = "D"  # no answer that can be trusted


# VAGUE on purpose are those that say how far a request came, not that it did nothing.
CODES: Mapping[str, ErrorClass] = {
    "ActionOffline": ErrorClass.REJECTED,
    "AuthFailure": ErrorClass.REJECTED,
    "AuthFailure.SignatureExpire": ErrorClass.WRONG_CLOCK,
    "AuthFailure.UnRealNameAuthenticated": ErrorClass.QUOTA,
    "DryRunOperation": ErrorClass.REJECTED,
    "FailedOperation": ErrorClass.VAGUE,
    "FailedOperation.ApplicationLockFail": ErrorClass.QUOTA,
    "FailedOperation.ApplicationNotFind": ErrorClass.REJECTED,
    "FailedOperation.CRUnsupportMethod": ErrorClass.REJECTED,
    "FailedOperation.CSUnsupportMethod": ErrorClass.REJECTED,
    "FailedOperation.GameLockFail": ErrorClass.QUOTA,
    "FailedOperation.GameNotFind": ErrorClass.REJECTED,
    "FailedOperation.LockTimeout": ErrorClass.QUOTA,
    "FailedOperation.MixSessionNotExist": ErrorClass.GONE,
    "FailedOperation.NotAbility": ErrorClass.REJECTED,
    "FailedOperation.NotAllowed": ErrorClass.REJECTED,
    "FailedOperation.NotRtmpFunction": ErrorClass.REJECTED,
    "FailedOperation.PathNotFound": ErrorClass.QUOTA,
    "FailedOperation.ProcessTimeout": ErrorClass.VAGUE,
    "FailedOperation.RequestOutdated": ErrorClass.REJECTED,
    "FailedOperation.RequestRejection": ErrorClass.QUOTA,
    "FailedOperation.RestrictedConcurrency": ErrorClass.QUOTA,
    "FailedOperation.RestrictedFrequency": ErrorClass.TOO_OFTEN,
    "FailedOperation.RoomNotExist": ErrorClass.REJECTED,
    "FailedOperation.SdkAppIdNotExist": ErrorClass.REJECTED,
    "FailedOperation.SdkAppIdNotUnderAppId": ErrorClass.REJECTED,
    "FailedOperation.SlowDown": ErrorClass.BUSY,
    "FailedOperation.TaskFinished": ErrorClass.GONE,
    "FailedOperation.TaskNotExist": ErrorClass.GONE,
    "FailedOperation.TooFrequently": ErrorClass.TOO_OFTEN,
    "FailedOperation.UserNotExist": ErrorClass.REJECTED,
    "FailedOperation.VersionLockFail": ErrorClass.QUOTA,
    "InternalError": ErrorClass.VAGUE,
    "InvalidAction": ErrorClass.REJECTED,
    "InvalidParameter": ErrorClass.REJECTED,
    "InvalidParameterValue": ErrorClass.REJECTED,
    "InvalidRequest": ErrorClass.REJECTED,
    "IpInBlacklist": ErrorClass.REJECTED,
    "IpNotInWhitelist": ErrorClass.REJECTED,
    "LimitExceeded": ErrorClass.QUOTA,
    "MissingParameter": ErrorClass.REJECTED,
    "NoSuchProduct": ErrorClass.REJECTED,
    "NoSuchVersion": ErrorClass.REJECTED,
    "OperationDenied": ErrorClass.QUOTA,
    "OperationDenied.FreqOverLimit": ErrorClass.TOO_OFTEN,
    "RequestLimitExceeded": ErrorClass.TOO_FAST,
    "RequestSizeLimitExceeded": ErrorClass.REJECTED,
    "ResourceInUse": ErrorClass.QUOTA,
    "ResourceInsufficient": ErrorClass.QUOTA,
    "ResourceNotFound": ErrorClass.GONE,
    "ResourceNotFound.NoIdle": ErrorClass.QUOTA,
    "ResourceUnavailable": ErrorClass.VAGUE,
    "ResourceUnavailable.Initialization": ErrorClass.BUSY,
    "ResourcesSoldOut": ErrorClass.QUOTA,
    "ResponseSizeLimitExceeded": ErrorClass.VAGUE,
    "ServiceUnavailable": ErrorClass.VAGUE,
    "UnauthorizedOperation": ErrorClass.REJECTED,
    "UnknownParameter": ErrorClass.REJECTED,
    "UnsupportedOperation": ErrorClass.REJECTED,
    "UnsupportedOperation.Stopping": ErrorClass.BUSY,
    "UnsupportedProtocol": ErrorClass.REJECTED,
    "UnsupportedRegion": ErrorClass.REJECTED,
}


class Conclusion(Enum):
    """How it ended. Of a read, everything but GONE just says that it failed."""

    STARTED = auto()  # it was done: the answer was broken, its TaskId was not
    NOT_STARTED = auto()  # it was certainly not done
    UNKNOWN = auto()  # it may have been done
    GONE = auto()  # there is nothing to do it to: for a stop, as good as done


class _Kind(Enum):
    """What is tried, by what a second try would do."""

    START = auto()  # start another one
    UPDATE = auto()  # be ignored, unless it comes under a new, larger number
    END = auto()  # end another thing of the same name
    STOP = auto()  # nothing, and until one arrives, money is spent
    SESSION = auto()  # take the same user to the same session
    READ = auto()  # nothing


KINDS: Mapping[tuple[Level, Repeat], _Kind] = {
    (Level.BILLED, Repeat.SAME_USER): _Kind.SESSION,
    (Level.CHANGE, Repeat.SAME_USER): _Kind.SESSION,
    (Level.BILLED, Repeat.NUMBERED): _Kind.UPDATE,
    (Level.CHANGE, Repeat.NUMBERED): _Kind.UPDATE,
    (Level.CHANGE, Repeat.SAFE): _Kind.STOP,
    (Level.CHANGE, Repeat.ENDS_ANOTHER): _Kind.END,
    **{(Level.READ, repeat): _Kind.READ for repeat in Repeat},
}  # whatever else there may be is treated as a start


@dataclass(frozen=True, slots=True)
class _Pause:
    """Seconds before another try: a random part of *base*, doubled up to *cap*.

    *even*: all of it, not a random part. *in_the_end*: the pause after eight tries.
    """

    base: float
    cap: float
    even: bool = False
    in_the_end: float = 0.0

    def after(self, tries: int, random: Callable[[], float]) -> float:
        if self.in_the_end and tries > DOUBLINGS:
            return self.in_the_end
        longest = min(self.base * (1 << min(tries - 1, DOUBLINGS)), self.cap)
        return longest if self.even else longest * random()


_AT_ONCE = _Pause(0.0, 0.0, even=True)
_SOON = _Pause(0.05, 5.0)
_SLOWER = _Pause(1.0, 5.0)
_STOP = _Pause(0.05, 30.0, in_the_end=60.0)
_STOP_SLOWER = _Pause(1.0, 30.0, in_the_end=60.0)
_LET_IT_FINISH = _Pause(2.0, 4.0, even=True)
_LET_IT_TIME_OUT = _Pause(5.0, 5.0, even=True)  # Tencent gives a session 5 s


@dataclass(frozen=True, slots=True)
class _Plan:
    """At most *tries* in all, and the *verdict* when they are used up.

    *clock*: one more try, signed by Tencent's clock, if it was not corrected before.
    """

    verdict: Conclusion
    tries: int = 1
    pause: _Pause = _AT_ONCE
    clock: bool = False


def _row(
    start: _Plan,
    update: _Plan,
    stop: _Plan,
    session: _Plan,
    read: _Plan,
    end: _Plan | None = None,
) -> Mapping[_Kind, _Plan]:
    """Return the plan of each kind; an *end* is tried no more often than a start."""
    each = (start, update, end or start, stop, session, read)
    return dict(zip(_Kind, each, strict=True))


def _for_all(plan: _Plan) -> Mapping[_Kind, _Plan]:
    return dict.fromkeys(_Kind, plan)


_NO = Conclusion.NOT_STARTED
_MAYBE = Conclusion.UNKNOWN

PLANS: Mapping[ErrorClass, Mapping[_Kind, _Plan]] = {
    ErrorClass.NEVER_SENT: _row(
        start=_Plan(_NO, 3, _SOON),
        update=_Plan(_NO, 4, _SOON),
        stop=_Plan(_NO, STOP_TRIES, _STOP),
        session=_Plan(_NO, 3, _SOON),
        read=_Plan(_NO, 4, _SOON),
    ),
    ErrorClass.REJECTED: _for_all(_Plan(_NO)),
    ErrorClass.WRONG_CLOCK: _for_all(_Plan(_NO, 2, _AT_ONCE, clock=True)),
    ErrorClass.TOO_FAST: _row(
        start=_Plan(_NO, 3, _SLOWER),
        update=_Plan(_NO, 4, _SLOWER),
        stop=_Plan(_NO, STOP_TRIES, _STOP_SLOWER),
        session=_Plan(_NO, 3, _SLOWER),
        read=_Plan(_NO, 4, _SLOWER),
    ),
    ErrorClass.TOO_OFTEN: _row(
        start=_Plan(_NO),
        update=_Plan(_NO, 4, _SLOWER),
        stop=_Plan(_NO, STOP_TRIES, _STOP_SLOWER),
        session=_Plan(_NO, 3, _SLOWER),
        read=_Plan(_NO, 4, _SLOWER),
    ),
    ErrorClass.QUOTA: _for_all(_Plan(_NO)),
    ErrorClass.BUSY: _row(
        start=_Plan(_MAYBE),
        update=_Plan(_MAYBE),
        stop=_Plan(_MAYBE, STOP_TRIES, _STOP),
        session=_Plan(_NO, 3, _LET_IT_FINISH),
        read=_Plan(_NO, 4, _SOON),
    ),
    ErrorClass.GONE: _row(
        end=_Plan(Conclusion.GONE),
        start=_Plan(_NO),
        update=_Plan(Conclusion.GONE),
        stop=_Plan(Conclusion.GONE),
        session=_Plan(_NO),
        read=_Plan(Conclusion.GONE),
    ),
    ErrorClass.VAGUE: _row(
        start=_Plan(_MAYBE),
        update=_Plan(_MAYBE),
        stop=_Plan(_MAYBE, STOP_TRIES, _STOP),
        session=_Plan(_MAYBE),
        read=_Plan(_NO, 4, _SOON),
    ),
    ErrorClass.NO_ANSWER: _row(
        start=_Plan(_MAYBE),
        update=_Plan(_MAYBE),
        stop=_Plan(_MAYBE, STOP_TRIES, _STOP),
        session=_Plan(_MAYBE, 2, _LET_IT_TIME_OUT),
        read=_Plan(_NO, 4, _SOON),
    ),
}


@dataclass(frozen=True, slots=True)
class Again:
    """Try again *after* seconds; if there is no time for that, *otherwise*.

    *clock*: call `Client.correct_clock` first.
    """

    after: float
    otherwise: Conclusion
    clock: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """No more tries."""

    verdict: Conclusion


@dataclass(frozen=True, slots=True)
class Past:
    """The state that earlier tries of a request left.

    *doubt*: one may have been done (see `leaves_doubt`), so that the next cannot prove
    that nothing was. *corrected*: the clock was corrected, which helps once.
    """

    doubt: bool = False
    corrected: bool = False


FRESH = Past()


@dataclass
class RetryQuota:
    """Tokens for more tries, one quota for each action.

    When every try fails, the tokens are used up after ten more, and return one by one
    with successes: a product in trouble is not called four times as often as a healthy
    one.
    """

    tokens: int = field(default=TOKENS, init=False)

    def take(self) -> bool:
        """Take the tokens for one more try, if there are enough."""
        if self.tokens < COST:
            return False
        self.tokens -= COST
        return True

    def succeeded(self) -> None:
        """Put one token back."""
        self.tokens = min(self.tokens + 1, TOKENS)


def class_of(error: CloudError) -> ErrorClass:
    """Return the class of *error*. A code is looked up whole, then by its parents."""
    match error:
        case NotSent():
            return ErrorClass.NEVER_SENT
        case Refused(code=code):
            while code and code not in CODES:
                code = code.rpartition(".")[0]
            return CODES.get(code, ErrorClass.VAGUE)
        case _:
            return ErrorClass.NO_ANSWER


def next_step(
    request_type: type[Request[Any]],
    error: CloudError,
    tries: int,
    random: Callable[[], float],
    *,
    quota: RetryQuota | None = None,
    past: Past = FRESH,
) -> Again | End:
    """Return what to do after try number *tries* (from 1) ended in *error*.

    *random* gives numbers from 0 to 1. *quota* limits more tries, but not of a stop.
    *past* is the state that earlier tries of the same request left.

    An update that may have been made is not sent again, either: viewers may lose the
    stream by it. Whoever asked sends it again, under a new, larger SequenceNumber.
    """
    kind = KINDS.get((request_type.level, request_type.repeat), _Kind.START)
    plan = PLANS[class_of(error)][kind]
    if kind is _Kind.START and error.candidates:
        if isinstance(error, NoAnswer) and error.salvaged:
            return End(Conclusion.STARTED)
        # a code says that it was refused, the TaskId beside it that it was not
        plan = PLANS[ErrorClass.VAGUE][kind]
    verdict = plan.verdict
    if past.doubt and verdict is Conclusion.NOT_STARTED and kind is not _Kind.READ:
        verdict = Conclusion.UNKNOWN
    lasting = isinstance(error, NotSent) and error.lasting
    over = past.corrected if plan.clock else tries >= plan.tries
    if lasting or over or not _allowed(kind, quota):
        return End(verdict)
    return Again(plan.pause.after(tries, random), verdict, clock=plan.clock)


def leaves_doubt(error: CloudError) -> bool:
    """Tell whether the try that ended in *error* may have been done all the same."""
    return class_of(error) in {ErrorClass.VAGUE, ErrorClass.NO_ANSWER}


def _allowed(kind: _Kind, quota: RetryQuota | None) -> bool:
    return kind is _Kind.STOP or quota is None or quota.take()
