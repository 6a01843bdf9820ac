"""What every request and reply to Tencent Cloud has in common.

A request is a frozen value whose class declares its danger: the service and action,
whether it changes anything or is billed, what sending it twice does, how often it may
be sent and how long to wait. Everything downstream reads that from the class.

Names on the wire are PascalCase; ours are snake_case. What we send refuses unknown
fields; what we read ignores them. Secrets come out masked, save for the wire.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    PlainSerializer,
    SecretStr,
    SerializationInfo,
    ValidationError,
)
from pydantic.alias_generators import to_pascal
from pydantic_core import CoreSchema, core_schema

from bot.errors import InvalidRequest
from bot.runtime.redact import HIDE, MASK, SHORTEST, secrets_in
from bot.states import NO_EFFECT, Effect
from bot.tencent.models.exits import NO_EXIT, Exit, Wire, each_marked
from bot.tencent.models.faults import Broken, between_fields, faults_of
from bot.tencent.models.values import REVEAL, Text, revealed


def shown_as(mask: Callable[[str], str]) -> PlainSerializer:
    """Return how a secret is written: as *mask* makes it, whole for the wire only."""

    def write(secret: SecretStr, info: SerializationInfo[Any]) -> str:
        text = secret.get_secret_value()
        return text if revealed(info) else mask(text)

    return PlainSerializer(write)


@dataclass(frozen=True, slots=True)
class SecretText(Text):
    """Text as `Text`, whose value is a secret."""

    def kept(self, value: SecretStr) -> SecretStr:  # type: ignore[override]  # unwraps
        """Return *value* if it is such text."""
        Text.kept(self, value.get_secret_value())
        return value


# It opens what other fields name, and names nothing itself.
Secret = Annotated[
    SecretStr, SecretText(65_535), shown_as(lambda _secret: MASK), NO_EXIT
]


@dataclass(frozen=True, slots=True)
class Api:
    """A product: its name in the signature's scope, and its API version."""

    name: str
    version: str
    regional: bool  # whether X-TC-Region is sent
    page: str  # the product's API overview


class Level(Enum):
    """What a request does to the world."""

    READ = "read"
    CHANGE = "change"
    BILLED = "billed"  # starts something that costs money while it runs


class Repeat(StrEnum):
    """What sending the same request twice does."""

    SAFE = "safe"  # reads, stops: the second changes nothing
    NEVER = "never"  # starts: the second starts, and bills, another
    NUMBERED = "numbered"  # updates: the second is ignored, unless its number is larger
    SAME_USER = "same-user"  # CreateSession: the same user reconnects
    ENDS_ANOTHER = "ends-another"  # DestroySession: it ends what was opened since


@dataclass(frozen=True, slots=True)
class Deadline:
    """Seconds: for one attempt, to connect, to read, and over all attempts."""

    attempt: float
    connect: float
    read: float
    overall: float


class _Wire(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        alias_generator=to_pascal,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
        defer_build=True,  # until the first use, or `build` of this package
    )

    def masked(self) -> dict[str, Any]:
        """Return the fields that were given, under Tencent's names, secrets masked.

        Those are the fields that are secrets, and whatever else looks like one.
        """
        fields: dict[str, Any] = HIDE.deep(
            self.model_dump(mode="json", by_alias=True, exclude_none=True)
        )
        return fields


_REVEALED = {REVEAL: True}


class _Unruled:
    def _rules(self) -> Broken:
        """Give what does not go together: where, and a sentence."""
        return ()


