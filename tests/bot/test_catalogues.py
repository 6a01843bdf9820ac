"""Every language is complete, and what is read of it is made from its sources."""

import json
import os
import shutil
import subprocess
import sys
from string import Formatter

import pytest

from bot import catalogues
from bot.catalogues import COLLECT, EXPLANATIONS, SENTENCES, TOP
from tests.tools import pseudo

FILES = sorted(catalogues.locales().glob("*/LC_MESSAGES/*.po"))
CODE = """
from bot.i18n import _, later, n_
_("One " "sentence.")
f"{_('In a text.')} {name}"
n_("{n} target", "{n} targets", count)
TABLE = {"a": later("Later.")}
_(name)

@command.subcommand("stop")
async def stop(ask, service):
    \"\"\"Stop a relay.

    It asks
    once.
    \"\"\"

def history(ask):
    \"\"\"Show who did what.\"\"\"

command.subcommand("history")(history)
"""
YAML = """
Busy:
  title: Busy
  means: It is busy.
  causes: [Many came.]
  steps: [Wait.]
  retry: "yes"
  retry_hint: Later.
  ask: Somebody.
  url: https://example.com/page
"""


def name_of(path):
    return f"{path.parts[-3]} {path.stem}"


@pytest.fixture
def project(tmp_path):
    """A project of one module and one file of explanations."""
    for folder in ("bot/tencent/explanations", "bot/sandbox", "commands"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "bot/module.py").write_text(CODE)
    (tmp_path / "bot/sandbox/own.py").write_text('_("Not read.")')
    (tmp_path / "bot/tencent/explanations/ours.yaml").write_text(YAML)
    return tmp_path


def catalogue(project, domain=SENTENCES, language="de"):
    return catalogues.locales(project) / language / "LC_MESSAGES" / f"{domain}.po"


def translated(path):
    return {one.id: one.string for one in catalogues.read(path) if one.id}


# ── the languages of this bot ────────────────────────────────────────────────────


def test_there_are_the_languages_that_are_promised():
    assert [name_of(path) for path in FILES] == [
        "zh_CN explanations",
        "zh_CN patchbay",
    ]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_catalogue_has_what_the_sources_have(path):
    wanted = COLLECT[path.stem]()
    there = {tuple(id_) if isinstance(id_, list) else id_ for id_ in translated(path)}

    assert {"to add": sorted(wanted - there, key=str), "gone": there - wanted} == {
        "to add": [],
        "gone": set(),
    }, "run make messages, and translate what is new"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_entry_is_translated_and_none_is_fuzzy(path):
    lacking = [
        one.id
        for one in catalogues.read(path)
        if one.id and (one.fuzzy or not all(catalogues.strings(one)))
    ]

    assert lacking == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_translation_has_the_placeholders_of_its_sentence(path):
    others = [
        (one.id, string)
        for one in catalogues.read(path)
        if one.id
        for string in catalogues.strings(one)
        if string and placeholders(string) not in expected(one.id)
    ]

    assert others == []


def placeholders(text):
    return sorted(name for _text, name, _form, _as in Formatter().parse(text) if name)


def expected(id_):
    """Return what a translation of *id_* may have; a count may be left out of one."""
    ids = [id_] if isinstance(id_, str) else list(id_)
    return [placeholders(one) for one in ids]


# ── how they are kept ────────────────────────────────────────────────────────────


def test_what_is_marked_is_collected_and_the_help_of_verbs(project):
    assert catalogues.sentences(project) == {
        *("One sentence.", "In a text.", ("{n} target", "{n} targets"), "Later."),
        *("Stop a relay.", "It asks once.", "Show who did what."),
    }


def test_of_an_explanation_the_texts_are_collected_and_nothing_else(project):
    assert catalogues.explanations(project) == {
        *("Busy", "It is busy.", "Many came.", "Wait.", "Later.", "Somebody."),
    }


