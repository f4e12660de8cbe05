"""The words of asking for a thread: who shall read it, how that stands, why it failed. Knows no requests and no database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from threadleaf.core import ref as refs
from threadleaf.core.errors import ThreadleafError
from threadleaf.core.model import Network, Ref
from threadleaf.jobs import Jobs, State
from threadleaf.render import words
from threadleaf.render.tongue import marked
from threadleaf.service.levels import Level
from threadleaf.web import assets, errors, here, languages, shell
from threadleaf.web.purposes import said

_NETWORKS: tuple[Network, ...] = ("bsky", "x", "fedi")

_NAMES: Mapping[Level, tuple[str, str]] = {
    "listed": (marked("Everybody"), marked("It is in Latest and in searches.")),
    "unlisted": (marked("Whoever has its address"), marked("It is in no list and in no search engine.")),
    "private": (marked("Whoever has a secret address"), marked("Its usual address says that nothing is there.")),
    "live": (marked("Whoever has a secret address, for an hour"), marked("It is not kept.")),
}
_NAMES_ALONE: Mapping[Level, tuple[str, str]] = {
    "listed": (marked("In your lists"), marked("It is kept, in Latest and in searches.")),
    "private": (marked("At a secret address"), marked("It is kept, and its usual address says that nothing is there.")),
    "live": (marked("For an hour"), marked("It is shown and not kept.")),
}
"""On a site that nobody but its one reader sees: there it is no question who can read a page."""
_WILL_BE_ALONE: Mapping[Level, str] = {
    "listed": marked("Its page will be in Latest and in searches."),
    "private": marked("Its page will have a secret address."),
    "live": marked("It will be shown for an hour, and not kept."),
}
_WILL_BE: Mapping[Level, str] = {
    "listed": marked("Its page will be in Latest, unless somebody in the thread has asked not to be listed."),
    "unlisted": marked("Its page will be in no list: whoever has the address can read it."),
    "private": marked("Its page will have a secret address: whoever has that can read it."),
    "live": marked("It will be shown at a secret address for an hour, and not kept."),
}


def networks(jobs: Jobs, *, operator: bool = False) -> Sequence[str]:
    """The networks whose threads whoever comes by may have read here, each by its name."""
    say = languages.say()
    return [say(words.NETWORKS[network]) for network in _NETWORKS if jobs.offers(network, operator=operator)]


def bots(called: Sequence[tuple[Network, str]]) -> str:
    """How the site's bots are called, each with its network; empty if there are none."""
    say = languages.say()
    names = [say("@{bot} ({network})", bot=name, network=say(words.NETWORKS[place])) for place, name in called]
    return say.listed(names) if names else ""


def levels(jobs: Jobs, network: Network | None = None, *, operator: bool = False) -> Mapping[str, object]:
    """What `levels.html` needs: the choices of whoever comes by, for a network or before one is known; `operator` says
    that it is the operator who comes by."""
    say, names = languages.say(), {**_NAMES, **_NAMES_ALONE} if jobs.personal else _NAMES
    found = [jobs.choices(each, operator=operator) for each in ([network] if network else _NETWORKS)]
    allowed = max(found, key=len)
    may_list = "listed" in allowed[1:]  # where lists are the usual place, that is a choice like the others
    shown = [level for level in allowed if not (may_list and level == "listed")]
    return {
        "levels": [{"value": level, "name": say(names[level][0]), "explained": say(names[level][1])} for level in shown]
        if len(shown) > 1
        else [],
        "may_list": may_list,
        "fleeting": network is None and jobs.choices("fedi", operator=operator) == ("live",),
        "alone": jobs.personal,
    }


def progress(state: State) -> str:
    """The page of an unroll that is not over."""
    say = languages.say()
    return shell.page(
        "progress.html",
        steps=steps(state),
        kept=state.level != "live",
        level=say((_WILL_BE_ALONE if here.personal() else _WILL_BE).get(state.level, _WILL_BE[state.level])),
        address=_address(state.ref),
        script=assets.url("progress.js"),
    )


def steps(state: State) -> Sequence[str]:
    """What is being done, a line each, the newest last."""
    say = languages.say()
    if state.phase == "waiting":
        if not state.ahead:
            return [say("It is the next one.")]
        return [say.plural(state.ahead, "{n} thread is before it.", "{n} threads are before it.")]
    if not state.steps:
        return [say("It is being read.")]
    answers = state.steps[-1].done
    lines = [said(step.purpose, say) for step in state.steps]
    return [*lines, say.plural(answers, "{n} answer so far.", "{n} answers so far.")] if answers else lines


def failed(state: State, error: ThreadleafError) -> str:
    """The page of an unroll that failed: why, and how to go on."""
    again = state.ref is not None and error.kind in ("failed", "not-now") and error.code != "offline"
    return shell.page(
        "failed.html",
        heading=errors.HEADINGS[errors.status(error)],
        sentence=errors.said(error),
        again=again,
        address=_address(state.ref),
        level=state.level,
    )


def _address(ref: Ref | None) -> str:
    return refs.address(ref) if ref else ""
