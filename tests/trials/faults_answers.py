"""F14 to F23: answers that no API should give, and those that say no."""

import json

from tests.trials.faults_wire import answering, bomb, endless, error, http

NESTED = b'{"Response":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def _always(raw):
    return lambda _body: raw


def _broken(number, what, make, **more):
    return {"id": number, "what": what, "sort": "D", "act": answering(make), **more}


NOT_HTTP = [
    _broken("F14", "a garbage status line", _always(b"garbage\r\n\r\n")),
    _broken(
        "F14", "400 headers", lambda b: http(b, **{f"X_{n}": "a" for n in range(400)})
    ),
    _broken("F14", "a header of 20 KB", lambda b: http(b, X_Long="a" * 20_480)),
]
NOT_JSON = [
    _broken(
        "F15",
        "200 and HTML",
        _always(http(b"<html>Sign in</html>", Content_Type="text/html")),
    ),
    _broken("F15", "200 and nothing", _always(http(b""))),
    _broken("F15", "200 and null", _always(http(b"null"))),
    _broken("F15", "200 and a list", _always(http(b"[]"))),
    _broken("F15", "a BOM", lambda b: http(b"\xef\xbb\xbf" + b)),
    _broken("F15", "UTF-16", lambda b: http(b.decode().encode("utf-16"))),
    _broken("F16", "bad JSON", lambda b: http(b.replace(b":", b";"))),
    _broken(
        "F16",
        "a name twice",
        lambda b: http(b.replace(b'"RequestId"', b'"RequestId":"a","RequestId"')),
    ),
    _broken("F16", "NaN", lambda b: http(b[:-2] + b', "Share": NaN}}')),
    _broken("F16", "lists 100k deep", _always(http(NESTED))),
]
HUGE = [
    _broken(
        "F17", "a bomb of 300 MB", lambda _b: http(bomb(), Content_Encoding="gzip")
    ),
    {"id": "F17", "what": "a body without end", "sort": "D", "act": endless},
]
REDIRECTS = [
    _broken(
        "F18",
        f"status {status}",
        lambda b, s=status: http(b, status=s, Location="http://127.0.0.1:9/"),
    )
    for status in ("301 Moved", "302 Found", "307 Temporary", "308 Permanent")
]
STATUSES = [
    _broken(
        "F19",
        f"status {status}",
        lambda _b, s=status: http(b"oops", status=s, Retry_After=1),
    )
    for status in ("500 Oh", "502 Bad", "503 Away", "504 Late")
]
VAGUE = [
    {
        "id": "F20",
        "what": code,
        "sort": "V",
        "act": answering(lambda _b, c=code: error(c)),
    }
    for code in ("InternalError", "FailedOperation", "Brand.NewCode")
]


def _refused(number, code, sort):
    act = answering(lambda _body: error(code), done=False)
    return {"id": number, "what": code, "sort": sort, "act": act}


KEYS = (
    "InvalidAuthorization",
    "InvalidSecretId",
    "MFAFailure",
    "SecretIdNotFound",
    "SignatureFailure",
    "TokenFailure",
    "UnauthorizedOperation",
    "UnRealNameAuthenticated",
)
REFUSED = [
    _refused("F21", "RequestLimitExceeded", "R"),
    *(_refused("F22", f"AuthFailure.{key}", "G") for key in KEYS),
    _refused("F22", "AuthFailure.SignatureExpire", "C"),
]


def _with_task(task, *, without=False):
    def make(body):
        answer = json.loads(body)
        if without:
            answer["Response"].pop("TaskId", None)
        else:
            answer["Response"]["TaskId"] = task
        return http(json.dumps(answer).encode())

    return make


TASKS = [
    _broken("F23", f"TaskId {what}", make, reads=False, ran=1)
    for what, make in {
        "missing": _with_task("", without=True),
        "empty": _with_task(""),
        "of 10 kB": _with_task("-" + "a" * 10_240),
        "with control characters": _with_task("-m97l2\x00ZU7\x1bvxy.."),
        "right to left": _with_task("-m97l2\u202eZU7vxy.."),
    }.items()
]
NUMBER = _broken("F23", "TaskId a number", _with_task(1234567890), reads=False, ran=1)
ANSWERS = [
    *NOT_HTTP,
    *NOT_JSON,
    *HUGE,
    *REDIRECTS,
    *STATUSES,
    *VAGUE,
    *REFUSED,
    *TASKS,
    {**NUMBER, "sort": "A"},
]
