"""Requests signed in the name of the instance, checked with the public key as a server would."""

import re
from base64 import b64decode
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from threadleaf.fetch import signature
from threadleaf.fetch.gate import Target

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ORIGIN = "https://threads.example.org"
TARGET = Target("https", "social.example.net", 443, "/users/ada/statuses/1?page=true")


@pytest.fixture(scope="module")
def key() -> bytes:
    return signature.new_key()


def check(key: bytes, header: str, covered: str) -> None:
    """Verify a signature over a text; raises InvalidSignature."""
    public = serialization.load_pem_public_key(signature.public_key(key).encode())
    assert isinstance(public, rsa.RSAPublicKey)
    found = re.search(r'signature="([^"]+)"', header)
    assert found
    public.verify(b64decode(found[1]), covered.encode(), padding.PKCS1v15(), hashes.SHA256())


def test_the_signature_covers_target_host_and_date(key: bytes) -> None:
    fields = signature.signer(ORIGIN, key)("GET", TARGET, b"", NOON)
    assert set(fields) == {"Date", "Signature"}
    assert fields["Date"] == "Sat, 21 Nov 2026 12:00:00 GMT"
    covered = (
        "(request-target): get /users/ada/statuses/1?page=true\n"
        "host: social.example.net\n"
        "date: Sat, 21 Nov 2026 12:00:00 GMT"
    )
    check(key, fields["Signature"], covered)
    assert fields["Signature"].startswith(
        'keyId="https://threads.example.org/actor#main-key",algorithm="rsa-sha256",headers="(request-target) host date",'
    )
    with pytest.raises(InvalidSignature):
        check(key, fields["Signature"], covered.replace("statuses/1", "statuses/2"))


def test_a_body_is_covered_by_its_digest(key: bytes) -> None:
    fields = signature.signer(ORIGIN, key)("POST", TARGET, b"{}", NOON)
    assert fields["Digest"] == "SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="
    covered = (
        "(request-target): post /users/ada/statuses/1?page=true\n"
        "host: social.example.net\n"
        "date: Sat, 21 Nov 2026 12:00:00 GMT\n"
        "digest: SHA-256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="
    )
    check(key, fields["Signature"], covered)


def test_another_port_stands_in_the_host(key: bytes) -> None:
    fields = signature.signer(ORIGIN, key)("GET", Target("https", "a.example.net", 8443, "/"), b"", NOON)
    check(
        key,
        fields["Signature"],
        "(request-target): get /\nhost: a.example.net:8443\ndate: Sat, 21 Nov 2026 12:00:00 GMT",
    )


def test_every_key_is_another_one(key: bytes) -> None:
    assert signature.public_key(signature.new_key()) != signature.public_key(key)


def test_a_key_of_another_kind_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(TypeError):
        signature.signer(ORIGIN, other)
