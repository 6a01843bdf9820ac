"""Certificates that are made when they are needed: an authority, and what it signs."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from tempfile import NamedTemporaryFile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
DAYS = 9  # that a certificate still holds
LOOPBACK = x509.IPAddress(ip_address("127.0.0.1"))


def made(key, name, signer, issuer, days, *extensions):
    """Return a certificate of *key*, signed with *signer*, for *days* from now."""
    ends = datetime.now(UTC) + timedelta(days=days)
    number = x509.random_serial_number()
    builder = x509.CertificateBuilder(issuer, name, key.public_key(), number)
    for extension in extensions:
        critical = isinstance(extension, x509.BasicConstraints | x509.KeyUsage)
        builder = builder.add_extension(extension, critical=critical)
    begins = ends - timedelta(days=30)
    valid = builder.not_valid_before(begins).not_valid_after(ends)
    return valid.sign(signer, hashes.SHA256()).public_bytes(PEM)


def new_key(name):
    """Return a key, and the name of who has it."""
    common = x509.NameAttribute(NameOID.COMMON_NAME, name)
    return ec.generate_private_key(ec.SECP256R1()), x509.Name([common])


def serving(key, certificate):
    """Return the TLS context of a server with the *certificate* of *key*."""
    plain = serialization.NoEncryption()
    private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, plain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with NamedTemporaryFile() as file:
        file.write(private + certificate)
        file.flush()
        context.load_cert_chain(file.name)
    return context


class Authority:
    """A CA; `pem` is its certificate."""

    def __init__(self):
        self._key, self._name = new_key("authority")
        owner = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        signs = x509.KeyUsage(
            **dict.fromkeys(
                (
                    "digital_signature",
                    "content_commitment",
                    "key_encipherment",
                    "data_encipherment",
                    "key_agreement",
                    "crl_sign",
                    "encipher_only",
                    "decipher_only",
                ),
                False,
            ),
            key_cert_sign=True,
        )
        ca = x509.BasicConstraints(ca=True, path_length=None)
        self.pem = made(
            self._key, self._name, self._key, self._name, DAYS, ca, signs, owner
        )

    def server(self):
        """Return the TLS context of a server on 127.0.0.1 whom this CA vouches for."""
        key, name = new_key("loopback")
        of = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        hosts = x509.SubjectAlternativeName([LOOPBACK])
        certificate = made(key, name, self._key, self._name, DAYS, hosts, of)
        return serving(key, certificate)
