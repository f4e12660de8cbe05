"""Every flag that speaks about showing a post, with everybody who may have it, and what has to come of it, by hand."""

from datetime import timedelta
from itertools import product
from typing import NamedTuple

from msgspec.structs import replace

from tests.support.x import NOON
from threadleaf.core.model import Author, Conversation, Post, Quote

SECRET = "zanzibar"
LABELS = ("!no-unauthenticated", "!hide", "!takedown")
ROLES = ("author", "reply", "quoted", "parent")
STATES = ("", "suspended", "moved", "memorial")


class Flag(NamedTuple):
    """Who of a thread has which flags. `wanted`: what they come to for whoever has them: hidden, unlisted or listed.

    `whole`: it is about everything by that account, and not about one post. `reach` is how far the page reaches.
    """

    network: str
    role: str
    labels: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    post: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    visibility: str = "public"
    wanted: str = "hidden"
    whole: bool = True
    reach: str = "listed"

    @property
    def refused(self):
        """Whether nothing is left of the thread."""
        return self.wanted == "hidden" and self.role == "author" and self.whole


def bluesky():
    """Labels at the account, its profile record and the post; the first two reach us alike."""
    for role, label in product(ROLES, LABELS):
        yield Flag("bsky", role, labels=(label,))
        yield Flag("bsky", role, profile=(label,))
        yield Flag("bsky", role, post=(label,), whole=False)
    for role in ROLES:  # what asks for a notice hides nothing
        yield Flag("bsky", role, labels=("!warn",), wanted="listed")
        yield Flag("bsky", role, post=("porn",), wanted="listed", whole=False)


def mastodon():
    """Visibility × indexable × discoverable × noindex × what became of the account."""
    settings = product(("public", "unlisted", "private", "direct"), (0, 1), (0, 1), (0, 1), STATES)
    for role, (visibility, indexable, discoverable, noindex, state) in product(("author", "quoted"), settings):
        signals = {"indexable=false": not indexable, "discoverable=false": not discoverable, "noindex": noindex}
        said = (*(name for name, is_set in signals.items() if is_set), *([state] if state else []))
        quiet = not indexable or not discoverable or noindex
        wanted = "unlisted" if quiet or visibility == "unlisted" else "listed"
        if state == "suspended" or visibility in ("private", "direct"):
            wanted = "hidden"
        # Of a post that is not for everybody nothing is shown; what its author asks for holds for the others of his here.
        reach = "unlisted" if wanted == "unlisted" or (quiet and state != "suspended") else "listed"
        yield Flag("fedi", role, signals=said, visibility=visibility, wanted=wanted, reach=reach)


def x_marks():
    """What X says of an account; the same for a post is in T28, with its clock."""
    for role, signal in product(ROLES, ("protected", "suspended", "withheld")):
        yield Flag("x", role, signals=(signal,))


FLAGS = (*bluesky(), *mastodon(), *x_marks())

_HERS = (1, 2, 6)
_HOSTS = {"bsky": "https://bsky.app", "fedi": "https://social.example", "x": "https://x.com"}


def _account(network, name, number):
    return {
        "bsky": f"did:plc:{name}{number}",
        "fedi": f"https://social.example/users/{name}{number}",
        "x": str((8 if name == "ann" else 9) * 10**9 + number),
    }[network]


def _id(network, author, place, number):
    return {
        "bsky": f"at://{author}/app.bsky.feed.post/3k{number}{place}",
        "fedi": f"{author}/statuses/{number}{place}",
        "x": str(10**17 + number * 10 + place),
    }[network]


class Talk:
    """A thread by ann with an answer by bob, and what she answers and quotes of bob's; `at` is when it was read."""

    def __init__(self, flag, number, at=NOON):
        self.flag, self.number, self.at = flag, number, at
        self.ann, self.bob = (_account(flag.network, name, number) for name in ("ann", "bob"))
        self.first = self._name(1)
        self.word = f"harbour{number}"

    def _name(self, place):
        who = self.ann if place in _HERS else self.bob
        return _id(self.flag.network, who, place, self.number)

    def _post(self, place, *, flagged, to=None, **more):
        roles = {1: "author", 2: "author", 3: "reply", 4: "quoted", 5: "parent", 6: "author"}
        flag, mine = self.flag, roles[place] == self.flag.role
        mine = mine and (flag.whole or place not in (2, 6))  # of a post's own flags one post has them
        secret = f"{SECRET}{self.number}" if mine else "plain"
        who = self.ann if place in _HERS else self.bob
        return Post(
            id=self._name(place),
            author=who,
            text=f"{self.word if place == 2 else 'Words'} {secret} {place}.",
            url=f"{_HOSTS[flag.network]}/{place}{self.number}",
            created=NOON - timedelta(days=2) + timedelta(minutes=place),
            parent=self._name(to) if to else None,
            parent_author=(self.ann if to in _HERS else self.bob) if to else None,
            root=self._name(5),
            labels=flag.post if mine and flagged else (),
            visibility=flag.visibility if mine and flagged else "public",
            **more,
        )

    def seen(self, *, flagged):
        """What a source sees of it."""
        flag = self.flag
        people = [Author(id=who, network=flag.network, handle=f"h{who[-6:]}") for who in (self.ann, self.bob)]
        if flagged:
            place = 0 if flag.role == "author" else 1
            people[place] = replace(people[place], labels=(*flag.labels, *flag.profile), signals=flag.signals)
        top, one, reply = (
            self._post(5, flagged=flagged),
            self._post(1, flagged=flagged, to=5),
            self._post(3, flagged=flagged, to=1),
        )
        quote = Quote(id=self._name(4), author=self.bob)
        two = self._post(2, flagged=flagged, to=1, quote=quote)
        return Conversation(
            network=flag.network,
            anchor=self.first,
            posts=(top, one, two, reply, self._post(6, flagged=flagged, to=3)),  # what she answers is on her page
            authors=tuple(people),
            quoted=(self._post(4, flagged=flagged),),
            read_at=self.at,
        )
