"""What a lock file names, as it stands there."""

import re
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).parents[2]
LOCK = TOP / "requirements.lock"
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)


class Pin(NamedTuple):
    """A package in the one version that is installed."""

    name: str
    version: str

    @property
    def purl(self):
        """Return its address (https://github.com/package-url/purl-spec)."""
        return f"pkg:pypi/{canonical(self.name)}@{self.version}"


def canonical(name):
    """Return the one spelling of the name of a package (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock=LOCK):
    """Return what *lock* names, by name."""
    found_in = _PIN.finditer(lock.read_text())
    return sorted(Pin(one["name"], one["version"]) for one in found_in)
