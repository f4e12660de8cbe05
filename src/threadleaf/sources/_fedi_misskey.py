"""The way by Misskey's own API, which its forks have as well (Sharkey, Firefish, Iceshrimp, CherryPick).

    notes/show           the note itself
    notes/conversation   what it answers, the nearest first, up to a hundred at once
    notes/children       what answers it, one level, quotes among it
    users/notes          everything by its author after the thread's first note: this finds long threads quickly
    users/show           the accounts of everybody who is shown

All of them are asked by POST and change nothing. Nobody logs in.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from datetime import datetime

import msgspec

from threadleaf.core.characters import clean
from threadleaf.core.errors import TooLarge, Unreadable
from threadleaf.core.model import Author
from threadleaf.core.untyped import get, items, string
from threadleaf.sources._deep import decode
from threadleaf.sources._fedi_addresses import host_of
from threadleaf.sources._fedi_chain import way_up, writer
from threadleaf.sources._fedi_misskey_notes import Noted, actor_of, note_id, noted, user
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.sources._fedi_ways import Outcome, Way, lost
from threadleaf.wire import Answer, Reply, Request, Scope

PAGE = 100
"""The most notes or users that one answer gives."""
AT_ONCE = 4
MOST_PAGES = 10
"""Of one kind: notes above, an author's notes, answers to one note."""
MOST_TRIED = 8
"""So many of the notes above one that is no thread are looked at for a thread of theirs."""
MOST_ROUNDS = 15
"""So many times the answers to some notes are asked for, one question for each."""

_LOGIN = ("CONTENT_RESTRICTED_BY_SERVER",)
"""How a server says that it shows this only to people who are logged in."""
_WISHES = ("CONTENT_RESTRICTED_BY_USER", "SIGNIN_REQUIRED", "CREDENTIAL_REQUIRED")
"""How it says that the author wants that. Older servers, and forks, have no word of its own for it."""

_Asking = Generator[tuple[Request, ...], tuple[Reply, ...], None]
_Heard = tuple[Outcome, object]


def misskey(url: str, scope: Scope, seen: Sightings) -> Way:
    """Read the thread around the note at `url` (`https://HOST/notes/ID`), and tell `seen` of it.

    Returns how that went for the note itself; raises nothing.
    """
    found = re.search(r"/notes/([0-9A-Za-z]+)(?:[/?#]|\Z)", url)
    if not found or not host_of(url):
        return "unreadable"
    walk = _Walk(host_of(url), scope, seen)
    outcome = yield from walk.start(found[1])
    if outcome == "read":
        yield from walk.above()
        yield from walk.find()
        yield from walk.more()
        yield from walk.below()
        yield from walk.people()
    return outcome


