"""A server of the Misskey family in a dictionary: it answers `Request`s as the real ones do.

What is imitated: answers of one level with quotes among them, the newest first; what stands above, the nearest first;
notes that show their users in short; the error codes; notes that are hidden instead of left out.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from threadleaf.sources._fedi_misskey import misskey
from threadleaf.sources._fedi_sightings import Sightings
from threadleaf.wire import Answer, Refused, Scope

START = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
HOST = "mk.example"


def url_of(key):
    return f"https://{HOST}/notes/{key}"


class Misskey:
    """People are `name` or `name@host`, notes are keys. `limit` is the most that one answer gives.

    `answers` are replies of one's own by endpoint, `refuse` is called with each request and may return one.
    """

    def __init__(self, *, limit=100):
        self.limit = limit
        self.notes, self.users, self.deleted, self.answers = {}, {}, set(), {}
        self.asked = []
        self.refuse = lambda request: None
        self._number = 0

    # --- what people do -----------------------------------------------------------------------------------------

    def user(self, name, **more):
        user, _, host = name.partition("@")
        full = {
            "id": f"u{user}",
            "username": user,
            "host": host or None,
            "name": user.title(),
            "avatarUrl": f"https://{host or HOST}/avatar/{user}.webp",
            "isBot": False,
            "description": None,
            "fields": [],
            **more,
        }
        self.users[full["id"]] = full
        return full["id"]

    def note(self, name, text="", *, to=None, quote=None, **more):
        """A note; its key."""
        self._number += 1
        key = f"9a{self._number:08d}"
        user = name.partition("@")[0]
        if f"u{user}" not in self.users:
            self.user(name)
        host = self.users[f"u{user}"]["host"]
        self.notes[key] = {
            "id": key,
            "createdAt": (START + timedelta(minutes=self._number)).isoformat().replace("+00:00", "Z"),
            "text": text or f"Note {self._number}.",
            "cw": None,
            "userId": f"u{user}",
            "replyId": to,
            "renoteId": quote,
            "visibility": "public",
            "files": [],
            **({"uri": f"https://{host}/objects/{key}"} if host else {}),
            **more,
        }
        return key

    def thread(self, name, length, *, to=None):
        chain = []
        for number in range(1, length + 1):
            chain.append(self.note(name, f"Number {number}.", to=chain[-1] if chain else to))
        return chain

    # --- what a source sees -------------------------------------------------------------------------------------

    def read(self, key, scope=Scope(), seen=None):  # noqa: B008 -- frozen
        """Go the way by Misskey's API; the outcome, and what was seen."""
        seen = seen or Sightings()
        return self.run(misskey(url_of(key), scope, seen)), seen

    def run(self, steps):
        """Drive a source, or a way of one, to its end; what it returns."""
        self.asked.clear()
        try:
            wanted = next(steps)
            while True:
                wanted = steps.send(tuple(self._reply(request) for request in wanted))
        except StopIteration as end:
            return end.value

    def endpoints(self):
        """What was asked, in order."""
        return [urlsplit(request.url).path.removeprefix("/api/") for request in self.asked]

    def _reply(self, request):
        self.asked.append(request)
        return self.refuse(request) or self._answer(request)

    def _answer(self, request):
        endpoint = urlsplit(request.url).path.removeprefix("/api/")
        asked = json.loads(request.body)
        found = self.answers.get(endpoint)
        if found is None:
            found = self._found(endpoint, asked)
        return self.say(request, *(found if isinstance(found, tuple) else (found, 200)))

    def say(self, request, body, status=200):
        at = START + timedelta(days=1, seconds=len(self.asked))
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Answer(status=status, body=data, at=at, url=request.url)

    # --- what the server says -----------------------------------------------------------------------------------

    def _found(self, endpoint, asked):
        if endpoint == "users/show":
            return [self.users[key] for key in asked["userIds"] if key in self.users]
        if endpoint == "users/notes":
            own = [
                key for key in self._shown() if self.notes[key]["userId"] == asked["userId"] and key > asked["sinceId"]
            ]
            return [self.packed(key) for key in own[: self.limit]]
        key = asked["noteId"]
        if key not in self._shown():
            return {"error": {"code": "NO_SUCH_NOTE", "message": "No such note.", "kind": "client"}}, 400
        if endpoint == "notes/show":
            return self.packed(key)
        if endpoint == "notes/conversation":
            return [self.packed(above) for above in self._above(key)[: self.limit]]
        below = [n for n in self._shown() if key in (self.notes[n]["replyId"], self.notes[n]["renoteId"])]
        below = [n for n in reversed(below) if n < asked.get("untilId", "z")]
        return [self.packed(n) for n in below[: self.limit]]

    def _shown(self):
        return [k for k, n in self.notes.items() if k not in self.deleted and n["visibility"] in ("public", "home")]

    def _above(self, key):
        above = []
        while (key := self.notes[key]["replyId"]) in self._shown():
            above.append(key)
        return above

    def packed(self, key, *, deep=True):
        """A note as the API gives it, with the notes that it answers and passes on."""
        note = dict(self.notes[key])
        full = self.users[note["userId"]]
        note["user"] = {word: full[word] for word in ("id", "username", "host", "name", "avatarUrl", "isBot")}
        if "requireSigninToViewContents" in full:
            note["user"]["requireSigninToViewContents"] = full["requireSigninToViewContents"]
        note["repliesCount"] = sum(other["replyId"] == key for other in self.notes.values())
        for word, field in (("replyId", "reply"), ("renoteId", "renote")):
            if deep and note[word] in self._shown():
                note[field] = self.packed(note[word], deep=False)
        return note


def refusing(*words, kind="network"):
    """A `refuse` for requests whose address or body holds one of the words."""
    return lambda request: Refused(kind=kind) if any(w in request.url + request.body.decode() for w in words) else None
