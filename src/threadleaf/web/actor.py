"""Who asks, for servers that answer nobody whom they do not know: this instance's own actor, and where it is found.

The actor only signs what is read (`fetch.signature`). It has no followers, writes nothing and takes in nothing, but
servers want its inbox named (ActivityPub §4.1); whatever is sent there is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.fetch.signature import ACTOR_PATH
from threadleaf.web import answers
from threadleaf.web.site import Site

ACTIVITY = "application/activity+json; charset=utf-8"
NAME = "threadleaf"
"""The user part of the actor's address."""


def routes(site: Site) -> list[BaseRoute]:
    """The actor, and the way to find it."""
    settings = site.settings
    actor = Actor(settings.public_origin, site.service.public_key, settings.contact)
    return [Route(ACTOR_PATH, actor.document), Route("/.well-known/webfinger", actor.finger)]


class Actor:
    """The handlers about the actor of the site at `origin`; without a public key (PEM) there is none."""

    def __init__(self, origin: str, public_key: str, contact: str) -> None:
        self._origin, self._key, self._contact = origin, public_key, contact
        self._id = origin + ACTOR_PATH
        self._address = f"acct:{NAME}@{urlsplit(origin).netloc}"

    async def document(self, request: Request) -> Response:
        """The actor, with the public half of the key that signs our requests."""
        return self._answer(request, self._actor(), ACTIVITY)

    async def finger(self, request: Request) -> Response:
        """WebFinger (RFC 7033): from the actor's address to the actor."""
        if request.query_params.get("resource") not in (self._address, self._id):
            raise HTTPException(404)
        link = {"rel": "self", "type": "application/activity+json", "href": self._id}
        found = {"subject": self._address, "aliases": [self._id], "links": [link]}
        return self._answer(request, found, "application/jrd+json")

    def _actor(self) -> dict[str, object]:
        return {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": self._id,
            "type": "Application",
            "preferredUsername": NAME,
            "name": f"Threadleaf at {urlsplit(self._origin).netloc}",
            "summary": f"Reads public threads that somebody asked for. Contact: {self._contact}",
            "url": f"{self._origin}/",
            "inbox": f"{self._id}/inbox",
            "outbox": f"{self._id}/outbox",
            "manuallyApprovesFollowers": True,
            "discoverable": False,
            "indexable": False,
            "publicKey": {"id": f"{self._id}#main-key", "owner": self._id, "publicKeyPem": self._key},
        }

    def _answer(self, request: Request, document: Mapping[str, object], media_type: str) -> Response:
        if not self._key:
            raise HTTPException(404)
        return answers.answer(request, msgspec.json.encode(document), media_type=media_type)
