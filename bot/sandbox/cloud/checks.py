"""What the gateway refuses: bad signatures, unknown actions, wrong parameters.

Written from the vendor's pages alone and not from the bot's own signer or models, so
that the two can disagree. `catalogue.json` holds the documented fields.
"""

import base64
import hashlib
import hmac
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

CATALOGUE: dict[str, Any] = json.loads(
    Path(__file__).with_name("catalogue.json").read_text(encoding="utf-8")
)
ACTIONS: dict[str, Any] = CATALOGUE["actions"]
TYPES: dict[str, Any] = CATALOGUE["types"]

PYTHON_TYPES = {"integer": int, "string": str, "object": dict, "array": list}
SKEW = 300  # seconds
AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<scope>[^,]+), "
    r"SignedHeaders=(?P<signed>[^,]+), Signature=(?P<signature>[0-9a-f]{64})"
)


class CloudFault(Exception):
    """An error that the cloud answers with."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def check_signature(
    headers: Mapping[str, str], body: bytes, keys: Mapping[str, str], now: float
) -> None:
    """Recompute TC3-HMAC-SHA256 over what arrived.

    Raises:
        CloudFault: AuthFailure.*, as the real gateway names it.
    """
    match = AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if not match:
        raise CloudFault("AuthFailure.InvalidAuthorization", "malformed")
    if match["id"] not in keys:
        raise CloudFault("AuthFailure.SecretIdNotFound", "The SecretId is not found.")
    timestamp = headers.get("X-TC-Timestamp", "0")
    if not timestamp.isdigit() or abs(now - int(timestamp)) > SKEW:
        raise CloudFault("AuthFailure.SignatureExpire", "The signature has expired.")
    signed = "".join(
        f"{name}:{headers.get(name, '').strip()}\n"
        for name in match["signed"].split(";")
    )
    canonical = f"POST\n/\n\n{signed}\n{match['signed']}\n{_hex(body)}"
    to_sign = (
        f"TC3-HMAC-SHA256\n{timestamp}\n{match['scope']}\n{_hex(canonical.encode())}"
    )
    key = b"TC3" + keys[match["id"]].encode()
    for part in match["scope"].split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    expected = hmac.digest(key, to_sign.encode(), "sha256").hex()
    if not hmac.compare_digest(expected, match["signature"]):
        raise CloudFault("AuthFailure.SignatureFailure", "The signature is wrong.")


def check_action(product: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return what the catalogue knows of the action asked for.

    Raises:
        CloudFault: no such action, version or region.
    """
    action = headers.get("X-TC-Action", "")
    spec = ACTIONS.get(action)
    if spec is None or spec["service"] != product:
        raise CloudFault("InvalidAction", f"The action {action} does not exist.")
    if headers.get("X-TC-Version") != spec["version"]:
        raise CloudFault("NoSuchVersion", "The version is wrong.")
    region = headers.get("X-TC-Region", "")
    if spec["regions"] and region not in spec["regions"]:
        raise CloudFault(
            "UnsupportedRegion", f"The region {region!r} is not supported."
        )
    if product == "car" and region:
        raise CloudFault("UnsupportedRegion", "This API takes no region.")
    return dict(spec)


def check_fields(fields: Mapping[str, Any], specs: Mapping[str, Any], at: str) -> None:
    """Check *fields* against their documented types, ranges and enumerations.

    Raises:
        CloudFault: UnknownParameter, MissingParameter, InvalidParameter*.
    """
    if unknown := fields.keys() - specs.keys():
        raise CloudFault("UnknownParameter", f"{at}{min(unknown)} is not recognized.")
    for name, spec in specs.items():
        if name not in fields:
            if spec.get("required"):
                raise CloudFault("MissingParameter", f"{at}{name} is missing.")
            continue
        _check_value(fields[name], spec, f"{at}{name}")


def check_usersig(text: str, user: str, app: int, key: str, now: float) -> None:
    """Check a UserSig as a room does when somebody enters.

    Raises:
        CloudFault: InvalidParameter, with what is wrong with it.
    """
    try:
        packed = text.translate(str.maketrans("*-_", "+/="))
        claim = json.loads(zlib.decompress(base64.b64decode(packed)))
        lines = (
            f"TLS.identifier:{claim['TLS.identifier']}\n"
            f"TLS.sdkappid:{claim['TLS.sdkappid']}\n"
            f"TLS.time:{claim['TLS.time']}\nTLS.expire:{claim['TLS.expire']}\n"
        )
        signed = base64.b64encode(hmac.digest(key.encode(), lines.encode(), "sha256"))
        good = hmac.compare_digest(signed.decode(), claim["TLS.sig"])
        alive = claim["TLS.time"] + claim["TLS.expire"] > now
        ours = (claim["TLS.identifier"], claim["TLS.sdkappid"]) == (user, app)
    except (ValueError, KeyError, TypeError, zlib.error):
        good = alive = ours = False
    if not (good and alive and ours):
        raise CloudFault("InvalidParameter", f"The UserSig of {user} is not valid.")


