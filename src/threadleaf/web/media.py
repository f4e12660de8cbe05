"""Pictures of posts, shown through this site. An address here is a name from our database, never somebody else's address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf import render
from threadleaf.service.pictures import Gallery
from threadleaf.store.records import Picture
from threadleaf.web import answers
from threadleaf.web.security import FILE_POLICY
from threadleaf.web.site import Site

BELOW = "/media/"
_AT_ONCE = 8
"""Requests that may wait for other servers; more wait for these, and whoever reads a page waits for none of them."""


def routes(site: Site) -> list[BaseRoute]:
    """Everything below `/media/`."""
    gallery = site.service.gallery
    if gallery is not None:
        gallery.sweep()  # of what others have deleted while no site ran
    return [Route(f"{BELOW}{{name}}", Shown(gallery).picture)]


class Shown:
    """The handler of pictures; without a gallery there are none."""

    def __init__(self, gallery: Gallery | None) -> None:
        self._gallery = gallery
        self._limiter: CapacityLimiter | None = None

    async def picture(self, request: Request) -> Response:
        """A picture that stands on a page of ours, made anew as WebP."""
        if self._gallery is None:
            raise HTTPException(404)
        if self._limiter is None:  # it belongs to the event loop
            self._limiter = CapacityLimiter(_AT_ONCE)
        body = await to_thread.run_sync(self._gallery.show, request.path_params["name"], limiter=self._limiter)
        headers = {
            "content-security-policy": FILE_POLICY,
            "content-disposition": 'inline; filename="picture.webp"',
            "x-robots-tag": "noindex",
        }
        return answers.answer(request, body, media_type="image/webp", headers=headers)


def shown(pictures: Mapping[str, Picture], logo: render.Shown | None = None) -> Callable[[str], render.Shown | None]:
    """How a renderer shows pictures, by what it knows them by, and X's logo; None for those that are linked."""

    def find(name: str) -> render.Shown | None:
        if name == render.LOGO:
            return logo
        known = pictures.get(name)
        if known is None:
            return None
        return render.Shown(path=BELOW + known.name, width=known.width, height=known.height, state=_state(known))

    return find


def _state(picture: Picture) -> Literal["shown", "stored", "away", "refused", "gone"]:
    """What a page says of a picture; one that nobody has asked for yet is shown to whoever looks first."""
    if picture.state in ("away", "refused", "gone"):
        return picture.state
    return "stored" if picture.kept else "shown"
