"""Sign what is asked in the name of this instance, for servers that answer nobody whom they do not know.

The form is that of the fediverse: HTTP Signatures (draft-cavage-http-signatures-12) with RSA-SHA256 over the target,
the host, the date and, where there is a body, its digest. The public half of the key stands in the actor document
that the site serves at `ACTOR_PATH`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadleaf.fetch.door import Signer
    from threadleaf.fetch.gate import Target

NAME = "actor-key"
"""What the key is called among the secrets of an instance."""

ACTOR_PATH = "/actor"
"""Where the site shows who signs; `#main-key` behind it names the key."""


def new_key() -> bytes:
    """A new private key (RSA, 2048 bits), as PEM."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_key(key: bytes) -> str:
    """The public half of a private key, as PEM."""
    from cryptography.hazmat.primitives import serialization

    return (
        serialization.load_pem_private_key(key, None)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def signer(origin: str, key: bytes) -> Signer:
    """What signs requests as the actor of the site at `origin` with its private key (PEM)."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    private = serialization.load_pem_private_key(key, None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("requests are signed with RSA keys only")

    def sign(method: str, target: Target, body: bytes, now: datetime) -> Mapping[str, str]:
        fields = {"Date": format_datetime(now, usegmt=True)}
        if body:
            fields["Digest"] = "SHA-256=" + b64encode(sha256(body).digest()).decode()
        covered = {"(request-target)": f"{method.lower()} {target.path}", "host": target.authority}
        covered |= {name.lower(): value for name, value in fields.items()}
        text = "\n".join(f"{name}: {value}" for name, value in covered.items())
        made = private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        names = " ".join(covered)
        signature = b64encode(made).decode()
        fields["Signature"] = (
            f'keyId="{origin}{ACTOR_PATH}#main-key",algorithm="rsa-sha256",headers="{names}",signature="{signature}"'
        )
        return fields

    return sign
