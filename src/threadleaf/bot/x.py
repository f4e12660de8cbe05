"""The bot on X: it replies to whoever called it, and to nobody else.

    mentions   the timeline of mentions since the last one                               (_x_inbox)
    send       look first; then POST. X knows no second try, so nothing but a look keeps a reply from being doubled
    find       the bot's own posts since the mention: ids grow with time, so they are all that can be its answer

X has no private channel and no like for programs of its self-serve tiers; whoever asks later gets a reply as well
(rights §4). Every answer is paid for by what it returns.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import ClassVar

import msgspec
from msgspec import Struct

from threadleaf.bot import _x_requests as requests
from threadleaf.bot._x_inbox import heard
from threadleaf.bot._x_session import Grant
from threadleaf.bot._x_weight import MOST, weight
from threadleaf.bot.fitting import fitted, untagged
from threadleaf.bot.network import Deed, Heard, Mention, Outcome, Outgoing, Own, Recalled
from threadleaf.bot.trouble import Trouble, trouble, was_never_sent, words_of
from threadleaf.core.characters import web_address
from threadleaf.core.model import Author, Network, Ref
from threadleaf.core.untyped import get, items, string
from threadleaf.sources import _x_posts as forms
from threadleaf.sources._deep import json_of
from threadleaf.sources._moments import moment
from threadleaf.sources._x_requests import Words
from threadleaf.wire import Answer, Asking, Reply, Request, Scope, ask

__all__ = ["TOKEN", "Grant", "X"]

TOKEN = requests.TOKEN
PAGES = 8
"""So many answers are read of one listing: X shows the newest 800 mentions."""
FIRST = timedelta(days=30)
"""How far back the very first look goes, for the wishes of authors; calls are not answered after a day."""
_LATE = timedelta(minutes=2)  # by which a mention may be listed late
SETTLES = timedelta(minutes=2)
"""So long after a try that was not proved X may still be about to show it: only then is it looked for."""
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_NEVER = re.compile(r"(?i)\brepl(?:y|ies)\b|\bmention|\bquot|\bdeleted\b|\bnot visible\b")
"""What X says of a reply that it will not take: the bot was not called, or the post is gone. Its exact words are not known;
what else it forbids (an app that was revoked, say) may be allowed again."""
_TWICE = re.compile(r"(?i)\bduplicate\b")


class Account(Struct, frozen=True):
    """The bot's own account, and when it was asked for."""

    id: str
    handle: str
    at: datetime


