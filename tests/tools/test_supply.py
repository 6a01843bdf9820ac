"""What the bot is made of is listed whole, and what is not known is no pass."""

import io
import json
import re
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.tools import advisories
from tests.tools.locked import LOCK, TOP, Pin, canonical, pins
from tests.tools.sbom import bill, main

MANY = [Pin("attrs", "26.1.0"), Pin("idna", "3.20")]
CANARY = advisories.CANARY
PERMISSIVE = {"MIT", "MIT-0", "MIT-CMU", "Apache-2.0", "PSF-2.0"}
PERMISSIVE |= {"BSD-2-Clause", "BSD-3-Clause"}


@pytest.fixture(scope="module")
def made():
    return bill(pins())


def test_every_package_of_the_lock_is_a_component_with_its_licence(made):
    names = [(one["name"], one["version"]) for one in made["components"]]
    licences = {
        word
        for one in made["components"]
        for word in one["licenses"][0]["expression"].split()
    }

    assert names == [tuple(pin) for pin in pins()]
    assert len(names) == LOCK.read_text().count("==")
    assert licences - {"AND", "OR"} <= PERMISSIVE


def test_every_dependency_is_a_component_and_every_component_is_needed(made):
    refs = {one["bom-ref"] for one in made["components"]}
    edges = {one["ref"]: one["dependsOn"] for one in made["dependencies"]}
    ours = made["metadata"]["component"]["bom-ref"]
    reached, left = set(), [ours]
    while left:
        here = left.pop()
        if here not in reached:
            reached.add(here)
            left += edges[here]

    assert edges.keys() == refs | {ours}
    assert reached == refs | {ours}


def test_the_same_lock_gives_the_same_file(tmp_path, capsys):
    main([str(tmp_path / "dist/a.json")])
    main([str(tmp_path / "dist/b.json")])

    one, other = ((tmp_path / "dist" / f"{name}.json").read_bytes() for name in "ab")
    assert one == other
    assert json.loads(one)["bomFormat"] == "CycloneDX"


@pytest.mark.parametrize("name", ["Slack_Bolt", "slack.bolt", "slack--bolt"])
def test_a_package_has_one_name(name):
    assert canonical(name) == "slack-bolt"


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-build.lock", "requirements-dev.lock"]
)
def test_every_package_of_a_lock_is_known_by_its_hashes(lock):
    text = (TOP / lock).read_text()
    entries = [one for one in re.split(r"^(?=\S)", text, flags=re.MULTILINE) if one]

    assert len(entries) == len(pins(TOP / lock))
    assert [one for one in entries if "--hash=sha256:" not in one] == []


# ── advisories ───────────────────────────────────────────────────────────────────


class Index:
    """Answers like OSV and like the package index, from a table of advisories."""

    def __init__(self, table):
        self.table = table

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler):  # noqa: N805 - the library's name
                _, _, name, version, _ = handler.path.split("/")
                ids = table.get(Pin(name, version))
                entries = [{"id": one, "withdrawn": None} for one in ids or ()]
                old = {"id": "OLD", "withdrawn": "2026-01-01T00:00:00Z"}
                handler.answer({"vulnerabilities": [*entries, old]})

            def do_POST(handler):  # noqa: N805 - the library's name
                length = int(handler.headers["Content-Length"])
                asked = json.loads(handler.rfile.read(length))["queries"]
                several = [
                    table.get(Pin(one["package"]["name"], one["version"]))
                    for one in asked
                ]
                vulns = [
                    {"vulns": [{"id": i} for i in ids]} if ids else {}
                    for ids in several
                ]
                handler.answer({"results": vulns})

            def answer(handler, value):  # noqa: N805 - see above
                handler.send_response(200)
                handler.end_headers()
                handler.wfile.write(json.dumps(value).encode())

            def log_message(handler, *_rest):  # noqa: N805 - see above
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_rest):
        self.server.shutdown()
        self.server.server_close()


def said(*sources):
    out = io.StringIO()
    return advisories.main(out, sources), out.getvalue()


def asking(index):
    return (
        partial(advisories.of_osv, url=f"{index.url}/v1/querybatch"),
        partial(advisories.of_index, url=f"{index.url}/pypi"),
    )


def test_both_sources_tell_what_is_known_and_not_what_was_withdrawn():
    with Index({CANARY: ["PYSEC-1"], MANY[1]: ["PYSEC-3", "PYSEC-2"]}) as index:
        answers = [ask(MANY) for ask in asking(index)]

    assert answers == [{MANY[0]: [], MANY[1]: ["PYSEC-2", "PYSEC-3"]}] * 2


@pytest.mark.parametrize("source", [0, 1])
def test_it_is_a_pass_only_if_the_source_knows_of_advisories(source):
    with Index({CANARY: ["PYSEC-1"]}) as knowing, Index({}) as ignorant:
        known = said(asking(knowing)[source])
        unknown = said(asking(ignorant)[source])

    assert known[0] == 0
    assert known[1].endswith("packages, 0 with advisories\n")
    assert unknown[0] == 2
    assert "No advisory data can be had" in unknown[1]
    assert "That is not a pass." in unknown[1]


def test_a_package_with_a_known_hole_is_named():
    with Index({CANARY: ["PYSEC-1"], pins()[0]: ["PYSEC-9"]}) as index:
        code, text = said(*asking(index))

    assert code == 1
    assert f"{pins()[0].name} {pins()[0].version}: PYSEC-9\n" in text


def test_where_nobody_answers_it_is_no_pass_and_the_next_is_asked():
    with Index({CANARY: ["PYSEC-1"]}) as index:
        gone = "http://127.0.0.1:9"
        own = asking(index)[1]
        nobody = said(partial(advisories.of_osv, url=gone))
        other = said(partial(advisories.of_osv, url=gone), own)

    assert (nobody[0], other[0]) == (2, 0)