class _Walk:
    """One reading of a thread. Notes are known by their keys on the server that is asked."""

    def __init__(self, host: str, scope: Scope, seen: Sightings) -> None:
        self.host, self.most, self.seen = host, scope.posts, seen
        self.anchor = self.writer = ""
        self.notes: dict[str, Noted] = {}
        self.edges: dict[str, tuple[str, str]] = {}
        self.users: dict[str, Author] = {}  # as notes show them, in short
        self.lost: set[str] = set()
        self.at: datetime | None = None  # of the latest answer
        self.following: dict[str, str] = {}  # notes of which the answers were asked for, and where they go on
        self.listed: set[str] = set()  # notes of which all answers were seen
        self.whole = False  # whether everything by the author from the first note on was seen
        self.stopped = False

    def _round(self, *wanted: Request) -> Generator[tuple[Request, ...], tuple[Reply, ...], list[_Heard]]:
        """Ask side by side; nothing at all once nobody answers, or enough was seen."""
        if self.stopped or len(self.seen) >= self.most:
            return [("unreachable", None)] * len(wanted)
        replies = yield wanted
        self.stopped = not any(isinstance(reply, Answer) for reply in replies)
        return [self._heard(reply) for reply in replies]

    def _heard(self, reply: Reply) -> _Heard:
        if not isinstance(reply, Answer) or reply.status == 429 or reply.status >= 500:
            return "unreachable", None
        self.at = reply.at
        try:
            body = decode(reply.body)
        except (Unreadable, TooLarge):
            body = None
        if reply.status == 200 and isinstance(body, dict | list):
            return "read", body
        code = string(get(body, "error", "code"))
        if code == "NO_SUCH_NOTE":
            return "not-found", None
        if code in _WISHES:
            return "withheld", None
        return "refused" if reply.status in (401, 403) or code in _LOGIN else "unreadable", None

    # --- telling --------------------------------------------------------------------------------------------------

    def _note(self, value: object) -> Noted | None:
        return noted(value, self.host, self.at)

    def _tell(self, note: Noted | None) -> None:
        """Tell of a note that belongs to the conversation, and of what it quotes."""
        if note is None or note.boosts or note.key in self.notes:
            return
        self.notes[note.key], self.edges[note.key] = note, (note.parent, note.user)
        self.users.setdefault(note.user, note.author)
        self.seen.begin(self.at, self.host)
        self.seen.post(note.post, None)
        self.seen.same(note_id(self.host, note.key), note.post.id)
        self.seen.person(note.author.id, note.actor)
        quoted = self._note(note.renote) if note.post.quote and note.post.quote.state == "shown" else None
        if quoted is not None:
            self.users.setdefault(quoted.user, quoted.author)
            self.seen.quoted(quoted.post, None)
            self.seen.person(quoted.author.id, quoted.actor)

    def _tell_lost(self, key: str, outcome: Outcome) -> None:
        """Tell of a note that is named and not to be had."""
        self.lost.add(key)
        self.seen.begin(self.at, self.host)
        self.seen.missing(lost(note_id(self.host, key), outcome))

    # --- the note itself, and what it answers ---------------------------------------------------------------------

    def start(self, key: str, *, boosted: bool = False) -> Generator[tuple[Request, ...], tuple[Reply, ...], Outcome]:
        """Ask for the note, what stands above it, and what answers it; for the one that was renoted, if it is a renote."""
        (outcome, body), above, below = yield from self._round(
            self._show(key), self._conversation(key), self._children_of(key)
        )
        note = self._note(body)
        if outcome == "not-found":
            self._tell_lost(key, outcome)
            self.seen.asked_for(note_id(self.host, key))
        if outcome != "read":
            return outcome
        if note is None or note.key != key or (note.boosts and boosted):
            return "unreadable"
        if note.boosts:
            return (yield from self.start(note.boosts, boosted=True))
        self.anchor = key
        self._tell(note)
        self.seen.asked_for(note.post.id)
        self._tell_above(above)
        self.following[key] = self._tell_below(key, below)
        return outcome

    def _tell_above(self, heard: _Heard) -> None:
        for value in items(heard[1]):
            self._tell(self._note(value))

    def _tell_below(self, key: str, heard: _Heard) -> str:
        """Tell of a page of answers to a note; returns the key to go on behind, empty at the end."""
        outcome, body = heard
        page = items(body)
        for value in page:
            note = self._note(value)
            if note is not None and note.parent == key:
                self._tell(note)
        if outcome != "read":
            self.seen.unreached.add(self.notes[key].post.id)
        elif len(page) < PAGE:
            self.listed.add(key)
        return clean(string(get(page[-1], "id"))) if len(page) >= PAGE else ""

    def above(self) -> _Asking:
        """Ask on above the topmost note."""
        for _ in range(MOST_PAGES):
            top = way_up(self.edges, self.anchor)[-1]
            parent = self.edges[top][0]
            if not parent or parent in self.notes or parent in self.lost:
                return
            shown, above = yield from self._round(self._show(parent), self._conversation(parent))
            self._tell(self._note(shown[1]))
            self._tell_above(above)
            if parent not in self.notes:
                self._tell_lost(parent, shown[0])

    # --- whose thread it is, and what is below --------------------------------------------------------------------

    def find(self) -> _Asking:
        """Find out whose thread this is; where no chain was seen yet, look below the notes above."""
        for key in way_up(self.edges, self.anchor)[:MOST_TRIED]:
            if writer(self.edges, self.anchor):
                break
            yield from self._children([key])
        self.writer = writer(self.edges, self.anchor) or self.edges[self.anchor][1]

    def _own(self) -> list[str]:
        return [key for key, (_, user) in self.edges.items() if user == self.writer]

    def _unseen(self) -> list[str]:
        """The notes that have more answers than were seen, or may have."""
        seen: dict[str, int] = {}
        for parent, _ in self.edges.values():
            seen[parent] = seen.get(parent, 0) + 1
        counts = {key: note.post.replies for key, note in self.notes.items() if key not in self.listed}
        return [key for key, count in counts.items() if count != seen.get(key, 0)]

    def more(self) -> _Asking:
        """Read everything by the author from her first note in the conversation on, if something may be unseen."""
        if not self._unseen():
            return
        since = min(self._own(), key=_age)
        for _ in range(MOST_PAGES):
            ((outcome, body),) = yield from self._round(self._notes_after(since))
            page = sorted(filter(None, map(self._note, items(body))), key=lambda note: _age(note.key))
            for note in page:
                self._adopt(note)
            self.whole = outcome == "read" and len(items(body)) < PAGE
            if self.whole or not page or _age(page[-1].key) <= _age(since):
                return
            since = page[-1].key

    def _adopt(self, note: Noted) -> None:
        """Tell of a note by the author, if it answers the conversation, or somebody who does."""
        between = self._note(note.reply)
        if note.user != self.writer:
            return
        if between is not None and between.parent in self.notes:
            self._tell(between)
        if note.parent in self.notes:
            self._tell(note)

    def below(self) -> _Asking:
        """Ask for the answers to the author's notes: to the last ones only if all that she wrote was listed."""
        for _ in range(MOST_ROUNDS):
            ends = set(self._own()) - {parent for parent, user in self.edges.values() if user == self.writer}
            due = [key for key in self._unseen() if self._is_due(key) and (key in ends or not self.whole)]
            if not due or self.stopped:
                break
            yield from self._children(due[:AT_ONCE])
        for key in self._own():
            post = self.notes[key].post
            if key in self.listed:
                self.seen.listed(post.id, post.replies)
            elif self.whole:
                self.seen.own_listed(post.id, post.replies)
            elif self.stopped:
                self.seen.unreached.add(post.id)
            else:
                self.seen.cut(post.id)

    def _is_due(self, key: str) -> bool:
        return self.edges[key][1] == self.writer and self.following.get(key, "all") != ""

    def _children(self, keys: Sequence[str]) -> _Asking:
        """Ask for all answers to some notes, each from where they go on."""
        for _ in range(MOST_PAGES):
            waiting = [key for key in keys if self.following.get(key, "all")]
            if not waiting:
                return
            heard = yield from self._round(*(self._children_of(key, self.following.get(key, "")) for key in waiting))
            for key, said in zip(waiting, heard, strict=True):
                following = self._tell_below(key, said)
                self.following[key] = "" if following == self.following.get(key) else following
        self.following.update(dict.fromkeys(keys, ""))

    # --- accounts, and what is asked ------------------------------------------------------------------------------

    def people(self) -> _Asking:
        """Ask for the accounts of everybody who was told of: their wishes do not stand in the notes."""
        for start in range(0, len(self.users), PAGE):
            keys = list(self.users)[start : start + PAGE]
            ((_, body),) = yield from self._round(self._users(keys))
            full = {string(get(value, "id")): value for value in items(body)}
            self.seen.begin(self.at, self.host)
            for key in keys:
                author = user(full.get(key), self.host) or self.users[key]
                self.seen.author(author)
                self.seen.person(author.id, actor_of(full.get(key), self.host))

    def _show(self, key: str) -> Request:
        return self._request("notes/show", {"noteId": key}, "Reading the note")

    def _conversation(self, key: str) -> Request:
        return self._request("notes/conversation", {"noteId": key, "limit": PAGE}, "Reading the thread")

    def _children_of(self, key: str, until: str = "") -> Request:
        asked = {"noteId": key, "limit": PAGE} | ({"untilId": until} if until else {})
        return self._request("notes/children", asked, "Reading the thread")

    def _notes_after(self, since: str) -> Request:
        asked = {"userId": self.writer, "sinceId": since, "limit": PAGE, "withReplies": True, "withRenotes": False}
        asked["withChannelNotes"] = True  # a thread may stand in a channel
        return self._request("users/notes", asked, "Reading the author's other notes")

    def _users(self, keys: Sequence[str]) -> Request:
        return self._request("users/show", {"userIds": list(keys)}, "Reading the authors' profiles")

    def _request(self, endpoint: str, asked: object, purpose: str) -> Request:
        url = f"https://{self.host}/api/{endpoint}"
        return Request(url=url, method="POST", body=msgspec.json.encode(asked), purpose=purpose, reads=True)


