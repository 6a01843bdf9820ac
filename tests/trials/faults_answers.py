"""F14 to F23: answers that no API should give, and those that say no."""

import gzip
import json
import zlib

from tests.trials.faults_wire import answering, bomb, endless, error, http

NESTED = b'{"Response":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
TWICE = b'"RequestId":"a","RequestId"'
TWO_TASKS = b'"TaskId":"-another.","TaskId"'
KEYS = (
    "InvalidAuthorization", "InvalidSecretId", "MFAFailure", "SecretIdNotFound",
    "SignatureFailure", "TokenFailure", "UnauthorizedOperation",
    "UnRealNameAuthenticated",
)  # fmt: skip


def _with_task(task):
    def make(body):
        answer = json.loads(body)
        answer["Response"].pop("TaskId", None)
        if task is not None:
            answer["Response"]["TaskId"] = task
        return http(json.dumps(answer).encode())

    return make


# what is made of the true body, which the cloud answered when it had done its part
BROKEN = {
    "F14": {
        "a garbage status line": lambda _b: b"garbage\r\n\r\n",
        "400 headers": lambda b: http(b, **{f"X_{n}": "a" for n in range(400)}),
        "a header of 20 KB": lambda b: http(b, X_Long="a" * 20_480),
    },
    "F15": {
        "200 and HTML": lambda _b: http(
            b"<html>Sign in</html>", Content_Type="text/html"
        ),
        "200 and nothing": lambda _b: http(b""),
        "200 and null": lambda _b: http(b"null"),
        "200 and a list": lambda _b: http(b"[]"),
    },
    "F16": {
        "bad JSON": lambda b: http(b.replace(b":", b";")),
        "NaN": lambda b: http(b[:-2] + b', "Share": NaN}}'),
        "lists 100k deep": lambda _b: http(NESTED),
    },
    "F17": {"a bomb of 300 MB": lambda _b: http(bomb(), Content_Encoding="gzip")},
    "F18": {
        f"status {s}": lambda b, s=s: http(b, status=s, Location="http://127.0.0.1:9/")
        for s in ("301 Moved", "302 Found", "307 Temporary", "308 Permanent")
    },
    "F19": {
        f"status {s}": lambda _b, s=s: http(b"oops", status=s, Retry_After=1)
        for s in ("500 Oh", "502 Bad", "503 Away", "504 Late")
    },
}
# as odd, and as good as the true body
ODD = {
    "F15": {
        "a BOM": lambda b: http(b"\xef\xbb\xbf" + b),
        "UTF-16": lambda b: http(b.decode().encode("utf-16")),
    },
    "F16": {"a RequestId twice": lambda b: http(b.replace(b'"RequestId"', TWICE))},
    "F17": {
        "gzip": lambda b: http(gzip.compress(b), Content_Encoding="gzip"),
        "deflate": lambda b: http(zlib.compress(b), Content_Encoding="deflate"),
    },
}
TASKS = {
    "of two": lambda b: http(b.replace(b'"TaskId"', TWO_TASKS)),
    "missing": _with_task(None),
    "empty": _with_task(""),
    "of 10 kB": _with_task("-" + "a" * 10_240),
    "with control characters": _with_task("-m97l2\x00ZU7\x1bvxy.."),
    "right to left": _with_task("-m97l2\u202eZU7vxy.."),
    "a number": _with_task(1234567890),
}
VAGUE = ("InternalError", "FailedOperation", "Brand.NewCode")
REFUSED = {
    "RequestLimitExceeded": ("F21", "R"),
    **{f"AuthFailure.{key}": ("F22", "G") for key in KEYS},
    "AuthFailure.SignatureExpire": ("F22", "C"),
}


def _vague(code):
    return answering(lambda _body: error(code))


def _refused(code):
    return answering(lambda _body: error(code), done=False)


ANSWERS = [
    *(
        {"id": number, "what": what, "sort": "D", "act": answering(make)}
        for number, rows in BROKEN.items()
        for what, make in rows.items()
    ),
    *(
        {"id": number, "what": what, "sort": "O", "act": answering(make), "ran": 1}
        for number, rows in ODD.items()
        for what, make in rows.items()
    ),
    {"id": "F17", "what": "a body without end", "sort": "D", "act": endless},
    *({"id": "F20", "what": code, "sort": "V", "act": _vague(code)} for code in VAGUE),
    *(
        {"id": number, "what": code, "sort": sort, "act": _refused(code)}
        for code, (number, sort) in REFUSED.items()
    ),
    *(
        {
            "id": "F23",
            "what": f"TaskId {what}",
            "sort": "A" if what == "a number" else "D",
            "act": answering(make),
            "reads": False,
            "ran": 1,
        }
        for what, make in TASKS.items()
    ),
]
