"""F04: certificates that are not Tencent's.

That a name or a date is wrong shows only where the certificate is otherwise trusted.
So an authority is made, which the client trusts in this process from then on.
"""

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from tempfile import NamedTemporaryFile

from aiohttp import connector
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.tencent.connection import trusted
from tests.trials.faults_bench import RELAY, START, claim, on_bench
from tests.trials.faults_kinds import fault
from tests.trials.faults_wire import HOST, tls_road

PEM = serialization.Encoding.PEM
DAYS = 9  # that a certificate still holds


def made(key, name, signer, issuer, days, extension):
    """Return a certificate of *key*, signed with *signer*, for *days* from now."""
    ends = datetime.now(UTC) + timedelta(days=days)
    number = x509.random_serial_number()
    return (
        x509.CertificateBuilder(issuer, name, key.public_key(), number)
        .not_valid_before(ends - timedelta(days=30))
        .not_valid_after(ends)
        .add_extension(extension, critical=False)
        .sign(signer, hashes.SHA256())
        .public_bytes(PEM)
    )


def new_key(name):
    """Return a key, and the name of who has it."""
    common = x509.NameAttribute(NameOID.COMMON_NAME, name)
    return ec.generate_private_key(ec.SECP256R1()), x509.Name([common])


@cache
def authority():
    key, name = new_key("authority")
    ca = x509.BasicConstraints(ca=True, path_length=None)
    pem = made(key, name, key, name, DAYS, ca).decode()
    for context in (trusted(), connector._SSL_CONTEXT_VERIFIED):
        context.load_verify_locations(cadata=pem)
    return key, name


async def certified_road(bench, host=HOST, days=DAYS, *, trusted=True):
    """Return a client for a server with a certificate for *host*."""
    key, name = new_key("trial")
    signer, issuer = authority() if trusted else (key, name)
    hosts = x509.SubjectAlternativeName([x509.DNSName(host)])
    certificate = made(key, name, signer, issuer, days, hosts)
    plain = serialization.NoEncryption()
    private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with NamedTemporaryFile() as file:
        file.write(private + certificate)
        file.flush()
        context.load_cert_chain(file.name)
    return await tls_road(bench, context)


@fault("F04", "a good certificate, to compare")
@on_bench
async def try_good(bench):
    bench.roads.scripts[RELAY] = [await certified_road(bench)]
    await bench.typed(START.format(room=1))
    await bench.deliver()
    ended = await bench.ended("R1")
    ended.check()
    claim(ended.word == "S", "with a good certificate it is", ended.word)
