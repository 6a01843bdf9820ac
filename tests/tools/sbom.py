"""What the bot is made of: `python -m tests.tools.sbom FILE` (`make sbom`).

Writes CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): each package of
`requirements.lock`, its licence and what it needs. The same lock gives the same file.
"""

import json
import re
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from tests.tools.locked import TOP, Pin, canonical, pins

# What a package writes in its metadata, or else its classifiers, by SPDX's names.
SPDX = {
    "MIT License": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
_CLASSIFIER = "License :: OSI Approved :: "
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def licence(pin):
    """Return the SPDX expression of the licence of *pin*, which is installed here."""
    metadata = distribution(pin.name).metadata
    if expression := metadata.get("License-Expression"):
        return expression
    said_in = [metadata.get("License") or ""]
    said_in += [
        one.removeprefix(_CLASSIFIER)
        for one in metadata.get_all("Classifier") or ()
        if one.startswith(_CLASSIFIER)
    ]
    names = [SPDX.get(one, one) for one in said_in]
    return next((one for one in names if one in SPDX.values()), "NOASSERTION")


def needs(pin, of):
    """Return the addresses of what *pin* needs among *of*, by canonical name."""
    required = distribution(pin.name).requires or ()
    names = {
        canonical(_NAME.match(one)[0]) for one in required if "extra ==" not in one
    }
    return sorted(of[name].purl for name in names & of.keys())


def bill(lock_pins):
    """Return the bill of materials of *lock_pins* as a value."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    ours = Pin(project["name"], project["version"])
    direct = {canonical(_NAME.match(one)[0]) for one in project["dependencies"]}
    of = {canonical(pin.name): pin for pin in lock_pins}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(ours, "application", project["license"])},
        "components": [component(one, "library", licence(one)) for one in lock_pins],
        "dependencies": [
            {"ref": ours.purl, "dependsOn": sorted(of[one].purl for one in direct)},
            *({"ref": one.purl, "dependsOn": needs(one, of)} for one in lock_pins),
        ],
    }


def component(pin, kind, expression):
    """Return *pin* as a component."""
    return {
        "type": kind,
        "bom-ref": pin.purl,
        "name": pin.name,
        "version": pin.version,
        "purl": pin.purl,
        "licenses": [{"expression": expression}],
    }


def main(arguments):
    """Write the bill to the file that *arguments* name."""
    file = Path(arguments[0])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bill(pins()), indent=1) + "\n")
    sys.stdout.write(f"{file}: {len(pins())} packages\n")


if __name__ == "__main__":
    main(sys.argv[1:])
