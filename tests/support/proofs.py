"""Proofs of an account, forged and genuine, each played on networks of its own.

A forged one is whatever somebody else can bring about, or what an author did not mean as a proof: another's words, a
code that is used up, a page that anybody may write on. A genuine one shows that the same road does lead somewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

from msgspec.structs import replace

from tests.store.build import draft
from tests.support.claims import ACTOR, ANN, AP, HOST, MAL, OTHER, PUBLIC, Fedi, Here, page
from threadleaf.core.errors import ThreadleafError
from threadleaf.core.model import Author, Conversation, Network, Post
from threadleaf.service.authors import Begun, Console

PAGE = "https://ann.example.org/me"
THREAD = "/t/x/20"
NUMBER = "1001"
BSKY_POST = f"https://bsky.app/profile/{ANN}/post/3kpost"

Act = Callable[[Here], Console | str]


class Play(NamedTuple):
    """A proof, and how it is tried: the answer is the console of the account, or why there is none."""

    name: str
    act: Act


FORGED: list[Play] = []
GENUINE: list[Play] = []


def forged(name: str) -> Callable[[Act], Act]:
    def add(act: Act) -> Act:
        FORGED.append(Play(name, act))
        return act

    return add


def genuine(name: str) -> Callable[[Act], Act]:
    def add(act: Act) -> Act:
        GENUINE.append(Play(name, act))
        return act

    return add


def played(play: Play, here: Here) -> str:
    """How a proof ends: `accepted`, or why not."""
    try:
        end = play.act(here)
    except ThreadleafError as error:
        return f"{type(error).__name__}: {error.sentence}"
    return "accepted" if isinstance(end, Console) else end


def ann(here: Here) -> Begun:
    """The claim that Ann's account on Bluesky is one's own."""
    return here.authors.begin("@ann.example")


def fedi(here: Here) -> Begun:
    return here.authors.begin(f"@ann@{HOST}")


def on_x(here: Here, number: str = NUMBER, first: str = "20") -> Begun:
    """The same on X, where a thread of hers is kept."""
    who = Author(id=number, network="x", handle="ann", name="Ann")
    told = Post(id=first, author=number, text="A thread.", url=f"https://x.com/i/status/{first}", created=here.net.now)
    here.store.save(draft(Conversation(network="x", anchor=first, posts=(told,), authors=(who,)), at=here.net.now))
    return here.authors.begin(f"/t/x/{first}")


# --- Bluesky: words ---------------------------------------------------------------------------------------------


@genuine("bsky: a post")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, begun.code)
    return here.authors.check(begun)


@genuine("bsky: an answer to a bot, by its address")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, f"@bot.example {begun.code}\n")
    here.bsky.feeds["of posts by their address"] = here.bsky.feeds.pop(ANN)
    return here.authors.check(begun, post=BSKY_POST)


@genuine("bsky: the profile")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.bios[ANN] = f"Mills and tides.\n{begun.code}"
    return here.authors.check(begun)


@genuine("bsky: a record")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.keeps(ANN, begun.code)
    return here.authors.check(begun)


@genuine("bsky: a page")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.bios[ANN] = f"See {PAGE}"
    here.web.pages[PAGE] = page(begun.code, f"https://bsky.app/profile/{ANN}")
    return here.authors.check(begun, page=PAGE)


@genuine("bsky: a page that is the profile's website")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.websites[ANN] = PAGE
    here.web.pages[PAGE] = page(begun.code, f"https://bsky.app/profile/{ANN}")
    return here.authors.check(begun, page=PAGE)


@genuine("a mention of the bot")
def _(here: Here) -> Console | str:
    begun = ann(here)
    assert here.authors.heard("bsky", ANN, f"@bot.example {begun.code}")
    return here.authors.check(begun)


@forged("bsky: another's answer below the thread")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(MAL, begun.code, reply={"parent": {"uri": f"at://{ANN}/app.bsky.feed.post/3k1"}})
    return here.authors.check(begun, post=f"https://bsky.app/profile/{MAL}/post/3kpost")


@forged("bsky: another's post in the author's feed")
def _(here: Here) -> Console | str:
    begun = ann(here)
    repost = {"post": here.bsky.post(MAL, begun.code), "reason": {"$type": "app.bsky.feed.defs#reasonRepost"}}
    here.bsky.feeds[ANN] = [repost]
    return here.authors.check(begun)


@forged("bsky: another's post under the author's name")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.feeds[ANN] = [{"post": here.bsky.post(MAL, begun.code) | {"author": here.bsky.profile(ANN)}}]
    return here.authors.check(begun)


@forged("bsky: a post that speaks about the code")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, f"Somebody wants me to post {begun.code} here, why?")
    return here.authors.check(begun)


@forged("bsky: the code quoted in quotation marks")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, f"“{begun.code}”")
    return here.authors.check(begun)


@forged("bsky: a quote of a post with the code")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(MAL, begun.code, key="3kmal")
    quoted = {"$type": "app.bsky.embed.record", "record": {"uri": f"at://{MAL}/app.bsky.feed.post/3kmal"}}
    here.bsky.says(ANN, "What is this?", embed=quoted)
    return here.authors.check(begun)


@forged("bsky: the description of a picture")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, "A mill.", embed={"$type": "app.bsky.embed.images", "images": [{"alt": begun.code}]})
    return here.authors.check(begun)


@forged("bsky: the title of a linked page")
def _(here: Here) -> Console | str:
    begun = ann(here)
    card = {"uri": "https://mal.example", "title": begun.code, "description": begun.code}
    here.bsky.says(ANN, "https://mal.example", embed={"$type": "app.bsky.embed.external", "external": card})
    return here.authors.check(begun)


@forged("bsky: a name")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.names[ANN] = begun.code
    return here.authors.check(begun)


@forged("bsky: another's handle, which an answer begins with")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, f"@{begun.code}")
    return here.authors.check(begun)


@forged("bsky: another's handle, in full")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, f"@{begun.code}.bsky.social")
    return here.authors.check(begun)


@forged("bsky: an address that ends with the code")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, f"https://mal.example/{begun.code}")
    return here.authors.check(begun)


@forged("bsky: a tag")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, f"#{begun.code}")
    return here.authors.check(begun)


@forged("bsky: letters that look alike")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, begun.code.replace("a", "а"))
    return here.authors.check(begun)


@forged("bsky: a sign of no width within")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, f"{begun.code[:20]}\u200b{begun.code[20:]}")
    return here.authors.check(begun)


@forged("bsky: capitals")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, begun.code.upper())
    return here.authors.check(begun)


@forged("bsky: a code that goes on")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, begun.code + "a")
    return here.authors.check(begun)


@forged("bsky: half of a code")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, begun.code[:-1])
    return here.authors.check(begun)


# --- Bluesky: times, tickets, accounts --------------------------------------------------------------------------


@forged("a code whose day is over")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.net.later(hours=24)
    here.bsky.says(ANN, begun.code)
    return here.authors.check(begun)


@forged("a code that was used")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, begun.code)
    assert isinstance(here.authors.check(begun), Console)
    return here.authors.check(begun)


@forged("a code that somebody read in public")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, begun.code)
    return here.authors.check(replace(begun, ticket=begun.code))


@forged("a code of one's own, with another's account named in the form")
def _(here: Here) -> Console | str:
    begun = here.authors.begin("@mal.example")
    here.bsky.says(MAL, begun.code)
    return here.authors.check(replace(begun, author=ANN))


@forged("the code of another claim of the same account")
def _(here: Here) -> Console | str:
    here.bsky.says(ANN, ann(here).code)
    return here.authors.check(ann(here))


@forged("bsky: a post from before the code")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, begun.code, createdAt=(here.net.now - timedelta(days=1)).isoformat())
    return here.authors.check(begun)


@forged("bsky: an answer from before the code")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.says(ANN, begun.code)
    here.bsky.made = here.net.now - timedelta(days=1)
    return here.authors.check(begun)


@forged("bsky: a handle that was registered again")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.handles = {"ann.example": MAL, "gone.example": ANN}
    here.bsky.says(MAL, begun.code)
    here.bsky.bios[MAL] = begun.code
    return here.authors.check(begun, post="https://bsky.app/profile/ann.example/post/3kpost")


@forged("another network")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.fedi.says("ann", f"<p>{begun.code}</p>")
    return here.authors.check(begun, post=f"https://{HOST}/@ann/100")


@forged("bsky: a record that another repository holds")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.keeps(ANN, begun.code, uri=f"at://{MAL}/app.threadleaf.author/self")
    return here.authors.check(begun)


@forged("bsky: a record of another name")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.bsky.keeps(ANN, begun.code, uri=f"at://{ANN}/app.bsky.feed.like/self")
    return here.authors.check(begun)


# --- pages ------------------------------------------------------------------------------------------------------


def by_page(here: Here, html: Callable[[str], str], *, lists: str = PAGE) -> Console | str:
    """Try a page of Ann's on the fediverse; her profile lists one."""
    begun = fedi(here)
    here.fedi.lists("ann", f'<a href="{lists}" rel="me">here</a>')
    here.fedi.people["ann"]["attachment"].append({"type": "Image", "url": "https://ann.example.org/1.png"})
    here.web.pages[PAGE] = html(begun.code)
    return here.authors.check(begun, page=PAGE)


