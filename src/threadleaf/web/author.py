"""For authors: the proof that an account is theirs, and the console in which they decide about their threads.

No account, no password, no cookie, no script. What opens a claim or a console travels in forms, never in an address;
nobody keeps these pages, and the guard refuses forms of other sites.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.core.errors import Gone, NotFound, NotNow, Refused, UnknownAddress
from threadleaf.core.proofs import Why, code
from threadleaf.render import claims, words
from threadleaf.render.tongue import Tongue, marked
from threadleaf.service.authors import PROVABLE, Begun, Console, Reach
from threadleaf.store.records import PageVisibility, Saved
from threadleaf.web import answers, assets, errors, languages, shell
from threadleaf.web.forms import fields
from threadleaf.web.here import REMOVES
from threadleaf.web.reports import on_our_site
from threadleaf.web.site import LONGEST, Site

PATH = "/author"
_CHECK, _CONSOLE = f"{PATH}/check", f"{PATH}/console"

WHY: Mapping[Why, str] = {
    "absent": marked("The code is not there (yet). It may take a minute until a network shows it. Then try again."),
    "other-account": marked("The code was found, but in words of another account. This account has to write it."),
    "among-words": marked("The code stands among other words. Write a post that holds nothing else."),
    "edited": marked("That post was edited. Write a new one that holds nothing but the code."),
    "older": marked("What was found is older than the code. Write a new post that holds nothing but the code."),
    "moved": marked("This account has moved to another one, so it cannot be proved any more. Use the report form."),
    "not-public": marked("That post is not public. Write one that anybody can read without logging in."),
    "redirected": marked("Your page leads to another address. Give the one at which it is in the end, with https."),
    "one-way": marked("Your profile has to list this very page, and the page has to link to this very account."),
}
_SEEN_BY: Mapping[PageVisibility, str] = {
    "listed": marked("In lists"),
    "unlisted": marked("In no list"),
}
_ENGINES = {True: marked("Search engines may list it"), False: marked("Not in search engines")}
_DOWN = marked(
    "This thread is already down here. If it is yours, you may still decide about your other threads, or never be shown here again."
)
_CLOSED = marked("This console is closed: an hour has passed since your last step, or you closed it. Begin anew.")
_GIVE = marked("Give the address of one of your posts, or of your profile.")
_ERRORS = (UnknownAddress, NotFound, NotNow, Refused, Gone)

Deed = Callable[["Authors", Console, Mapping[str, str], Tongue], str]


def routes(site: Site) -> list[BaseRoute]:
    """Where an author begins, has us look for the code, and decides; on a personal site there is nobody to decide for."""
    authors = Authors(site)
    if site.settings.personal:
        return [Route(PATH, authors.nobody)]
    return [
        Route(PATH, authors.ask),
        Route(PATH, authors.begin, methods=["POST"]),
        Route(_CHECK, authors.check, methods=["POST"]),
        Route(_CONSOLE, authors.decide, methods=["POST"]),
        # Whoever comes to these by the address alone begins anew.
        Route(_CHECK, authors.ask),
        Route(_CONSOLE, authors.ask),
    ]


class Authors:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site = site

    # --- proving --------------------------------------------------------------------------------------------

    async def ask(self, request: Request) -> Response:
        """The form; `?url=` fills in the address, and of a page that is down already it is said."""
        url = request.query_params.get("url", "")[:LONGEST]
        done = languages.say()(_DOWN) if await run_in_threadpool(self._is_down, url) else ""
        return answers.answer(request, _asking(url, done=done), cache=answers.NOWHERE)

    def _is_down(self, url: str) -> bool:
        path = on_our_site(url, self._site.settings.public_origin)
        if not path.startswith("/t/"):
            return False
        try:
            with suppress(Refused, UnknownAddress):  # whoever sends the form is told
                self._site.service.find(path)
        except Gone:
            return True
        return False

    async def nobody(self, _request: Request) -> Response:
        """In place of the form, where whoever reads a page is who keeps it."""
        say = languages.say()
        told = say(
            "This is a personal site: nobody but you sees it, and all that is kept here is yours. To take a page down, type {command}.",
            command=REMOVES,
        )
        return errors.answer(404, shell.message(say("Is this your thread?"), told))

    async def begin(self, request: Request) -> Response:
        """Show a code for whoever wrote the thread of an address, or whose profile it is."""
        url, say = fields(await request.body(), "url")["url"], languages.say()
        if not url or len(url) > LONGEST:
            return errors.answer(400, _asking(url[:LONGEST], say(_GIVE)))
        spent = await self._site.limits.spend("unroll", request)
        if not spent.allowed:
            return self._site.limits.refuse(spent)
        try:
            address = on_our_site(url, self._site.settings.public_origin)
            begun = await run_in_threadpool(self._site.service.authors.begin, address)
        except _ERRORS as error:
            return errors.answer(errors.status(error), _asking(url, languages.told(error.sentence)))
        return errors.answer(200, _code(begun, {"about": address, "post": "", "page": ""}))

    async def check(self, request: Request) -> Response:
        """Look for the code: the console if it is there, else the same page with what is wrong."""
        given = fields(await request.body(), "ticket", "network", "account", "handle", "about", "post", "page")
        if given["network"] not in PROVABLE or max(map(len, given.values())) > LONGEST:
            return errors.answer(400, _asking("", languages.say()(_CLOSED if given["ticket"] else _GIVE)))
        spent = await self._site.limits.spend("unroll", request)
        if not spent.allowed:
            return self._site.limits.refuse(spent)
        begun = Begun(
            network=given["network"],
            author=given["account"],
            handle=given["handle"],
            ticket=given["ticket"],
            code=code(given["ticket"]),
        )
        try:
            found = await run_in_threadpool(self._looked, begun, given)
        except _ERRORS as error:
            status, told = errors.status(error), languages.told(error.sentence)
            page = _asking(given["about"], told) if error.code == "code" else _code(begun, given, told)
            return errors.answer(status, page)
        if not isinstance(found, Console):
            return errors.answer(200, _code(begun, given, languages.say()(WHY[found])))
        return errors.answer(200, await run_in_threadpool(self._console, found))

    def _looked(self, begun: Begun, given: Mapping[str, str]) -> Console | Why:
        authors = self._site.service.authors
        return authors.check(begun, post=given["post"], page=given["page"], about=given["about"])

    # --- deciding -------------------------------------------------------------------------------------------

    async def decide(self, request: Request) -> Response:
        """Do what the author decided, and show the console again with what came of it."""
        given = fields(await request.body(), "secret", "network", "account", "do", "path")
        return await run_in_threadpool(self._decided, given, languages.say())

    def _decided(self, given: Mapping[str, str], say: Tongue) -> Response:
        authors = self._site.service.authors
        console = None
        if given["network"] in PROVABLE:
            console = authors.console(given["secret"], given["network"], given["account"])
        if console is None:
            return errors.answer(403, _asking("", say(_CLOSED)))
        if given["do"] == "everything":
            told = {"content-disposition": 'attachment; filename="threadleaf.json"', "cache-control": answers.NOWHERE}
            return Response(authors.everything(console), media_type="application/json", headers=told)
        if given["do"] == "close":
            authors.close(console)
            return errors.answer(200, _asking("", done=say("The console is closed.")))
        try:
            done = _DEEDS.get(given["do"], _nothing)(self, console, given, say)
        except (NotFound, Refused) as error:
            return errors.answer(errors.status(error), self._console(console, wrong=languages.told(error.sentence)))
        return errors.answer(200, self._console(console, done=done))

    def take_down(self, console: Console, given: Mapping[str, str], say: Tongue) -> str:
        """One thread."""
        self._site.service.authors.take_down(console, given["path"] or "/")
        return say("The thread was taken down for good.")

    def take_down_all(self, console: Console, _given: Mapping[str, str], say: Tongue) -> str:
        """All of them."""
        gone = self._site.service.authors.take_down(console)
        return say.plural(gone, "{n} page was taken down for good.", "{n} pages were taken down for good.")

    def opt_out(self, console: Console, _given: Mapping[str, str], say: Tongue) -> str:
        """Never again."""
        self._site.service.authors.opt_out(console)
        return say("Nothing of yours is shown here any more, and nothing will be.")

    def allow(self, console: Console, _given: Mapping[str, str], say: Tongue) -> str:
        """Whoever asks."""
        self._site.service.authors.allow(console)
        self._site.jobs.release()
        return say("Your threads may be shown here, whoever asks for them.")

    def listed(self, console: Console, given: Mapping[str, str], say: Tongue) -> str:
        """In lists."""
        self._declare(console, given, "listed")
        return say("The thread is in lists now, unless somebody in it has asked not to be listed.")

    def unlisted(self, console: Console, given: Mapping[str, str], say: Tongue) -> str:
        """In no list."""
        self._declare(console, given, "unlisted")
        return say("The thread is in no list any more.")

    def index(self, console: Console, given: Mapping[str, str], say: Tongue) -> str:
        """In search engines."""
        self._site.service.authors.index(console, given["path"], says=True)
        return say(
            "Search engines and feeds may tell of the thread, as long as it is in lists and nobody in it objects."
        )

    def noindex(self, console: Console, given: Mapping[str, str], say: Tongue) -> str:
        """In none."""
        self._site.service.authors.index(console, given["path"], says=False)
        return say("Search engines and feeds are told of the thread no longer.")

    def _declare(self, console: Console, given: Mapping[str, str], reach: Reach) -> None:
        self._site.service.authors.declare(console, given["path"], reach)

    def _console(self, console: Console, *, done: str = "", wrong: str = "") -> str:
        say = languages.say()
        standing = self._site.service.authors.standing(console)
        entry, unsaid = standing.opted_out, self._site.settings.search_engines
        found = self._site.service.maps.holds([saved.number for saved in standing.pages], unsaid=unsaid)
        return shell.page(
            "console.html",
            desk=assets.url("desk.css"),
            console=console,
            name=next((f"@{saved.author_handle}" for saved in standing.pages if saved.author_handle), console.author),
            on_network=say(words.ON_NETWORK[console.network]),
            action=_CONSOLE,
            may_publish=console.may_publish,
            pages=[_row(saved, standing.indexed.get(saved.number, unsaid), found, say) for saved in standing.pages],
            more=standing.more,
            private=standing.private,
            pictures=standing.pictures,
            undescribed=standing.undescribed,
            out_since=say.day(entry.since) if entry else "",
            may_return=entry is not None and entry.by == "author" and console.may_publish,
            may_agree=not entry and not standing.allows and console.may_publish,
            done=done,
            wrong=wrong,
        )


def _nothing(_authors: Authors, _console: Console, _given: Mapping[str, str], _say: Tongue) -> str:
    return ""


_DEEDS: Mapping[str, Deed] = {
    "take down": Authors.take_down,
    "take down all": Authors.take_down_all,
    "opt out": Authors.opt_out,
    "allow": Authors.allow,
    "list": Authors.listed,
    "unlist": Authors.unlisted,
    "index": Authors.index,
    "noindex": Authors.noindex,
}


def _row(saved: Saved, agreed: bool, found: Collection[int], say: Tongue) -> Mapping[str, object]:
    return {
        "path": saved.path,
        "title": saved.title or say(words.UNTITLED),
        "lang": saved.lang,
        "posts": claims.in_short(saved.posts, saved.state, say),
        "seen_by": say(_SEEN_BY[saved.visibility]),
        "listed": saved.visibility == "listed",
        "agreed": agreed,
        "engines": say(_ENGINES[saved.number in found]) if saved.visibility == "listed" else "",
    }


def _asking(url: str, wrong: str = "", *, done: str = "") -> str:
    return shell.page(
        "yours.html", desk=assets.url("desk.css"), url=url, wrong=wrong, done=done, longest=LONGEST, action=PATH
    )


def _code(begun: Begun, given: Mapping[str, str], wrong: str = "") -> str:
    say = languages.say()
    name = Markup("<bdi>{}</bdi>").format(f"@{begun.handle}" if begun.handle else begun.author)
    return shell.page(
        "code.html",
        desk=assets.url("desk.css"),
        begun=begun,
        name=name,
        on_network=say(words.ON_NETWORK[begun.network]),
        given=given,
        wrong=wrong,
        action=_CHECK,
        longest=LONGEST,
        meta=f'<meta name="threadleaf" content="{begun.code}">',
        link=f'<link rel="me" href="{_account(begun)}">',
    )


def _account(begun: Begun) -> str:
    """The address of an account to which a page has to link."""
    return f"https://bsky.app/profile/{begun.author}" if begun.network == "bsky" else begun.author
