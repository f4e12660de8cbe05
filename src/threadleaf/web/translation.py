"""One post in the reader's language, made by a machine of the operator's when it is asked for, and kept nowhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from threadleaf import render
from threadleaf.service.translating import TRANSLATED, Translator
from threadleaf.store.records import Saved, View
from threadleaf.web import answers, languages, shell
from threadleaf.web.site import LONGEST, Site

QUERY = "translate"
"""What a thread's address is asked with; its value is the post's name on the page."""


class Translations:
    """The handler of translations."""

    def __init__(self, site: Site) -> None:
        self._service, settings = site.service, site.settings
        self._translator = Translator(origin=settings.translate, key=settings.translate_key)

    def page(self, request: Request, path: str, _view: View, _suffix: str) -> tuple[Saved, Response]:
        """A post that may be shown, in the language of the interface, beside its author's words.

        404 where nothing is translated, and for what is no post of the thread's author. Raises what `Threadleaf.read` and
        `Threadleaf.translated` raise.
        """
        reading = self._service.read(path)
        place = request.query_params[QUERY][:LONGEST]
        post = render.post_named(reading.thread, place)
        if not self._translator.origin or reading.thread.network not in TRANSLATED or post is None or not post.text:
            raise HTTPException(404)
        text = ""
        if reading.saved.path == path:  # else the reader is sent there first
            text = self._service.translated(self._translator, post.text, languages.chosen().code)
        html = shell.translation(reading, post, place, text, by=urlsplit(self._translator.origin).netloc)
        headers = {"x-robots-tag": "noindex"}
        return reading.saved, answers.answer(request, html, cache=answers.NOWHERE, headers=headers)