@genuine("fedi: a page")
def _(here: Here) -> Console | str:
    return by_page(here, lambda code: page(code, ACTOR))


@genuine("fedi: a page that links to the profile's address")
def _(here: Here) -> Console | str:
    return by_page(here, lambda code: page(code, f"https://{HOST}/@ann"))


@forged("a page that the account does not list")
def _(here: Here) -> Console | str:
    return by_page(here, lambda code: page(code, ACTOR), lists="https://ann.example.org/other")


@forged("an open wiki that the account lists, with the code in its text")
def _(here: Here) -> Console | str:
    text = '<p>{0}</p><meta name="threadleaf" content="{0}"><a rel="me" href="' + ACTOR + '">Ann</a>'
    return by_page(here, lambda code: f"<html><head><title>Wiki</title></head><body>{text.format(code)}</body></html>")


@forged("an open wiki whose title holds the code")
def _(here: Here) -> Console | str:
    head = '<title><meta name="threadleaf" content="{0}"></title><link rel="me" href="' + ACTOR + '">'
    return by_page(here, lambda code: f"<html><head>{head.format(code)}</head><body></body></html>")


@forged("an open wiki without a body element")
def _(here: Here) -> Console | str:
    text = (
        '<title>Wiki</title>Ann’s page <meta name="threadleaf" content="{0}"><a rel="me" href="' + ACTOR + '">Ann</a>'
    )
    return by_page(here, text.format)