def check_update(fields: Mapping[str, Any], start: Mapping[str, Any]) -> None:
    """Check the rules of UpdatePublishCdnStream; *start* is what made the task.

    Raises:
        CloudFault: InvalidParameter or UnsupportedOperation.
    """
    if fields["WithTranscoding"] != start["WithTranscoding"]:
        raise CloudFault("UnsupportedOperation", "WithTranscoding cannot change.")
    single = "SingleSubscribeParams" in fields
    if single and fields["WithTranscoding"] == 1:
        raise CloudFault("UnsupportedOperation", "A mix has no single stream.")
    if "VideoParams" in fields and fields["WithTranscoding"] == 0:
        raise CloudFault("UnsupportedOperation", "Nothing is transcoded.")
    if "VideoParams" in fields and "VideoParams" not in start:
        raise CloudFault("UnsupportedOperation", "It has no video.")
    if "AudioEncode" in fields.get("AudioParams", {}):
        raise CloudFault("InvalidParameter", "AudioEncode cannot change.")
    for target in fields.get("PublishCdnParams", []):
        if not target["PublishCdnUrl"].startswith("rtmp://"):
            raise CloudFault("InvalidParameter", "PublishCdnUrl is not rtmp.")


def check_relay(fields: Mapping[str, Any]) -> None:
    """Check the rules between the fields of StartPublishCdnStream.

    Raises:
        CloudFault: MissingParameter, InvalidParameter or UnsupportedOperation.
    """
    if not fields.get("PublishCdnParams") and not fields.get("FeedBackRoomParams"):
        raise CloudFault("MissingParameter", "Neither a CDN nor a room to push to.")
    if "AudioParams" not in fields:
        raise CloudFault("MissingParameter", "AudioParams is missing.")
    single = "SingleSubscribeParams" in fields
    if fields["WithTranscoding"] == int(single):
        raise CloudFault("UnsupportedOperation", "WithTranscoding does not fit.")
    if fields["RoomIdType"] == 0 and not fields["RoomId"].isdigit():
        raise CloudFault("InvalidParameter", "RoomId is not a number.")
    for target in fields.get("PublishCdnParams", []):
        if not target["PublishCdnUrl"].startswith("rtmp://"):
            raise CloudFault("InvalidParameter", "PublishCdnUrl is not rtmp.")


def _check_value(value: Any, spec: Mapping[str, Any], at: str) -> None:
    kind = PYTHON_TYPES[spec["type"]]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise CloudFault("InvalidParameter", f"{at} is not of type {spec['type']}.")
    if isinstance(value, dict):
        check_fields(value, TYPES[spec["ref"]], f"{at}.")
    elif isinstance(value, list):
        _check_items(value, spec, at)
    else:
        _check_scalar(value, spec, at)


def _check_items(value: Iterable[Any], spec: Mapping[str, Any], at: str) -> None:
    items = list(value)
    if len(items) > spec.get("max_items", len(items)):
        raise CloudFault("InvalidParameter", f"{at} has too many elements.")
    item = spec.get("items", {})
    for number, one in enumerate(items):
        if "ref" in item:
            _check_value(one, {"type": "object", **item}, f"{at}.{number}")
        elif one not in spec.get("enum", [one]):
            raise CloudFault("InvalidParameterValue", f"{at}.{number} is not allowed.")


def _check_scalar(value: Any, spec: Mapping[str, Any], at: str) -> None:
    if value not in spec.get("enum", [value]):
        raise CloudFault("InvalidParameterValue", f"{at} is not one of its values.")
    if isinstance(value, int):
        if not spec.get("min", value) <= value <= spec.get("max", value):
            raise CloudFault("InvalidParameterValue", f"{at} is out of range.")
    elif "pattern" in spec and not re.search(spec["pattern"], value):
        raise CloudFault("InvalidParameterValue", f"{at} has a wrong form.")


def _hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
