"""Certificates for the tests' own servers, made anew each time."""

import datetime as dt
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


class Authority:
    """Signs certificates into a folder; `file` is its own, which a client may trust."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("test authority")
        self.file = folder / "authority.pem"
        made = self._made(self._name, self._key.public_key(), "test authority", days=2)
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        signed = made.add_extension(constraints, critical=True).sign(self._key, hashes.SHA256())
        self.file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def certificate(self, file: str, *hosts: str, days: int = 2, own: bool = False) -> Path:
        """A file of key and certificate for some hosts, good for `days` from yesterday on; `own`: signed by itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = _name(hosts[0]) if own else self._name
        made = self._made(issuer, key.public_key(), hosts[0], days=days)
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        signed = made.add_extension(names, critical=False).sign(key if own else self._key, hashes.SHA256())
        path = self._folder / f"{file}.pem"
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(key.private_bytes(*form) + signed.public_bytes(serialization.Encoding.PEM))
        return path

    def _made(self, issuer: x509.Name, key, subject: str, *, days: int) -> x509.CertificateBuilder:
        yesterday = dt.datetime.now(dt.UTC) - DAY
        return (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(yesterday - 2 * DAY)
            .not_valid_after(yesterday + days * DAY)
        )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