@forged("a page that links back to nobody")
def _(here: Here) -> Console | str:
    return by_page(here, lambda code: page(code, "https://elsewhere.example/"))


@forged("a page that links to another account of the same server")
def _(here: Here) -> Console | str:
    return by_page(here, lambda code: page(code, OTHER))


@forged("a page that links back without rel=me")
def _(here: Here) -> Console | str:
    return by_page(here, lambda code: page(code, ACTOR).replace('rel="me"', 'rel="nofollow"'))


@forged("a page that links back without https")
def _(here: Here) -> Console | str:
    return by_page(here, lambda code: page(code, ACTOR.replace("https:", "http:")))


@forged("a page that leads to another")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.lists("ann", f'<a href="{PAGE}" rel="me">here</a>')
    here.web.leads[PAGE] = "https://ann.example.org/mal"
    here.web.pages["https://ann.example.org/mal"] = page(begun.code, ACTOR)
    return here.authors.check(begun, page=PAGE)


@forged("a page without https")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    address = PAGE.replace("https:", "http:")
    here.fedi.lists("ann", f'<a href="{address}" rel="me">here</a>')
    here.web.pages[address] = page(begun.code, ACTOR)
    return here.authors.check(begun, page=address)


@forged("a page with another's code")
def _(here: Here) -> Console | str:
    other = here.authors.begin(f"@mal@{HOST}").code
    return by_page(here, lambda _: page(other, ACTOR))


# --- the fediverse ----------------------------------------------------------------------------------------------


@genuine("fedi: a post")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.says("ann", f'<p><span class="h-card"><a href="https://bot.example/@u">@u</a></span> {begun.code}</p>')
    return here.authors.check(begun)


