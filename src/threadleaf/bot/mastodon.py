"""The bot on Mastodon and whatever else has its API: its forks, GoToSocial, Pleroma, Akkoma and others.

    mentions   notifications since the last one, with what each of them answers          (_mastodon_inbox)
    send       look first; then POST, with an Idempotency-Key. The post itself, in the answer, is the only proof
    find       what stands below the mention, and the bot's own newest posts             (_mastodon_found)

A server forgets a key after an hour, has answered 500 to a second try (mastodon#40399), and may ignore the key
altogether (security §1.5): so the key is only the second wall. The first is that nothing is sent before the bot has read
that it is not there.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, Literal

import msgspec
from msgspec import Struct

from threadleaf.bot import _mastodon_requests as requests
from threadleaf.bot._mastodon_found import favourite, gone, own, published, seek
from threadleaf.bot._mastodon_inbox import Tries, listen, number_of
from threadleaf.bot.fitting import fitted, untagged
from threadleaf.bot.network import Deed, Heard, Mention, Outcome, Outgoing, Recalled
from threadleaf.bot.trouble import Trouble, trouble, was_never_sent
from threadleaf.core.model import Network, Ref
from threadleaf.core.untyped import get, items, number, string
from threadleaf.sources._deep import json_of
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_statuses import author_of
from threadleaf.wire import Answer, Asking, Reply, ask

__all__ = ["TOKEN", "Mastodon"]

TOKEN = requests.TOKEN
SETTLES = timedelta(minutes=2)
"""So long after a try that was not proved the server may still be about to publish: only then is it looked for."""
LONGEST_WARNING = 100
"""Characters of the asker's content warning that are repeated."""
_JUDGED = frozenset({400, 404, 410, 413, 422})
"""What a server says that has read a request and will not do it, today or later."""
_WRITES = ("write:statuses", "write:favourites")


class Home(Struct, frozen=True):
    """The bot's account: its number at the server, its id, and how long its posts may be (a link counts `link`)."""

    number: str
    me: str
    most: int
    link: int