class X:
    """`scope` has the API's origin and the vocabulary that is tried first. `operator` is the handle of the human account
    that answers for the bot, `is_labelled` whether the operator says that the bot bears X's label for automated accounts;
    `grant` renews the token if it can be renewed."""

    network: ClassVar[Network] = "x"
    hourly: ClassVar[int] = 200
    """Half of what X lets an account publish: 100 posts in a quarter of an hour."""
    later: ClassVar[Deed] = "answer"
    nods: ClassVar[bool] = False
    holds: ClassVar[bool] = True
    shows: ClassVar[timedelta] = SETTLES

    def __init__(
        self, scope: Scope, *, operator: str = "", is_labelled: bool = False, grant: Grant | None = None
    ) -> None:
        self._api, self._words = scope.x_api, scope.x_words
        self._ask: Callable[[Request], Asking[Reply]] = grant.asked if grant else ask
        self._operator, self._is_labelled = operator.removeprefix("@"), is_labelled
        self._account: Account | None = None
        self.handle = ""

    @property
    def me(self) -> str:
        """The bot's own id; empty before X was asked."""
        return self._account.id if self._account else ""

    def may_answer(self, mention: Mention, ref: Ref, author: str) -> Asking[bool | None]:
        """As far as anybody is told before: the server itself refuses what is not open."""
        del mention, ref, author
        yield from ()
        return True

    def has_private_channel(self, mention: Mention) -> Asking[bool]:
        """None that a program may use."""
        del mention
        yield from ()
        return False

    # --- hearing ------------------------------------------------------------------------------------------------

    def mentions(self, cursor: str) -> Asking[Heard]:
        """What is new since a post; at the very beginning, what is not older than `FIRST`.

        X lists the newest first, and no more than 800. If a later page is refused, what was read is passed on, and read again
        from the same place; so is what is a little older than the newest, since some is listed late.
        """
        account = yield from self._known()
        if isinstance(account, Trouble):
            return Heard(cursor=cursor, says=account.says, until=account.until)
        bound = ("since_id", _before(cursor)) if cursor else ("start_time", f"{account.at - FIRST:%Y-%m-%dT%H:%M:%SZ}")
        found: list[Mention] = []
        newest, token = cursor, ""
        for _ in range(PAGES):
            reply = yield from self._asked(partial(requests.mentions, self._api, account.id, bound, token))
            if isinstance(reply, Trouble):
                return Heard(mentions=tuple(found), cursor=cursor, says=reply.says, until=reply.until)
            body = json_of(reply)
            found = heard(body, account.id, reply.at) + found
            newest = max(
                newest, *map(forms.name_of, (get(form, "id") for form in items(get(body, "data")))), "", key=_age
            )
            token = string(get(body, "meta", "next_token"))
            if not token:
                break
        return Heard(mentions=tuple(found), cursor=newest)

    def _asked(self, request: Callable[[Words], Request]) -> Asking[Answer | Trouble]:
        """A listing, in the vocabulary that X understands: it has had two, and may refuse the other one."""
        reply = yield from self._ask(request(self._words))
        if isinstance(reply, Answer) and reply.status == 400:
            other: Words = "tweet" if self._words == "post" else "post"
            again = yield from self._ask(request(other))
            if isinstance(again, Answer) and again.status == 200:
                self._words = other
            reply = again
        if not isinstance(reply, Answer) or reply.status != 200 or not isinstance(get(json_of(reply), "meta"), dict):
            return trouble(reply)
        return reply

    # --- deeds --------------------------------------------------------------------------------------------------

    def compose(self, deed: Deed, mention: Mention, text: str, link: str, at: datetime, *, lang: str = "") -> Outgoing:
        """Freeze a deed. A reply begins with the asker's name, since X refuses a text that it has had before; nobody
        else in the conversation is tagged. X finds out the language by itself."""
        del lang
        key = sha256(f"threadleaf\n{deed}\n{mention.native}".encode()).hexdigest()
        called = f"@{mention.asker.handle} " if mention.asker.handle else ""
        words = called + fitted(untagged(text, link), link, MOST - weight(called), weight)
        reply = {"in_reply_to_tweet_id": mention.native}
        others = {"exclude_reply_user_ids": [*mention.others]} if mention.others else {}
        body = msgspec.json.encode({"text": words, "reply": {**reply, **others}})
        return Outgoing(network="x", deed=deed, key=key, target=mention.native, body=body, at=at)

    def send(self, out: Outgoing) -> Asking[Outcome]:
        """Do it, unless it is done already."""
        if out.deed == "delete":
            return (yield from self._delete(out))
        if out.deed != "answer":
            return Outcome(fate="refused", says="X lets no program do that.")
        found = yield from self._sought(out)
        if isinstance(found, Trouble):
            return Outcome(fate="not-done", says=found.says, until=found.until)
        if isinstance(found, Outcome):
            return found
        reply = yield from self._ask(requests.post(self._api, out.body))
        return (yield from self._judged(out, reply, found))

    def _judged(self, out: Outgoing, reply: Reply, before: datetime) -> Asking[Outcome]:
        """What came of publishing. `before` is X's time of the look before it."""
        name = forms.name_of(get(json_of(reply), "data", "id"))
        if isinstance(reply, Answer) and reply.status in (200, 201) and name:
            return _shown(name)
        problem = trouble(reply)
        if was_never_sent(reply):
            return Outcome(fate="not-done", says=problem.says, until=problem.until)
        if _is_refusal(reply):
            found = yield from self._sought(out)
            if isinstance(found, Outcome):
                return found
            if not isinstance(found, Trouble):
                return Outcome(fate="refused", says=problem.says)
        return Outcome(fate="unknown", says=problem.says, until=max(before + SETTLES, problem.until or before))

    def _delete(self, out: Outgoing) -> Asking[Outcome]:
        reply = yield from self._ask(requests.delete(self._api, out.target))
        if isinstance(reply, Answer) and reply.status == 200 and get(json_of(reply), "data", "deleted") is True:
            return Outcome(fate="done")
        return (yield from self.find(out))

    def find(self, out: Outgoing) -> Asking[Outcome]:
        """Look for it."""
        if out.deed == "delete":
            return _gone((yield from self._ask(requests.one(self._api, out.target))), out.target)
        if out.deed != "answer":
            return Outcome(fate="not-done")
        found = yield from self._sought(out)
        if isinstance(found, Trouble):
            return Outcome(fate="unknown", says=found.says, until=found.until)
        return found if isinstance(found, Outcome) else Outcome(fate="not-done")

    def _sought(self, out: Outgoing) -> Asking[Outcome | Trouble | datetime]:
        """Our reply; or why nobody can say whether it is there; or X's time, at which it was not there."""
        account = yield from self._known()
        if isinstance(account, Trouble):
            return account
        token = ""
        for _ in range(PAGES):
            reply = yield from self._asked(partial(requests.own, self._api, account.id, out.target, token))
            if isinstance(reply, Trouble):
                return reply
            body = json_of(reply)
            for form in items(get(body, "data")):
                if ("replied_to", out.target) in forms.references(form):
                    return _shown(forms.name_of(get(form, "id")))
            token = string(get(body, "meta", "next_token"))
            if not token:
                return reply.at
        return Trouble("The bot has posted so much since that its reply cannot be looked for.")

    def own(self, since: datetime, place: str) -> Asking[Recalled]:
        """The bot's own posts since a time, from the page with the token `place` on. X shows the newest 3,200."""
        account = yield from self._known()
        if isinstance(account, Trouble):
            return Recalled(says=account.says, until=account.until)
        found: list[Own] = []
        for _ in range(PAGES):
            reply = yield from self._asked(partial(requests.since, self._api, account.id, f"{since:{_TIME}}", place))
            if isinstance(reply, Trouble):
                return Recalled(posts=tuple(found), says=reply.says, until=reply.until)
            body = json_of(reply)
            found += (_own(form, reply.at) for form in items(get(body, "data")) if forms.name_of(get(form, "id")))
            place = string(get(body, "meta", "next_token"))
            if not place:
                break
        return Recalled(posts=tuple(found), place=place)

    # --- the account --------------------------------------------------------------------------------------------

    def _known(self) -> Asking[Account | Trouble]:
        """Who the bot is, asked once."""
        if self._account is None:
            told = yield from self._profile()
            if not isinstance(told, tuple):
                return trouble(told)
            author, at = told
            self._account = Account(author.id, author.handle, at)
        return self._account

    def _profile(self) -> Asking[tuple[Author, datetime] | Reply]:
        """Whose token it is, and when X said so; or the reply, if that is no use."""
        reply = yield from self._ask(requests.me(self._api))
        author = forms.author(get(json_of(reply), "data"))
        if not isinstance(reply, Answer) or reply.status != 200 or author is None:
            return reply
        return author, reply.at

    def check(self) -> Asking[tuple[str, ...]]:
        """What is wrong, in sentences: the token, the profile, and what X does not tell programs."""
        told = yield from self._profile()
        if not isinstance(told, tuple):
            return (_why_not(told),)
        author, _ = told
        self.handle = author.handle
        wrong = []
        if not self._operator:
            wrong.append("Nobody is named who answers for the bot on X. Set the handle of your own account there.")
        elif not re.search(rf"(?i)@{re.escape(self._operator)}(?!\w)", author.bio):
            wrong.append(
                f"The profile of @{author.handle} does not say who runs it. Write there that it is a bot, run by @{self._operator}: X "
                "demands it, and the bot does not start without."
            )
        if not self._is_labelled:
            wrong.append(
                f"@{author.handle} needs X's label “Automated”, which no program can see. Set it (Settings → Your account → "
                "Automation), and then say so in the settings."
            )
        if forms.PROTECTED in author.signals:
            wrong.append(
                f"The posts of @{author.handle} are protected, so nobody can read its answers. Unprotect them."
            )
        return tuple(wrong)