class Part(_Wire, _Unruled):
    """A nested type of a request: strict, frozen, unknown fields refused."""

    model_config = ConfigDict(strict=True, extra="forbid")

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Self:
        """Validate *fields* (wire or our names).

        Raises:
            InvalidRequest: a sentence for each field that is wrong.
        """
        try:
            return cls.model_validate(dict(fields))
        except ValidationError as error:
            raise InvalidRequest(faults_of(error, cls)) from None

    @classmethod
    def exits(cls, fields: Wire, _whole: Wire, /) -> Iterator[Exit]:
        """Yield each place that *fields*, which are one of these, let something go.

        *fields* are written as for the wire, masked or not, and so is the request that
        they are in, the *whole*. Unless a class says otherwise, each field that is
        marked is a place by itself.
        """
        return each_marked(cls, fields)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        """Return the schema, with the rules in it only where the class has some."""
        schema = handler(source)
        if cls._rules is _Unruled._rules:  # noqa: SLF001 - of this module
            return schema
        return core_schema.no_info_after_validator_function(_keeping_rules, schema)


P = TypeVar("P", bound=Part)


def _keeping_rules(part: P) -> P:
    for _broken in part._rules():  # noqa: SLF001 - the check of all parts
        raise between_fields(part._rules())  # noqa: SLF001 - once more, and to the end
    return part


def _text_or_nothing(claimed: object) -> str:
    return claimed if isinstance(claimed, str) else ""


class Reply(_Wire):
    """What came back: lenient, every field but the one the job needs optional."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    # A broken RequestId must not cost the TaskId beside it.
    request_id: Annotated[str, BeforeValidator(_text_or_nothing)] = ""


R_co = TypeVar("R_co", bound=Reply, covariant=True)


class Request(Part, Generic[R_co]):
    """One API call. Subclasses name the class facts and the fields."""

    service: ClassVar[Api]
    action: ClassVar[str]
    permit: ClassVar[str]  # what a rule of the policy calls it: "relay.start"
    level: ClassVar[Level]
    repeat: ClassVar[Repeat]
    rate: ClassVar[float]  # calls a second that may be sent: 90 % of Tencent's limit
    deadline: ClassVar[Deadline]
    reply: ClassVar[type[Reply]]
    effect: ClassVar[Effect] = NO_EFFECT  # what it does to things in the cloud
    is_part: ClassVar[bool] = False  # of what makes a thing, whose card tells of it
    has_parts: ClassVar[bool] = False  # whether anything may have to be sent before it
    whole: ClassVar["type[Request[Any]] | None"] = None  # that would make it as it is
    # after this one, which changes it
    page: ClassVar[str]  # the API page that the class implements

    @classmethod
    def of_json(cls, text: str | bytes) -> Self:
        """Validate JSON as Tencent documents it; raises like `of`."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise InvalidRequest(faults_of(error, cls)) from None

    def secrets(self) -> frozenset[str]:
        """Return every text that must not come back, whoever quotes the request.

        Those are its secrets, tickets that were minted for it among them, and of its
        addresses what opens them; as they stand in it, in no encoding. What is shorter
        than `SHORTEST` cannot be told from other words.
        """
        texts = _secrets_of(vars(self).values())
        return frozenset(text for text in texts if len(text) >= SHORTEST)

    def to_wire(self) -> dict[str, Any]:
        """Return the fields that were given, under Tencent's names, secrets revealed.

        For the wire and for what is kept encrypted, never for people or logs.
        """
        return self.model_dump(
            mode="json", by_alias=True, exclude_none=True, context=_REVEALED
        )

    def to_json(self) -> bytes:
        """Return what `to_wire` returns as compact JSON, in one pass."""
        # as `model_dump_json` does, which makes text of it
        return self.__pydantic_serializer__.to_json(
            self, by_alias=True, exclude_none=True, context=_REVEALED
        )


def _secrets_of(values: Iterable[object]) -> list[str]:
    """Return what of *values*, of fields, must not come back."""
    texts: list[str] = []
    for value in values:
        if value is None or type(value) is int:  # as most of them are
            continue
        if isinstance(value, BaseModel):
            texts += _secrets_of(vars(value).values())
        elif isinstance(value, tuple):
            texts += _secrets_of(value)
        elif isinstance(value, SecretStr):
            text = value.get_secret_value()
            texts += secrets_in(text) if "://" in text else (text, *text.split())
        elif isinstance(value, str) and "://" in value:
            texts += secrets_in(value)
    return texts
