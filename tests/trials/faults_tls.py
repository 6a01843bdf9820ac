"""F04: certificates that are not Tencent's.

That a name or a date is wrong shows only where the certificate is otherwise trusted.
So an authority is made, which the client trusts in this process from then on.
"""

from functools import cache

from aiohttp import connector
from cryptography import x509

from bot.tencent.connection import trusted
from tests.fakes.certificates import DAYS, made, new_key, serving
from tests.trials.faults_bench import RELAY, START, claim, on_bench
from tests.trials.faults_kinds import fault
from tests.trials.faults_wire import HOST, tls_road


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
    return await tls_road(bench, serving(key, certificate))


@fault("F04", "a good certificate, to compare")
@on_bench
async def try_good(bench):
    bench.roads.scripts[RELAY] = [await certified_road(bench)]
    await bench.typed(START.format(room=1))
    await bench.deliver()
    ended = await bench.ended("R1")
    ended.check()
    claim(ended.word == "S", "with a good certificate it is", ended.word)