def _own(form: object, at: datetime) -> Own:
    """A post of the bot's own, read at a time."""
    name = forms.name_of(get(form, "id"))
    links = tuple(web_address(get(url, "expanded_url")) for url in items(get(form, "entities", "urls")))
    return Own(native=name, url=_shown(name).url, links=links, at=moment(get(form, "created_at")) or at)


def _before(name: str) -> str:
    """The name that a post would have had a little before (X's names are times in milliseconds, and 22 bits)."""
    return str(max(1, int(name) - (int(_LATE.total_seconds() * 1000) << 22)))


def _age(name: str) -> int:
    return int(name or "0")


def _shown(name: str) -> Outcome:
    return Outcome(fate="done", native=name, url=f"https://x.com/i/status/{name}")


def _is_refusal(reply: Reply) -> bool:
    """Whether X has read a reply and will not take it. That it has had the same text before may mean this very reply."""
    if not isinstance(reply, Answer) or reply.status not in (400, 403):
        return False
    words = words_of(reply)
    return not _TWICE.search(words) and (reply.status == 400 or _NEVER.search(words) is not None)


def _gone(reply: Reply, name: str) -> Outcome:
    """Whether a post of the bot's own is gone: X says so in an error about that very post."""
    body = json_of(reply)
    if isinstance(reply, Answer) and reply.status == 200:
        if get(body, "data", "id") == name:
            return Outcome(fate="not-done", says="The post is still there.")
        for error in items(get(body, "errors")):
            named = name in (get(error, "resource_id"), get(error, "value"))
            if named and string(get(error, "type")).endswith("/resource-not-found"):
                return Outcome(fate="done")
    problem = trouble(reply)
    return Outcome(fate="unknown", says=problem.says, until=problem.until)


def _why_not(reply: Reply) -> str:
    problem = trouble(reply)
    if isinstance(reply, Answer) and reply.status in (401, 403):
        return (
            f"X does not accept the bot's token ({problem.says.rstrip('.')}). It may have expired, or the app was revoked. Make a "
            "new one for the bot's own account, with tweet.read, tweet.write and users.read, and set it."
        )
    return f"X cannot be used now. {problem.says}"