class Mastodon:
    """`origin` is the address of the bot's own server (`https://social.example.org`), which alone is asked."""

    network: ClassVar[Network] = "fedi"
    hourly: ClassVar[int] = 50
    """Half of what Mastodon lets an account publish: 300 posts in three hours."""
    later: ClassVar[Deed] = "like"
    nods: ClassVar[bool] = True
    holds: ClassVar[bool] = False
    shows: ClassVar[timedelta] = SETTLES

    def __init__(self, origin: str) -> None:
        self.origin, self.handle = origin, ""
        self._home: Home | None = None
        self._tries: Tries = {}

    @property
    def me(self) -> str:
        """The bot's own id, as `Author.id`; empty before the server was asked."""
        return self._home.me if self._home else ""

    def mentions(self, cursor: str) -> Asking[Heard]:
        """What is new since a notification; at the very beginning, what is not older than a day."""
        home = yield from self._known()
        if isinstance(home, Trouble):
            return Heard(cursor=cursor, says=home.says, until=home.until)
        return (yield from listen(self.origin, home.number, cursor, self._tries))

    def may_answer(self, mention: Mention, ref: Ref, author: str) -> Asking[bool | None]:
        """As far as anybody is told before: the server itself refuses what is not open."""
        del mention, ref, author
        yield from ()
        return True

    def has_private_channel(self, mention: Mention) -> Asking[bool]:
        """Always: a direct post reaches whoever is mentioned in it."""
        del mention
        yield from ()
        return True

    # --- deeds --------------------------------------------------------------------------------------------------

    def compose(self, deed: Deed, mention: Mention, text: str, link: str, at: datetime, *, lang: str = "") -> Outgoing:
        """Freeze a deed. An answer is unlisted, or direct where the mention was not for everybody."""
        key = sha256(f"threadleaf\n{deed}\n{self.origin}\n{mention.native}".encode()).hexdigest()
        body = b"" if deed == "like" else msgspec.json.encode(self._status(deed, mention, text, link, lang))
        return Outgoing(network="fedi", deed=deed, key=key, target=mention.native, body=body, at=at)

    def _status(self, deed: Deed, mention: Mention, text: str, link: str, lang: str) -> dict[str, str]:
        most, per_link = (self._home.most, self._home.link) if self._home else (500, 23)
        warning = _shortened(mention.post.warning)
        asker = _called(mention, self.origin)

        def weigh(part: str) -> int:
            return len(part) + (part.count(link) * (per_link - len(link)) if link else 0)

        words = fitted(untagged(text, link), link, most - len(warning) - len(asker) - 1, weigh)
        status = {
            "status": f"{asker} {words}",
            "in_reply_to_id": mention.native,
            "visibility": "direct" if deed == "note" else _audience(mention),
            "content_type": "text/plain",  # GoToSocial and Pleroma: else an account's own setting counts
        }
        status |= {"language": lang.partition("-")[0]} if lang else {}  # Mastodon knows ISO 639, no scripts
        return status | ({"spoiler_text": warning} if warning else {})

    def send(self, out: Outgoing) -> Asking[Outcome]:
        """Do it, unless it is done already."""
        if out.deed == "like":
            return _like((yield from ask(requests.favourite(self.origin, out.target))))
        if out.deed == "delete":
            return (yield from self._delete(out))
        found = yield from self._sought(out)
        if isinstance(found, Trouble):
            return Outcome(fate="not-done", says=found.says, until=found.until)
        if isinstance(found, Outcome):
            return found
        reply = yield from ask(requests.post(self.origin, out.body, out.key))
        return (yield from self._judged(out, reply, found))

    def _judged(self, out: Outgoing, reply: Reply, before: datetime) -> Asking[Outcome]:
        """What came of publishing. `before` is the server's time of the look before it."""
        done = published(reply, out)
        if done is not None:
            return done
        problem = trouble(reply)
        if was_never_sent(reply):
            return Outcome(fate="not-done", says=problem.says, until=problem.until)
        if isinstance(reply, Answer) and reply.status in _JUDGED and string(get(json_of(reply), "error")):
            found = yield from self._sought(out)
            if not isinstance(found, Outcome | Trouble):
                return Outcome(fate="refused", says=problem.says)
            if isinstance(found, Outcome):
                return found
        return Outcome(fate="unknown", says=problem.says, until=max(before + SETTLES, problem.until or before))

    def _delete(self, out: Outgoing) -> Asking[Outcome]:
        reply = yield from ask(requests.delete(self.origin, out.target))
        if isinstance(reply, Answer) and reply.status == 200 and number_of(json_of(reply)) == out.target:
            return Outcome(fate="done")
        return gone(reply)

    def find(self, out: Outgoing) -> Asking[Outcome]:
        """Look for it. A post that was to be answered and is gone is not answered any more (`refused`)."""
        if out.deed == "like":
            return favourite((yield from ask(requests.status(self.origin, out.target))))
        if out.deed == "delete":
            return gone((yield from ask(requests.status(self.origin, out.target))))
        found = yield from self._sought(out)
        if isinstance(found, Trouble):
            return Outcome(fate="unknown", says=found.says, until=found.until)
        return found if isinstance(found, Outcome) else Outcome(fate="not-done")

    def _sought(self, out: Outgoing) -> Asking[Outcome | Trouble | datetime]:
        """Our answer; or why nobody can say whether it is there; or the server's time, at which it was not there."""
        home = yield from self._known()
        if isinstance(home, Trouble):
            return home
        return (yield from seek(self.origin, home.number, out))

    def own(self, since: datetime, place: str) -> Asking[Recalled]:
        """The bot's own public posts since a time, from behind the one with the number `place`."""
        home = yield from self._known()
        if isinstance(home, Trouble):
            return Recalled(says=home.says, until=home.until)
        return (yield from own(self.origin, home.number, since, place))

    # --- the account --------------------------------------------------------------------------------------------

    def _known(self) -> Asking[Home | Trouble]:
        """Who the bot is, asked once."""
        if self._home is None:
            account, instance = yield (requests.account(self.origin), requests.instance(self.origin))
            home = _home(account, instance)
            if isinstance(home, Trouble):
                return home
            self._home = home
        return self._home

    def check(self) -> Asking[tuple[str, ...]]:
        """What is wrong, in sentences: the server, the token and what it may do, the account."""
        account, app = yield (requests.account(self.origin), requests.app(self.origin))
        home, host = _home(account), host_of(self.origin)
        if isinstance(home, Trouble):
            return (_why_not(account, host, home),)
        self.handle = f"{string(get(json_of(account), 'username'))}@{host_of(home.me)}"
        inbox, own = yield (requests.mentions(self.origin), requests.own(self.origin, home.number))
        return (*_wrong_with_token(host, app, inbox, own), *_wrong_with_account(json_of(account), host))


