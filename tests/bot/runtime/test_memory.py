"""What the process holds is not written to a core file, nor read by others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import bot

TOP = Path(bot.__file__).parents[1]
GET_DUMPABLE = 3  # <linux/prctl.h>
ASK = f"""
import ctypes, json, resource
from bot.runtime.memory import keep_memory_private
dumpable = lambda: ctypes.CDLL(None).prctl({GET_DUMPABLE}, 0, 0, 0, 0)
before = dumpable()
print(json.dumps([before, keep_memory_private(), dumpable(),
    resource.getrlimit(resource.RLIMIT_CORE)[0]]))
"""
CRASH = """
import ctypes, resource
from bot.runtime.memory import keep_memory_private
keep_memory_private()
ctypes.string_at(0)
"""


def python(code, folder=TOP):
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code],
        cwd=folder,
        env={"PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux has prctl")
def test_no_core_file_is_written_and_nobody_reads_the_memory():
    asked = python(ASK)

    assert json.loads(asked.stdout) == [1, True, 0, 0]


def test_a_crash_leaves_no_core_file(tmp_path):
    crashed = python(CRASH, tmp_path)

    assert crashed.returncode < 0
    assert list(tmp_path.iterdir()) == []


IMPORT = """
import gc
from bot.runtime.memory import kept_for_good
try:
    with kept_for_good():
        made, within = [[] for _ in range(1000)], gc.isenabled()
        raise ImportError
except ImportError:
    looked_at = {id(one) for one in gc.get_objects()}
    print(within, gc.isenabled(), sum(id(one) in looked_at for one in made))
    made.append(new := [[]])
    print(any(one is new for one in gc.get_objects()))
"""


def test_what_was_imported_is_never_looked_through_and_what_comes_after_is():
    done = python(IMPORT)

    assert (done.stdout.split(), done.stderr) == (["False", "True", "0", "True"], "")
