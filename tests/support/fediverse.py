"""The fediverse in a dictionary: servers that answer `Request`s in Mastodon's API as the real ones do.

What it imitates was seen on real servers, or read in their sources: 40 posts above, 60 below and 20 levels without
login, cut in silence; self-replies first; links that a deletion empties; counts of public answers only; cached copies;
numbers of their own for other servers' posts; a home server that fetches what it lacks in the background.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

from threadleaf.wire import HOME, Answer, Refused

START = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
LATER = START + timedelta(days=30)
HOST = "moss.example"


class Fediverse:
    """Servers by host. `refuse` is called with each request and may return a reply of its own; `asked` lists them."""

    def __init__(self, *hosts):
        self.servers = {host: Server(host, self) for host in hosts or (HOST,)}
        self.asked = []
        self.refuse = lambda request: None
        self.now = LATER
        self.minute = 0

    def run(self, steps):
        """Drive a source to its end; the conversation."""
        try:
            wanted = next(steps)
            while True:
                wanted = steps.send(tuple(self._reply(request) for request in wanted))
        except StopIteration as end:
            return end.value

    def kinds(self):
        """What was asked for, in order: the last word of each path, or what it is about."""
        return [kind(request.url) for request in self.asked]

    def _reply(self, request):
        self.asked.append(request)
        return self.refuse(request) or self.answer(request)

    def answer(self, request):
        url = urlsplit(request.url)
        server = self.servers.get(url.netloc)
        if server is None:
            return Refused(kind="network", detail=f"{url.netloc} does not answer.")
        status, body, fields = server.answer(url.path, parse_qs(url.query), request)
        kind = "application/json" if not isinstance(body, str) else "text/html"
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        at = self.now + timedelta(seconds=len(self.asked))
        return Answer(status=status, body=data, at=at, url=request.url, media_type=kind, fields=fields)


class Server:
    """One server. People are words, posts are numbers; `uri(number)` is a post's id.

    `closed`: everything needs a login, as where strangers are kept out. `holds_back`: posts that it will have fetched
    once it was asked twice whether it has (a home server). `cached_for`: how many more times an answer is given that
    was given once, whatever has changed. `keeps_links`: what answered a deleted post still names it, as where Mastodon's
    own database is not used.
    """

    def __init__(self, host, world):
        self.host, self.world = host, world
        self.posts, self.people, self.holds_back, self.cache = {}, {}, [], {}
        self.above, self.below, self.levels, self.longest = 40, 60, 20, 40
        self.closed, self.cached_for, self.software, self.refreshing = False, 0, "mastodon", True
        self.polls, self.keeps_links = 0, False
        self.edit = lambda path, body: body

    # --- what people do -----------------------------------------------------------------------------------------

    def person(self, name, **words):
        """An account, with further words of its form."""
        self.people[name] = {**self.people.get(name, {}), **words}

    def post(self, name, text="", *, to=None, minutes=1, visibility="public", **words):
        """A post; its number. `words` are further words of its form."""
        self.world.minute += minutes
        number = str(115_000_000_000_000_000 + self.world.minute * 1000 + len(self.posts))
        self.posts[number] = {
            "by": name, "text": text or number[-6:], "to": to, "visibility": visibility, "words": words,
            "to_account": self._carried(name, to), "at": START + timedelta(minutes=self.world.minute),
            "uri": f"https://{self.host}/users/{name}/statuses/{number}", "url": f"https://{self.host}/@{name}/{number}",
        }  # fmt: skip
        return number

    def thread(self, name, length, *, to=None, first=1, text="Post {}."):
        """A chain of posts; their numbers."""
        chain = []
        for number in range(first, first + length):
            chain.append(self.post(name, text.format(number), to=chain[-1] if chain else to))
        return chain

    def copy(self, other, number):
        """Fetch a post of another server; the number it has here. The post above it must be here already."""
        post = other.posts[number]
        self.world.minute += 1
        mine = str(115_000_000_000_000_000 + self.world.minute * 1000 + len(self.posts))
        here = next((n for n, p in self.posts.items() if post["to"] and p["uri"] == other.uri(post["to"])), None)
        self.posts[mine] = {**post, "to": here, "by": f"{post['by']}@{other.host}"}
        return mine

    def delete(self, number):
        """Remove a post, as Mastodon does: what answered it keeps the account that it answered."""
        del self.posts[number]
        for post in self.posts.values() if not self.keeps_links else ():
            post["to"] = None if post["to"] == number else post["to"]

    def _carried(self, name, to):
        """The account that Mastodon names as answered: who answers herself answers whom she answered before."""
        above = self.posts.get(to)
        if above is None:
            return None
        return above["to_account"] if above["by"] == name and above["to"] else above["by"]

    def uri(self, number):
        return self.posts[number]["uri"]

    def uris(self, numbers):
        return [self.uri(number) for number in numbers]

    def url(self, number):
        return self.posts[number]["url"]

    # --- what it answers ----------------------------------------------------------------------------------------

    def answer(self, path, query, request):
        """Status, body (text for a page, else JSON) and fields of the answer to a GET."""
        key = request.url
        if key in self.cache and self.cache[key][1] > 0:
            self.cache[key][1] -= 1
            return 200, json.loads(self.cache[key][0]), {}
        status, body, fields = self._answer(path.strip("/").split("/"), query, request.credential == HOME)
        body = self.edit(path, body)
        if status == 200 and self.cached_for and not isinstance(body, str):
            self.cache[key] = [json.dumps(body), self.cached_for]
        return status, body, fields

    def _answer(self, path, query, token):
        match path:
            case [".well-known", "nodeinfo"] if self.software:
                rel = "http://nodeinfo.diaspora.software/ns/schema/2."
                links = [{"rel": f"{rel}{n}", "href": f"https://{self.host}/nodeinfo/2.{n}"} for n in (0, 1)]
                return 200, {"links": [*links, {"rel": "https://other.example/rel", "href": "x"}]}, {}
            case ["nodeinfo", _]:
                return 200, {"software": {"name": self.software.title(), "version": "1"}}, {}
            case ["api", *_] if self.closed and not token:
                return 401, {"error": "This method requires an authenticated user"}, {}
            case ["api", "v1", "statuses", number]:
                return self._found(number, self.status)
            case ["api", "v1", "statuses", number, "context"]:
                return self._found(number, lambda n: self._context(n, token=token), self._refreshes(token))
            case ["api", "v1", "accounts", name, "statuses"]:
                return 200, self._page(name, {key: values[0] for key, values in query.items()}), {}
            case ["api", "v2", "search"] if token:
                asked = query["q"][0]
                found = [n for n, p in self.posts.items() if asked in (p["uri"], p["url"])]
                return 200, {"accounts": [], "statuses": [self.status(n) for n in found]}, {}
            case ["api", "v1_alpha", "async_refreshes", "ref"] if token:
                self.polls += 1
                if self.polls >= 2:
                    self.fetch()
                state = "running" if self.holds_back else "finished"
                return 200, {"async_refresh": {"id": "ref", "status": state}}, {}
            case [name, number] if name.startswith("@") and number in self.posts:
                return (200, "<html>", {}) if self._is_public(number) else (404, "<html>", {})
        return 404, "<html>", {}

    def fetch(self):
        """Fetch what is held back."""
        for other, number in self.holds_back:
            self.copy(other, number)
        self.holds_back = []

    def _refreshes(self, token):
        return {"mastodon-async-refresh": 'id="ref", retry=2'} if token and self.holds_back and self.refreshing else {}

    def _found(self, number, make, fields=None):
        if number not in self.posts or not self._is_public(number):
            return 404, {"error": "Record not found"}, {}
        return 200, make(number), fields or {}

    def _is_public(self, number):
        return self.posts[number]["visibility"] in ("public", "unlisted")

    def _below(self):
        below = {}
        for number, post in self.posts.items():
            below.setdefault(post["to"], []).append(number)
        return below

    def _context(self, number, *, token):
        above, node = [], self.posts[number]["to"]
        while node in self.posts and (token or len(above) < self.above):
            above.insert(0, node)
            node = self.posts[node]["to"]
        below, children = [], self._below()
        stack = [(child, 1) for child in sorted(children.get(number, ()), reverse=True)]
        while stack and (token or len(below) < self.below):
            node, level = stack.pop()
            below.append(node)
            if token or level < self.levels:
                stack += [(child, level + 1) for child in sorted(children.get(node, ()), reverse=True)]
        mine = self.posts[number]["by"]
        below.sort(key=lambda n: not (self.posts[n]["by"] == mine and self.posts[n]["to_account"] == mine))
        counts = {n: sum(self._is_public(c) for c in children.get(n, ())) for n in (*above, *below)}
        shown = [[self.status(n, counts[n]) for n in part if self._is_public(n)] for part in (above, below)]
        return {"ancestors": shown[0], "descendants": shown[1]}

    def _page(self, name, asked):
        own = sorted(n for n, p in self.posts.items() if p["by"] == name and self._is_public(n))
        if "max_id" in asked:
            page = [n for n in own if n < asked["max_id"]][-self.longest :]
        else:
            page = [n for n in own if n > asked.get("min_id", "")][: self.longest]
        return [self.status(number) for number in reversed(page)]

    def status(self, number, count=None):
        post = self.posts[number]
        if count is None:
            count = sum(self._is_public(child) for child in self._below().get(number, ()))
        return {
            "id": number,
            "uri": post["uri"],
            "url": post["url"],
            "created_at": post["at"].isoformat().replace("+00:00", "Z"),
            "edited_at": None,
            "in_reply_to_id": post["to"],
            "in_reply_to_account_id": post["to_account"],
            "account": self.account(post["by"]),
            "content": f"<p>{post['text']}</p>",
            "spoiler_text": "",
            "sensitive": False,
            "visibility": post["visibility"],
            "language": "en",
            "media_attachments": [],
            "emojis": [],
            "replies_count": count,
            "reblog": None,
            **post["words"],
        }

    def account(self, name):
        user, _, host = name.partition("@")
        home = f"https://{host or self.host}"
        return {
            "id": name,
            "acct": name,
            "username": user,
            "display_name": user.title(),
            "uri": f"{home}/users/{user}",
            "url": f"{home}/@{user}",
            "note": "",
            "fields": [],
            "emojis": [],
            **self.people.get(name, {}),
        }


def kind(url):
    """What a request is about, in a word."""
    path = unquote(urlsplit(url).path).strip("/").split("/")
    if path[:2] == ["api", "v1"] and path[2] == "accounts":
        return "list"
    return {"context": "context", "search": "search"}.get(path[-1]) or ("status" if path[0] == "api" else path[0])


def refusing(*words, kind="network", until=None):
    """A `refuse` for requests whose address holds one of the words."""
    return lambda request: Refused(kind=kind, until=until) if any(word in request.url for word in words) else None