def test_what_is_new_is_empty_and_what_is_gone_is_gone(project):
    catalogues.update(project, new=["de"])
    pseudo.translate(catalogue(project), str.upper)
    (project / "bot/module.py").write_text('_("One sentence!") or _("Later.")')

    catalogues.update(project)

    assert translated(catalogue(project)) == {"One sentence!": "", "Later.": "LATER."}


def test_an_update_of_what_is_up_to_date_changes_no_byte(project):
    catalogues.update(project, new=["de"])
    pseudo.translate(catalogue(project), str.upper)
    before = catalogue(project).read_bytes()

    catalogues.update(project)

    assert catalogue(project).read_bytes() == before


def test_no_catalogue_says_when_or_by_whom_it_was_made():
    heads = [path.read_text().partition("\n\n")[0] for path in FILES]

    assert [line for head in heads for line in head.splitlines()[2:]] == [
        '"Language: zh_CN\\n"',
        '"Plural-Forms: nplurals=1; plural=0;\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
    ] * len(FILES)


# ── what is made of them ─────────────────────────────────────────────────────────


def test_what_is_missing_or_old_is_made_and_nothing_else(project):
    catalogues.update(project, new=["de"])
    made = {
        catalogue(project).with_suffix(".mo"),
        catalogue(project, EXPLANATIONS).with_suffix(".mo"),
        catalogues.texts(project) / "all.json",
    }

    first, second = catalogues.build(project), catalogues.build(project)
    for path in made:
        os.utime(path, (1, 1))
    later = catalogues.build(project)

    assert (set(first), second, set(later)) == (made, [], made)
    assert json.loads((catalogues.texts(project) / "all.json").read_text()) == {
        "ours": {
            "Busy": {
                "title": "Busy",
                "means": "It is busy.",
                "causes": ["Many came."],
                "steps": ["Wait."],
                "retry": "yes",
                "retry_hint": "Later.",
                "ask": "Somebody.",
                "url": "https://example.com/page",
            }
        }
    }


READ = """
from bot.i18n import _, n_, languages, reading_in
from bot.tencent.explain import explain
with reading_in("de-AT"):
    print(languages(), _("Open the form"), n_("{n} target", "{n} targets", 2))
    print(explain("patchbay.Busy", locale="de-AT")[0].title)
"""


def test_a_third_language_costs_two_files_and_no_code(tmp_path):
    there = pseudo.made(tmp_path, "de", lambda text: f"«{text}»")
    (tmp_path / "read.py").write_text(READ)

    read = subprocess.run(
        [sys.executable, "read.py"],
        cwd=there,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert read.stdout.splitlines() == [
        "('en', 'de', 'zh-CN') «Open the form» {n} targets",
        "«Busy; nothing was sent»",
    ]
    files = catalogues.locales(there).glob("de/LC_MESSAGES/*.po")
    assert sorted(path.name for path in files) == ["explanations.po", "patchbay.po"]


def test_what_is_made_is_in_no_commit():
    ignored = subprocess.run(
        ["git", "ls-files", "*.mo", "bot/tencent/explanations/all.json"],  # noqa: S607
        cwd=TOP,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ignored.stdout == ""


def test_a_bot_for_which_nothing_was_made_says_so_when_it_starts(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__", "*.mo", "all.json")
    for part in ("bot", "commands"):
        shutil.copytree(TOP / part, tmp_path / part, ignore=ignored)
    tokens = {"SLACK_BOT_TOKEN": "xoxb-none", "SLACK_APP_TOKEN": "xapp-none"}

    started = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        cwd=tmp_path,
        env={**tokens, "BOT_DATABASE_URL": f"sqlite:///{tmp_path}/p.db"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    file = tmp_path / "bot/tencent/explanations/all.json"
    advice = "say make setup"
    assert f"{file} is not there: {advice}" in started.stderr
    assert "Traceback" not in started.stderr
    assert started.returncode != 0
