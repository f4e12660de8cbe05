"""The bot's own server of the fediverse in a dictionary: notifications, posts, likes, keys, and the ways in which it breaks.

What it imitates was read in Mastodon's sources and seen on a GoToSocial: pages that are the newest first, links that a
deletion empties, keys that live an hour, an account that is named wrongly as answered in answers to oneself, numbers that are
ULIDs and accounts without ids of their own on the latter.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

from threadleaf.bot.mastodon import TOKEN
from threadleaf.wire import Answer, Refused

START = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
KEY_LIVES = timedelta(hours=1)
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class HomeServer:
    """One server, on which the bot has the account `bot`. People are words (`ada`, `zed@far.example`), posts are numbers.

    `fault` is called with each request and may return a reply of its own instead; `after` with each request and its
    answer, once the server did what it was asked. `keys`: it knows second tries; `lag`: seconds after which a new post is
    shown; `repeats`: the status with which it answers to a key that it knows, in place of the post. `published` are the posts
    that the bot has ever answered, once for each answer.
    """

    def __init__(self, host="home.example", *, ulids=False):
        self.host, self.ulids = host, ulids
        self.origin = f"https://{host}"
        self.now = START
        self.posts, self.notices, self.likes, self.known, self.asked = {}, [], set(), {}, []
        self.published = []
        self.people = {"bot": {"bot": True, "note": "<p>Run by Ada.</p>"}}
        self.keys, self.lag, self.repeats, self.page = True, 0, 0, 40
        self.fault = lambda request: None
        self.after = lambda request, answer: None
        self.scopes = ["read", "write"]
        self._count = 0

    # --- what people do -----------------------------------------------------------------------------------------

    def tick(self, **span):
        self.now += timedelta(**span)

    def _number(self):
        self._count += 1
        if not self.ulids:
            return str(115_000_000_000_000_000 + self._count)
        digits, left = "", self._count
        for _ in range(24):
            digits, left = SIGNS[left % 32] + digits, left // 32
        return f"01{digits}"

    def post(self, name, text, *, to=None, visibility="public", html="", tells=True, **words):
        """A post, which tells whom it mentions; its number."""
        self.tick(seconds=1)
        number = self._number()
        named = [word.strip(".,!?")[1:] for word in text.split() if word.startswith("@")]
        self.posts[number] = {
            "by": name, "text": text, "html": html, "to": to, "visibility": visibility, "at": self.now,
            "named": [person for person in map(self._known_as, named) if person], "words": words, "account": self._carried(name, to),
            "seen": self.now,
        }  # fmt: skip
        if tells and "bot" in self.posts[number]["named"] and name != "bot":
            self.notices.append({"id": self._number(), "type": "mention", "post": number, "at": self.now})
        return number

    def thread(self, name, length, text="Post {}."):
        chain = []
        for place in range(1, length + 1):
            chain.append(self.post(name, text.format(place), to=chain[-1] if chain else None))
        return chain

    def delete(self, number):
        del self.posts[number]
        for post in self.posts.values():
            post["to"] = None if post["to"] == number else post["to"]
        self.notices = [notice for notice in self.notices if notice["post"] != number]

    def _known_as(self, name):
        return name.removesuffix(f"@{self.host}") if name not in ("", "@") else ""

    def _carried(self, name, to):
        above = self.posts.get(to)
        if above is None:
            return None
        return above["account"] if above["by"] == name and above["to"] else above["by"]

    def by_bot(self):
        """The bot's own posts that are there: (text, visibility, what it answers)."""
        mine = (post for post in self.posts.values() if post["by"] == "bot")
        return [(post["text"], post["visibility"], post["to"]) for post in mine]

    def uri(self, number):
        post = self.posts[number]
        name, _, host = post["by"].partition("@")
        return f"https://{host or self.host}/users/{name}/statuses/{number}"

    # --- what it answers ----------------------------------------------------------------------------------------

    def ask(self, requests):
        return [self.answer(request) for request in requests]

    def talk(self, asking):
        """Drive what a channel asks to its end; what came of it."""
        try:
            wanted = next(asking)
            while True:
                wanted = asking.send(tuple(self.ask(wanted)))
        except StopIteration as end:
            return end.value

    def answer(self, request):
        assert request.credential == TOKEN or request.method == "GET"  # who reads a thread has none
        assert request.url.startswith(f"{self.origin}/")
        self.asked.append(request)
        self.now += timedelta(seconds=request.wait)
        early = self.fault(request)
        if early is not None:
            return early
        status, body = self._done(request)
        reply = self.reply(status, body)
        return self.after(request, reply) or reply

    def reply(self, status, body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Answer(status=status, body=data, at=self.now, media_type="application/json")

    def _done(self, request):
        url = urlsplit(request.url)
        path, query = [unquote(part) for part in url.path.split("/")[3:]], parse_qs(url.query)
        if path == ["accounts", "verify_credentials"]:
            return 200, self._account("bot")
        if path == ["apps", "verify_credentials"]:
            return (404, {"error": "Not Found"}) if self.ulids else (200, {"name": "Leaf", "scopes": self.scopes})
        if path == ["instance"]:
            return 200, {"configuration": {"statuses": {"max_characters": 500, "characters_reserved_per_url": 23}}}
        if path == ["notifications"]:
            return 200, [self._notice(notice) for notice in self._paged(self.notices, query)]
        if path[0] == "accounts":
            mine = [
                {"id": number}
                for number, post in self.posts.items()
                if f"id-{post['by']}" == path[1] and self._is_seen(post)
            ]
            return 200, [self._status(entry["id"]) for entry in self._paged(mine, query)]
        if request.method == "POST" and path == ["statuses"]:
            return self._publish(request)
        post = self.posts.get(path[1])
        if post is None:
            return 404, {"error": "Record not found"}
        if request.method == "DELETE":
            shown = self._status(path[1])
            self.delete(path[1])
            return 200, shown
        if path[2:] == ["favourite"]:
            self.likes.add(path[1])
        return 200, self._context(path[1]) if path[2:] == ["context"] else self._status(path[1])

    def _paged(self, entries, query):
        low, high = query.get("min_id", [""])[0], query.get("max_id", [""])[0]
        size = min(int(query["limit"][0]), self.page)
        after = [e for e in entries if order(e["id"]) > order(low) and (not high or order(e["id"]) < order(high))]
        return (after[:size] if low else after[-size:])[::-1]

    def _publish(self, request):
        body, key = json.loads(request.body), request.once
        if self.keys and key in self.known and self.now - self.known[key][1] < KEY_LIVES:
            number = self.known[key][0]
            return (self.repeats, {"error": "boom"}) if self.repeats else (200, self._status(number))
        if body["in_reply_to_id"] not in self.posts:
            return 404, {"error": "The post you are trying to reply to does not appear to exist."}
        words = {"spoiler_text": body.get("spoiler_text", "")}
        number = self.post("bot", body["status"], to=body["in_reply_to_id"], visibility=body["visibility"], **words)
        self.posts[number]["seen"] = self.now + timedelta(seconds=self.lag)
        self.published.append(body["in_reply_to_id"])
        self.known[key] = (number, self.now)
        return 200, self._status(number)

    def _is_seen(self, post):
        return post["seen"] <= self.now

    # --- its forms ----------------------------------------------------------------------------------------------

    def _account(self, name):
        user, _, host = name.partition("@")
        said = {} if self.ulids else {"uri": f"https://{host or self.host}/users/{user}"}
        return {
            "id": f"id-{name}", "username": user, "acct": name, "bot": False, "note": "",
            "url": f"https://{host or self.host}/@{user}", **said, **self.people.get(name, {}),
        }  # fmt: skip

    def _notice(self, notice):
        post = self.posts.get(notice["post"])
        return {
            "id": notice["id"], "type": notice["type"], "created_at": notice["at"].isoformat(),
            "account": self._account(post["by"]) if post else None, "status": self._status(notice["post"]) if post else None,
        }  # fmt: skip

    def _context(self, number):
        above, at = [], self.posts[number]["to"]
        while at in self.posts:
            above.insert(0, at)
            at = self.posts[at]["to"]
        below = [n for n, post in self.posts.items() if post["to"] == number and self._is_seen(post)]
        return {"ancestors": list(map(self._status, above)), "descendants": list(map(self._status, below))}

    def _status(self, number):
        post = self.posts[number]
        return {
            "id": number, "uri": self.uri(number), "url": self.uri(number), "created_at": post["at"].isoformat(),
            "in_reply_to_id": post["to"], "in_reply_to_account_id": post["account"] and f"id-{post['account']}",
            "visibility": post["visibility"], "language": "en", "spoiler_text": "", "account": self._account(post["by"]),
            "content": post["html"] or self._html(post), "favourited": number in self.likes,
            "mentions": [{"id": f"id-{n}", "acct": n, "username": n.partition("@")[0], "url": self._account(n)["url"]} for n in post["named"]],
            **post["words"],
        }  # fmt: skip

    def _html(self, post):
        words = []
        for word in post["text"].split(" "):
            name = self._known_as(word.strip(".,!?")[1:])
            if word.startswith("@") and name in post["named"]:
                page = self._account(name)["url"]
                shown = f'<span class="h-card"><a href="{page}" class="u-url mention">@<span>{name.partition("@")[0]}</span></a></span>'
                words.append(shown)
            elif word.startswith("https://"):
                words.append(
                    f'<a href="{word}"><span class="invisible">https://</span>{word.removeprefix("https://")}</a>'
                )
            else:
                words.append(word)
        return f"<p>{' '.join(words)}</p>"


def order(number):
    return len(number), number


def times_out(request):
    """A reply to whatever is written: nobody knows whether it was."""
    return (
        Refused(kind="timeout", detail="There was no whole answer within 20 seconds.")
        if request.method != "GET"
        else None
    )
