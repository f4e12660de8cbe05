"""The pages about the site itself: what it is, how it works, and what it owes to whom. Filled from the settings.

A page for the public that lacks what only the operator can say is not served: a blank would be a false statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup, escape
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threadleaf.config import Settings, missing_for_the_public
from threadleaf.render.tongue import Tongue, marked
from threadleaf.store.cases import Counted
from threadleaf.store.held import WAITS
from threadleaf.web import answers, assets, errors, languages, shell
from threadleaf.web.here import REMOVES
from threadleaf.web.reports import REASONS
from threadleaf.web.site import Site

_BLANK = marked("The operator of this site has not yet said what belongs on this page, so it is not shown.")


class Part(Struct, frozen=True):
    """A part of such a page: its heading, our paragraphs and list, and the operator's own words."""

    heading: str = ""
    texts: Sequence[str] = ()
    items: Sequence[str] = ()
    own: str = ""


Parts = Callable[[Settings, Tongue], Sequence[Part]]


def routes(site: Site) -> list[BaseRoute]:
    """Every page about the site."""
    policies = Policies(site)
    plain = [Route(path, policies.handler(heading, parts)) for path, (heading, parts) in PAGES.items()]
    return [*plain, Route("/transparency", policies.transparency)]


class Policies:
    """The handlers of pages about the site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def handler(self, heading: str, parts: Parts) -> Callable[[Request], Response]:
        """What serves one of `PAGES`."""

        async def serve(request: Request) -> Response:
            settings, say = self._site.settings, languages.say()
            if not settings.personal and missing_for_the_public(settings):
                return errors.page(503, _BLANK)
            return answers.answer(request, _page(say(heading), parts(settings, say)))

        return serve  # type: ignore[return-value]

    async def transparency(self, request: Request) -> Response:
        """How often what was reported and taken down, by year: numbers, and nothing else."""
        numbers = await run_in_threadpool(self._site.service.desk.numbers)
        say = languages.say()
        return answers.answer(request, _page(say("Reports and removals in numbers"), _numbers(numbers, say)))


def _page(heading: str, parts: Sequence[Part]) -> str:
    return shell.page("policy.html", desk=assets.url("desk.css"), heading=heading, parts=parts, indexable=True)


# --- what they say ----------------------------------------------------------------------------------------------


def _about(settings: Settings, say: Tongue) -> Sequence[Part]:
    free = say("It runs Threadleaf, which is free software: anybody may run a site of their own.")
    what = say(
        "This site shows threads from social networks as one page each, to read and to keep, and says what is missing."
    )
    if settings.personal:
        return [Part(texts=[what, _personal(say), free])]
    return [
        Part(texts=[what, say("It is run by {operator}.", operator=settings.operator), free]),
        Part(say("Where to turn"), [say("Write to {contact}.", contact=_contact(settings)), _to_report(say)]),
        Part(
            items=[
                _link("/how-it-works", say("How it works")),
                _link("/privacy", say("Privacy")),
                _link("/takedown", say("Takedown")),
                _link("/imprint", say("Imprint")),
                _link("/transparency", say("Reports and removals in numbers")),
            ]
        ),
    ]


def _how(settings: Settings, say: Tongue) -> Sequence[Part]:
    asked = (
        say("Whoever pastes the address of any post of a thread here gets the whole thread.")
        if settings.personal or settings.who_may_unroll == "anyone"
        else say(
            "The operator of this site unrolls threads; whoever pastes the address of any of their posts finds them."
        )
    )
    return [
        Part(
            texts=[
                asked,
                say(
                    "We ask the network for the conversation, as anybody may who is not logged in, and follow who answers whom. The author's answers to their own posts are the thread."
                ),
            ]
        ),
        Part(
            say("Is it complete?"),
            [
                say(
                    "Each page says how complete it is and how we know. A gap stands where a post is missing. We never fill one with a guess, and we change no word."
                ),
            ],
        ),
        Part(
            say("Whose wishes count"),
            [
                say(
                    "Before a page is shown we look at what every author in it asks for, and again each time the thread is read."
                ),
            ],
            [
                say("Posts that are not public for everybody are not shown."),
                say("Accounts that want to be seen by logged-in people only are not shown."),
                say(
                    "Whoever writes {nobot} or {nounroll} in their profile is not unrolled here.",
                    nobot="#nobot",
                    nounroll="#nounroll",
                ),
                say("Whoever asks search engines to stay away is in no list and no search here."),
                say(
                    "Whoever asks us to stay away is not shown, in old pages and in new ones, also where others quote them."
                ),
            ],
        ),
        Part(
            say("Taken down"),
            [
                say(
                    "A page that was taken down stays down. Its address says the day and the kind of reason, and nothing else."
                )
            ],
        ),
    ]


def _privacy(settings: Settings, say: Tongue) -> Sequence[Part]:
    readers = Part(
        say("Readers"),
        items=[
            say("No cookies. That is why nobody asks for your consent."),
            say("Nothing is loaded from anybody else, so nobody else learns that you were here."),
            say("No record of who reads what: this program writes no log of visits."),
            say("What you save on your device stays there."),
        ],
    )
    if settings.personal:
        return [Part(texts=[_personal(say)]), readers]
    return [
        Part(
            texts=[
                say("{operator} is responsible for this site.", operator=settings.operator),
                say("Write to {contact}.", contact=_contact(settings)),
            ]
        ),
        readers,
        Part(
            say("Whoever asks for something"),
            [
                say(
                    "So that nobody can ask for too much, we count. From where you come is cut to a part of your network's address and turned into a code with a secret key; it is gone when the hour or the day that is counted is over."
                ),
                say(
                    "With a report the code is kept for thirty days at most. Your words, and how to reach you, are deleted thirty days after the decision."
                ),
                *_waiting(settings, say),
            ],
        ),
        Part(
            say("Authors"),
            [
                say(
                    "We keep what was public when a thread was read: the posts, their authors' names and handles, and what belongs to them. When it is read again, what its author has deleted goes here too."
                ),
                say(
                    "If a post is edited, its earlier words stay readable beside it and in the page as it was then, as long as the post and the page are here: under “what changed” and in files. They go with the post or the page. Of X none are kept."
                ),
                say("Whoever wants to be left out is kept as a code that names nobody."),
                _deleted(settings, say),
            ],
        ),
        Part(say("On what ground"), own=settings.legal_basis),
        Part(
            say("Your rights"),
            [
                say(
                    "You may ask what we hold about you, and have it corrected or deleted. You may object, and complain to a data protection authority."
                ),
                _to_report(say),
            ],
        ),
        Part(
            say("The operator's cookie"),
            [
                say(
                    "Only the operator, who signs in, gets a cookie: a random number that says so, for seven days at most."
                )
            ],
        ),
    ]


def _takedown(settings: Settings, say: Tongue) -> Sequence[Part]:
    if settings.personal:
        return [Part(texts=[_personal(say), say("To take a page down, type {command}.", command=REMOVES)])]
    return [
        Part(own=settings.takedown),
        Part(
            texts=[
                say(
                    "If it is your thread, you take it down yourself, at once: {author}.",
                    author=_link("/author", say("Is this your thread?")),
                ),
                _to_report(say),
                say("You may also write to {contact}.", contact=_contact(settings)),
            ],
        ),
        Part(
            say("What happens then"),
            items=[
                say("You get an address at which you see what comes of your report, without an account."),
                say.plural(
                    settings.takedown_hours,
                    "What an author reports as their own, and anything from X, is decided within {n} hour.",
                    "What an author reports as their own, and anything from X, is decided within {n} hours.",
                ),
                say.plural(
                    settings.report_days,
                    "Everything else is decided within {n} day.",
                    "Everything else is decided within {n} days.",
                ),
                say("The operator may hide the page at once, until it is decided."),
                say(
                    "If nobody has decided a day after an author reported a page as their own, it is hidden until somebody has."
                ),
                say(
                    "A page that is taken down is gone for everybody, in every format, and cannot be made again by anybody."
                ),
                say(
                    "The decision and its reason stand at your address. At the page's address stand the day and the kind of reason."
                ),
            ],
        ),
        Part(
            texts=[
                say(
                    "How often that happened: {numbers}.",
                    numbers=_link("/transparency", say("Reports and removals in numbers")),
                )
            ]
        ),
    ]


def _imprint(settings: Settings, say: Tongue) -> Sequence[Part]:
    if settings.personal:
        return [Part(texts=[_personal(say)])]
    return [
        Part(own=settings.imprint),
        Part(
            texts=[
                say("Operator: {operator}.", operator=settings.operator),
                say("Contact: {contact}.", contact=_contact(settings)),
                say("The law of this country holds: {jurisdiction}.", jurisdiction=settings.jurisdiction),
            ]
        ),
    ]


PAGES: Mapping[str, tuple[str, Parts]] = {
    "/about": (marked("About this site"), _about),
    "/how-it-works": (marked("How it works"), _how),
    "/privacy": (marked("Privacy"), _privacy),
    "/takedown": (marked("Takedown"), _takedown),
    "/imprint": (marked("Imprint"), _imprint),
}
"""The pages by their path: heading and what makes the parts. The site is personal, or nothing is blank."""

_REMOVED: Mapping[str, str] = {
    "authors proved": marked("Authors who showed that an account is theirs: {n}"),
    "removed author": marked("Pages taken down as their author wished: {n}"),
    "removed operator": marked("Pages taken down by the operator: {n}"),
    "removed law": marked("Pages taken down for legal reasons: {n}"),
    "removed network": marked("Pages taken down because they are no longer public where they were posted: {n}"),
    "reports kept": marked("Reports after which the page stayed: {n}"),
    "reports removed": marked("Reports after which the page was taken down: {n}"),
}


def _numbers(numbers: Sequence[Counted], say: Tongue) -> Sequence[Part]:
    if not numbers:
        return [Part(texts=[say("Nothing was reported and nothing taken down so far.")])]
    years = sorted({one.year for one in numbers}, reverse=True)
    return [_year(year, {one.what: one.number for one in numbers if one.year == year}, say) for year in years]


def _year(year: int, numbers: Mapping[str, int], say: Tongue) -> Part:
    reasons = {name: numbers.get(f"reported {name}", 0) for name in REASONS}
    items = [say("Reports: {n}", n=sum(reasons.values()))]
    stop = say(".")  # a reason is a sentence where it is chosen, and none here
    items += [
        say("“{reason}”: {n}", reason=say(REASONS[name]).removesuffix(stop), n=number)
        for name, number in reasons.items()
        if number
    ]
    items += [say(text, n=numbers[what]) for what, text in _REMOVED.items() if what in numbers]
    return Part(str(year), items=items)


# --- pieces -----------------------------------------------------------------------------------------------------


def _personal(say: Tongue) -> str:
    return say("This is a personal site: nobody but the one who started it, on this very machine, sees it.")


def _waiting(settings: Settings, say: Tongue) -> Sequence[str]:
    """What becomes of requests that wait for an author, where there are any."""
    if "ask-first" not in settings.modes.values():
        return []
    return [
        say(
            "If an author has to agree first, the request waits for her word, with nothing about who asked, and is deleted after {n} days.",
            n=WAITS.days,
        )
    ]


def _deleted(settings: Settings, say: Tongue) -> str:
    """What becomes of what is taken down, by the operator's own word about backups."""
    if not settings.backup_days:
        return say("When a page is taken down, its content is deleted at once. There are no backups.")
    return say.plural(
        settings.backup_days,
        "When a page is taken down, its content is deleted at once, and in backups after {n} day at most.",
        "When a page is taken down, its content is deleted at once, and in backups after {n} days at most.",
    )


def _to_report(say: Tongue) -> str:
    return say(
        "For a page that should not be here there is a form: {report}.", report=_link("/report", say("Report a page"))
    )


def _link(href: str, text: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(href, text)


def _contact(settings: Settings) -> Markup:
    """The operator's contact as a link, if it is an e-mail address or a web page."""
    text = settings.contact.removeprefix("mailto:")
    if text.startswith(("https://", "http://")):
        return _link(text, text)
    return _link(f"mailto:{text}", text) if "@" in text and " " not in text else escape(text)