def _age(key: str) -> tuple[int, str]:
    """Keys grow with time, whatever kind of them a server has, and they may grow longer."""
    return len(key), key


# --- saved answers ---------------------------------------------------------------------------------------------


def is_note(body: object) -> bool:
    """Whether a saved answer is a note of Misskey, or a list of them."""
    first = body[0] if isinstance(body, list) and body else body
    return all(isinstance(get(first, word), kind) for word, kind in (("userId", str), ("user", dict), ("id", str)))


def tell(body: object, host: str, seen: Sightings) -> None:
    """Tell `seen` what a saved answer of the server `host` shows; nothing if nobody noted which server that was."""
    if not isinstance(body, list) and (note := noted(body, host, seen.at)) is not None:
        seen.asked_for(note.post.id)
    for value in body if isinstance(body, list) else [get(body, "reply"), body]:
        note = noted(value, host, seen.at)
        if note is not None and not note.boosts:
            seen.post(note.post, note.author)
            seen.same(note_id(host, note.key), note.post.id)
            seen.person(note.author.id, note.actor)
            quoted = noted(note.renote, host, seen.at)
            if quoted is not None and note.post.quote and note.post.quote.state == "shown":
                seen.quoted(quoted.post, quoted.author)
                seen.person(quoted.author.id, quoted.actor)