@genuine("fedi: a post that is not among the newest, by its address")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.says("ann", f"<p>{begun.code}</p>")
    here.fedi.statuses["of posts by their address"] = here.fedi.statuses.pop("ann")
    return here.authors.check(begun, post=f"https://{HOST}/@ann/100")


@genuine("fedi: a post of a server without Mastodon's API")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.api = False
    here.fedi.says("ann", f"<p>{begun.code}</p>")
    return here.authors.check(begun)


@genuine("fedi: the same, by its address")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.api = False
    here.fedi.people["ann"]["outbox"] = "https://elsewhere.example/outbox"
    here.fedi.says("ann", f"<p>{begun.code}</p>")
    return here.authors.check(begun, post=f"{ACTOR}/statuses/100")


@genuine("fedi: the profile")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.people["ann"]["summary"] = f"<p>Mills</p><p>{begun.code}</p>"
    return here.authors.check(begun)


def by_status(here: Here, **more: object) -> Console | str:
    """Try a post of Ann's with a trait."""
    begun = fedi(here)
    here.fedi.says("ann", f"<p>{begun.code}</p>", **more)
    return here.authors.check(begun, post=f"https://{HOST}/@ann/100")


@forged("fedi: another account of the same server")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.says("mal", f"<p>{begun.code}</p>")
    return here.authors.check(begun, post=f"https://{HOST}/@mal/100")


@forged("fedi: another's post in the author's listing")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.says("mal", f"<p>{begun.code}</p>")
    here.fedi.statuses["ann"] = here.fedi.statuses.pop("mal")
    return here.authors.check(begun)


@forged("fedi: a boost")
def _(here: Here) -> Console | str:
    return by_status(here, reblog={"id": "7", "content": "the same"})


@forged("fedi: an edited post")
def _(here: Here) -> Console | str:
    return by_status(here, edited_at="2026-03-01T12:30:00Z")


@forged("fedi: an edited post of a server without Mastodon's API")
def _(here: Here) -> Console | str:
    here.fedi.api = False
    return by_status(here, edited_at="2026-03-01T12:30:00Z")


@forged("fedi: a post from before the code")
def _(here: Here) -> Console | str:
    return by_status(here, created_at="2026-02-27T12:00:00Z")


@forged("fedi: a post for followers that the server gave away")
def _(here: Here) -> Console | str:
    return by_status(here, visibility="private")


@forged("fedi: a content warning")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.says("ann", "<p>A mill.</p>", spoiler_text=begun.code)
    return here.authors.check(begun)


@forged("fedi: another's words in a block")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.says("ann", f"<p>Mal writes:</p><blockquote>{begun.code}</blockquote>")
    return here.authors.check(begun)


@forged("fedi: nothing but another's words in a block")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.says("ann", f"<blockquote><blockquote>{begun.code}</blockquote></blockquote>")
    return here.authors.check(begun)


@forged("fedi: an account that has moved")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.people["ann"]["movedTo"] = "https://elsewhere.example/users/mal"
    here.fedi.people["ann"]["summary"] = begun.code
    here.fedi.says("ann", f"<p>{begun.code}</p>")
    return here.authors.check(begun)


@forged("fedi: the account to which it moved")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.people["mal"] |= {"summary": begun.code, "alsoKnownAs": [ACTOR]}
    here.fedi.people["ann"]["movedTo"] = OTHER
    return here.authors.check(begun)


@forged("fedi: another actor in place of the author's")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    here.fedi.people["ann"] = here.fedi.people["mal"] | {"summary": begun.code}
    return here.authors.check(begun)


@forged("fedi: a copy on another server")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    copies = Fedi(here.net, "mal.example")
    copies.says("ann", f"<p>{begun.code}</p>", host=HOST)
    return here.authors.check(begun, post="https://mal.example/@ann@social.example/100")


@forged("fedi: an actor of the same name on another server")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    Fedi(here.net, "mal.example").says("ann", f"<p>{begun.code}</p>")
    return here.authors.check(begun, post="https://mal.example/@ann/100")


