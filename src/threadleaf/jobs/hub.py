"""Whom to tell when a kept thread changed: the WebSub hub of the settings, if feeds tell of the page."""

from __future__ import annotations

import logging

from threadleaf.config import Settings
from threadleaf.core.errors import ThreadleafError
from threadleaf.service import Threadleaf
from threadleaf.service.public import is_indexable
from threadleaf.store.records import Saved


class Hub:
    """Tells the hub of `settings`; without one, or without an address of our own, there is nobody to tell."""

    def __init__(self, service: Threadleaf, settings: Settings) -> None:
        self._service, self._hub, self._origin = service, settings.hub, settings.public_origin
        self._unsaid = settings.search_engines

    def tell(self, saved: Saved) -> None:
        """Tell of a page that was just kept. If the hub cannot be told, the log says so; readers come by anyway."""
        if not (self._hub and self._origin):
            return
        try:
            if is_indexable(self._service.read(saved.path), unsaid=self._unsaid):
                self._service.announce(self._hub, self._topics(saved.path))
        except ThreadleafError as error:
            logging.getLogger(__name__).warning("%s", error.sentence)

    def _topics(self, path: str) -> list[str]:
        feeds = ("/latest.atom", "/latest.json", f"{path}.atom", f"{path}.feed.json")
        return [self._origin + feed for feed in feeds]
