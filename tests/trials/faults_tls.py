"""F04: certificates that are not Tencent's.

That a name or a date is wrong shows only where the certificate is otherwise trusted.
So an authority is made, and a process that trusts it alone (SSL_CERT_FILE) tries a
good certificate, one for another host and one that is over.

    SSL_CERT_FILE=folder/authority.pem python -m tests.trials.faults_tls folder
"""

import asyncio
import os
import ssl
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.trials.faults_bench import RELAY, START, claim, make_bench
from tests.trials.faults_kinds import CHILD, Told, Trial
from tests.trials.faults_wire import HOST, tls_road

TOP = Path(__file__).parents[2]
PEM = serialization.Encoding.PEM
CASES = {
    "good": (HOST, 9, "S"),
    "for another host": ("push.example.com", 9, "N"),
    "over": (HOST, -9, "N"),
}


def certificate(host, days, authority=None):
    """Return key and certificate as PEM, for *host* and as many *days* from now.

    *authority* is the key and name of whoever vouches for it; nobody if None.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "trial")])
    signer, issuer = authority or (key, subject)
    return _pem(key, _made(key, subject, issuer, days, host).sign(signer, SHA))


SHA = hashes.SHA256()


def _made(key, subject, issuer, days, host):
    ends = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=30))
        .not_valid_after(ends)
    )
    if not host:
        return made.add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    return made.add_extension(names, critical=False)


def _pem(key, signed):
    private = key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + signed.public_bytes(PEM)


def tls_context(pem):
    """Return a server's TLS context with the key and certificate in *pem*."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        file = Path(folder, "both.pem")
        file.write_bytes(pem)
        context.load_cert_chain(file)
    return context


def _lay(folder):
    """Write an authority and what it vouches for into *folder*."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
    trusted = _made(key, name, name, 9, "").sign(key, SHA)
    (folder / "authority.pem").write_bytes(trusted.public_bytes(PEM))
    for case, (host, days, _word) in CASES.items():
        pem = certificate(host, days, (key, name))
        (folder / f"{case}.pem").write_bytes(pem)


# ── the process that trusts the authority ───────────────────────────────────────


async def _word_of(pem, path):
    async with AsyncExitStack() as stack:
        bench = await make_bench(stack, path)
        bench.roads.scripts[RELAY] = [await tls_road(bench, tls_context(pem))]
        await bench.typed(START.format(room=1))
        await bench.deliver()
        ended = await bench.ended("R1")
        ended.check()
        claim(ended.word == "S" or bench.roads.tries[RELAY] == 1, "it tried again")
        return ended.word


def main(folder):
    """Print the word for each certificate in *folder*, a line each."""
    for case in CASES:
        pem = (folder / f"{case}.pem").read_bytes()
        word = asyncio.run(_word_of(pem, folder / f"{case}.db"))
        sys.stderr.write(f"word={word}\n")


async def try_trusted(path, haste):
    """Let a process of its own try all three."""
    _lay(path)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.trials.faults_tls", str(path)),
        env={**os.environ, "SSL_CERT_FILE": str(path / "authority.pem")},
        cwd=TOP,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _out, told = await process.communicate()
    lines = told.decode().split()
    expected = [f"word={word}" for _host, _days, word in CASES.values()]
    claim(lines == expected, told.decode()[-300:])
    return Told("N, N; a good one S")


def trials():
    """Return the trials of this file."""
    what = "a certificate for another host, or over"
    yield Trial(id="F04", what=what, run=try_trusted, throttle=CHILD)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
