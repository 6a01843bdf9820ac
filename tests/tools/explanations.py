"""Writes the texts of all error codes into the file that the bot reads.

`python -m tests.tools.explanations`, after each change of a YAML file beside it. A test
says when that was forgotten.
"""

import json

import yaml

from bot.tencent.explain import DIRECTORY, EVERYWHERE, PRODUCTS, WRITTEN


def written():
    """Return the text of that file, made from the YAML files."""
    files = {
        file: yaml.safe_load((DIRECTORY / f"{file}.yaml").read_text("utf-8"))
        for file in (*PRODUCTS, *EVERYWHERE)
    }
    return json.dumps(files, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    WRITTEN.write_text(written(), encoding="utf-8")