@forged("fedi: a file that somebody uploaded to the author's server")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    name = f"https://{HOST}/objects/01234567-89ab-cdef-0123-456789abcdef"
    note = {"id": name, "type": "Note", "attributedTo": ACTOR, "content": begun.code, "to": [PUBLIC]}
    server = here.net.hosts[HOST]
    here.net.hosts[HOST] = lambda request: (
        here.net.answer(request, note, kind="application/json") if request.url == name else server(request)
    )
    return here.authors.check(begun, post=name)


@genuine("fedi: a post of a server with addresses of another kind")
def _(here: Here) -> Console | str:
    begun = fedi(here)
    name = f"https://{HOST}/objects/01234567-89ab-cdef-0123-456789abcdef"
    note = {"id": name, "type": "Note", "attributedTo": ACTOR, "content": begun.code, "to": [PUBLIC]}
    server = here.net.hosts[HOST]
    here.net.hosts[HOST] = lambda request: (
        here.net.answer(request, note, kind=AP) if request.url == name else server(request)
    )
    return here.authors.check(begun, post=name)


# --- X and the bot ----------------------------------------------------------------------------------------------


@genuine("x: an embed")
def _(here: Here) -> Console | str:
    begun = on_x(here)
    here.x.says("ann", f"@bot {begun.code}")
    return here.authors.check(begun, post="https://x.com/ann/status/30", about=THREAD)


@genuine("x: an embed after the handle has changed")
def _(here: Here) -> Console | str:
    begun = on_x(here)
    here.x.posts["20"] = ("new_ann", "Ann", "A thread.")
    here.x.says("new_ann", begun.code)
    return here.authors.check(begun, post="https://x.com/i/status/30", about=THREAD)


def by_embed(here: Here, handle: str, *, about: str = THREAD, **more: str) -> Console | str:
    """Try a post on X by some handle."""
    begun = on_x(here)
    here.x.says(handle, more.pop("text", begun.code), **more)
    return here.authors.check(begun, post="https://x.com/i/status/30", about=about)


@forged("x: another's post")
def _(here: Here) -> Console | str:
    return by_embed(here, "mal")


@forged("x: a name")
def _(here: Here) -> Console | str:
    begun = on_x(here)
    here.x.says("ann", "Hello.", name=f"</p>{begun.code}<p>")
    return here.authors.check(begun, post="https://x.com/i/status/30", about=THREAD)


@forged("x: a handle that was registered again")
def _(here: Here) -> Console | str:
    here.x.posts["20"] = ("new_ann", "Ann", "A thread.")
    return by_embed(here, "ann")


@forged("x: a thread by somebody else as the witness")
def _(here: Here) -> Console | str:
    on_x(here, "2002", "40")
    here.x.says("mal", "Another thread.", number="40")
    return by_embed(here, "mal", about="/t/x/40")


@forged("x: an embed of another post")
def _(here: Here) -> Console | str:
    begun = on_x(here)
    here.x.says("ann", begun.code, number="31")
    embed = here.net.hosts["publish.x.com"]
    here.net.hosts["publish.x.com"] = lambda request: embed(replace(request, url=request.url.replace("%2F30", "%2F31")))
    return here.authors.check(begun, post="https://x.com/ann/status/30", about=THREAD)


@forged("x: no witness")
def _(here: Here) -> Console | str:
    return by_embed(here, "ann", about="")


@forged("x: a thread of which X shows nothing any more")
def _(here: Here) -> Console | str:
    del here.x.posts["20"]
    return by_embed(here, "ann")


@forged("a mention of the bot by somebody else")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.authors.heard("bsky", MAL, f"@bot.example {begun.code}")
    return here.authors.check(begun)


@forged("a mention on another network")
def _(here: Here) -> Console | str:
    begun = ann(here)
    network: Network = "fedi"
    here.authors.heard(network, ANN, f"@bot.example {begun.code}")
    return here.authors.check(begun)


@forged("a mention that says something else besides")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.authors.heard("bsky", ANN, f"@bot.example what is {begun.code}?")
    return here.authors.check(begun)


@forged("a mention after a day")
def _(here: Here) -> Console | str:
    begun = ann(here)
    here.net.later(hours=24)
    here.authors.heard("bsky", ANN, f"@bot.example {begun.code}")
    return here.authors.check(begun)


BY_NAME: Mapping[str, Play] = {play.name: play for play in (*FORGED, *GENUINE)}
