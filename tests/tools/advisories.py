"""Which packages of the locks have known holes: `python -m tests.tools.advisories`.

Asks OSV (https://google.github.io/osv.dev/api/), or else the package index
(https://docs.pypi.org/api/json/). Before it believes that nothing is known, it asks for
a package of which much is known: a mirror may have no advisories at all. The exit code
is 0 only if somebody knows of advisories and none is about the locks; 1 if one is; 2 if
nobody could be asked.
"""

import json
import sys
from contextlib import suppress
from http.client import HTTPException
from urllib.request import Request, urlopen

from tests.tools.locked import LOCK, TOP, Pin, pins

LOCKS = (LOCK, TOP / "requirements-dev.lock")
CANARY = Pin("requests", "2.19.0")  # CVE-2018-18074: it sends passwords on
OSV = "https://api.osv.dev/v1/querybatch"
INDEX = "https://pypi.org/pypi"
SECONDS = 20.0
FAULTS = (OSError, ValueError, LookupError, TypeError, HTTPException)


def fetched(url, body=None):
    """Return the JSON at *url*, which is sent *body* if there is one."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 - https, or a test's loopback
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - see above
        return json.load(answer)


def of_osv(some, url=OSV):
    """Return the IDs of what OSV knows about each of *some*."""
    queries = [
        {"package": {"ecosystem": "PyPI", "name": one.name}, "version": one.version}
        for one in some
    ]
    answers = fetched(url, {"queries": queries})["results"]
    return {
        one: sorted(entry["id"] for entry in answer.get("vulns", ()))
        for one, answer in zip(some, answers, strict=True)
    }


def of_index(some, url=INDEX):
    """Return the IDs of what the package index knows about each of *some*."""
    return {
        one: sorted(
            entry["id"]
            for entry in fetched(f"{url}/{one.name}/{one.version}/json")[
                "vulnerabilities"
            ]
            if not entry.get("withdrawn")
        )
        for one in some
    }


def known_of(some, sources):
    """Return what the first of *sources* that has advisories says; None if none has."""
    for ask in sources:
        with suppress(*FAULTS):
            if ask([CANARY])[CANARY]:
                return ask(some)
    return None


def main(out=sys.stdout, sources=(of_osv, of_index)):
    """Say what is known about the locks; return the exit code."""
    some = sorted({pin for lock in LOCKS for pin in pins(lock)})
    advisories = known_of(some, sources)
    if advisories is None:
        out.write(
            "No advisory data can be had: neither OSV nor the package index answered "
            f"for {CANARY.name} {CANARY.version}, of which much is known.\n"
            f"Nothing is known about the {len(some)} packages. That is not a pass.\n"
        )
        return 2
    for pin, ids in advisories.items():
        if ids:
            out.write(f"{pin.name} {pin.version}: {', '.join(ids)}\n")
    count = sum(map(bool, advisories.values()))
    out.write(f"{len(some)} packages, {count} with advisories\n")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