def _home(account: Reply, instance: Reply | None = None) -> Home | Trouble:
    """The bot's account, from what the server says of it. GoToSocial and old Mastodons do not say its id."""
    body = json_of(account)
    name, author = string(get(body, "username")), author_of(body)
    if not isinstance(account, Answer) or account.status != 200 or author is None or not number_of(body):
        return trouble(account)
    says = string(get(body, "uri")) or string(get(body, "pleroma", "ap_id"))
    limits = get(json_of(instance), "configuration", "statuses") if instance else None
    most, link = number(get(limits, "max_characters")), number(get(limits, "characters_reserved_per_url"))
    me = author.id if says else f"https://{host_of(author.id)}/users/{name}"
    return Home(number_of(body), me, most or 500, link or 23)


def _called(mention: Mention, origin: str) -> str:
    """The asker's name as a mention: without the server if it is the bot's own."""
    name = mention.asker.handle
    return f"@{name.partition('@')[0] if host_of(mention.asker.id) == host_of(origin) else name}"


def _audience(mention: Mention) -> Literal["unlisted", "direct"]:
    """Who may read an answer: nobody who could not read the mention."""
    return "unlisted" if mention.post.visibility in ("public", "unlisted") else "direct"


def _shortened(warning: str) -> str:
    return fitted(" ".join(warning.split()), "", LONGEST_WARNING, len)


def _like(reply: Reply) -> Outcome:
    """What came of a like. It may be repeated, so no look is needed before it."""
    liked = favourite(reply)
    return liked if liked.fate != "not-done" else Outcome(fate="unknown", says=liked.says)


# --- what is wrong ---------------------------------------------------------------------------------------------


def _why_not(reply: Reply, host: str, problem: Trouble) -> str:
    if isinstance(reply, Answer) and reply.status in (401, 403):
        return (
            f"{host} does not accept the bot's token ({problem.says.rstrip('.')}). It may have been revoked, or the account "
            "suspended. Make a new token under Preferences → Development, and set it."
        )
    if isinstance(reply, Answer) and reply.status in (200, 404):
        return f"{host} does not answer as a server with Mastodon's API does. Check the address of the bot's server."
    return f"{host}, the bot's server, cannot be used now. {problem.says}"


def _wrong_with_token(host: str, app: Reply, inbox: Reply, own: Reply) -> list[str]:
    """What the token may not do. Only of writing nobody can try it; the server may say what the program may do."""
    wrong = []
    for reply, what in ((inbox, "read notifications (read:notifications)"), (own, "read posts (read:statuses)")):
        if not isinstance(reply, Answer) or reply.status != 200:
            wrong.append(f"The bot cannot {what} at {host}. {trouble(reply).says}")
    told = get(json_of(app), "scopes")
    scopes = set(map(string, items(told))) or set(string(told).split())
    for scope in _WRITES if scopes else ():
        if not scopes & {scope, "write"}:
            wrong.append(f"The bot's token may not do what it needs: {scope}. Make one that may, and set it.")
    return wrong


def _wrong_with_account(body: object, host: str) -> list[str]:
    name = f"@{string(get(body, 'username'))}@{host}"
    wrong = []
    if get(body, "bot") is not True:
        wrong.append(
            f"{name} is not marked as a bot. Tick “This is an automated account” in its profile's settings: the bot does "
            "not start without."
        )
    if isinstance(get(body, "moved"), dict):
        wrong.append(f"{name} has moved to another account. Use that one.")
    if get(body, "suspended") is True or get(body, "limited") is True:
        wrong.append(f"{name} is limited by its server, so that hardly anybody sees its answers. Ask its moderators.")
    author = author_of(body)
    if author is None or not author.bio:
        wrong.append(f"{name} has no profile text. Say there who runs the bot, and that authors can say “opt out”.")
    return wrong
