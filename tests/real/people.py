"""People of the network and what they do: accounts, posts, blocks, gates, deletions.

Posts get their times and keys from a clock of their own, one minute apart, so that each run writes the same.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.real.network import Network
from tests.real.xrpc import call, cid
from threadleaf.core.aturi import int_to_tid

START = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
POST = "app.bsky.feed.post"
_MOST_WRITES = 200

Record = dict[str, Any]


class World:
    """Everybody on a network, and the clock by which they write."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.written: dict[str, Record] = {}  # the posts by their URIs, deleted ones too
        self.cids: dict[str, str] = {}
        self._minute = 0
        self._last: Person | None = None

    def person(self, name: str, *, bio: str = "", labels: Sequence[str] = ()) -> "Person":
        """A new account `name.test`; `labels` are those that it puts on itself."""
        who = Person(self, name)
        profile: Record = {"$type": "app.bsky.actor.profile", "displayName": name.title(), "description": bio}
        who.put("app.bsky.actor.profile", "self", profile | (self_labels(*labels) if labels else {}))
        return who

    def tick(self) -> tuple[str, str]:
        """The next minute, as a record's time and as its key."""
        self._minute += 1
        at = START + timedelta(minutes=self._minute)
        return at.isoformat().replace("+00:00", ".000Z"), int_to_tid(int(at.timestamp() * 1_000_000) << 10)

    def turn(self, who: "Person") -> None:
        """Somebody else writes now: what she refers to must have been indexed, or it counts as not there."""
        if self._last is not who:
            self.network.settle()
        self._last = who

    def strong(self, uri: str) -> Record:
        """A reference to a record in the very version that was written."""
        return {"uri": uri, "cid": self.cids[uri]}


class Person:
    """An account."""

    def __init__(self, world: World, name: str) -> None:
        self._world, self._token = world, ""
        self.name, self.handle = name, f"{name}.test"
        account = {"handle": self.handle, "email": f"{name}@example.com", "password": "a long sentence"}
        made = self._call("com.atproto.server.createAccount", account)
        self.did, self._token = made["did"], made["accessJwt"]

    # --- posts --------------------------------------------------------------------------------------------------

    def post(self, text: str, *, to: str = "", **more: object) -> str:
        """Write one post, perhaps an answer; its URI."""
        return self.thread([text], to=to, **more)[0]

    def thread(self, texts: Iterable[str], *, to: str = "", **more: object) -> list[str]:
        """Write posts of which each answers the one before; their URIs. `more` are further fields of each."""
        self._world.turn(self)
        uris: list[str] = []
        for text in texts:
            uris.append(self._name(text, uris[-1] if uris else to, more))
        self._write(uris)
        return uris

    def answers(self, texts: Iterable[str], *, to: str) -> list[str]:
        """Write posts that all answer the same one; their URIs."""
        self._world.turn(self)
        uris = [self._name(text, to, {}) for text in texts]
        self._write(uris)
        return uris

    def call_bot(self, bot: "Person", *, to: str, words: str = "unroll please", **more: object) -> str:
        """Call a bot below a post; `more` are further fields."""
        mention = {"$type": "app.bsky.richtext.facet#mention", "did": bot.did}
        facet = {"index": {"byteStart": 0, "byteEnd": len(bot.handle) + 1}, "features": [mention]}
        return self.post(f"@{bot.handle} {words}", to=to, facets=[facet], **more)

    def delete(self, uri: str) -> None:
        """Delete a post."""
        self._world.turn(self)
        where = {"repo": self.did, "collection": POST, "rkey": key_of(uri)}
        self._call("com.atproto.repo.deleteRecord", where)

    def edit(self, uri: str, text: str) -> None:
        """Write a post anew, under the same name."""
        self.put(POST, key_of(uri), self._world.written[uri] | {"text": text})

    def _name(self, text: str, above: str, more: Mapping[str, object]) -> str:
        """Make a post's record; the URI under which it is going to be written."""
        created, key = self._world.tick()
        record: Record = {"$type": POST, "text": text, "createdAt": created, "langs": ["en"], **more}
        if above:
            root = self._world.written[above].get("reply", {}).get("root", self._world.strong(above))
            record["reply"] = {"root": root, "parent": self._world.strong(above)}
        uri = f"at://{self.did}/{POST}/{key}"
        self._world.written[uri], self._world.cids[uri] = record, cid(record)
        return uri

    def _write(self, uris: Sequence[str]) -> None:
        for start in range(0, len(uris), _MOST_WRITES):
            part = uris[start : start + _MOST_WRITES]
            kind = "com.atproto.repo.applyWrites#create"
            writes = [
                {"$type": kind, "collection": POST, "rkey": key_of(uri), "value": self._world.written[uri]}
                for uri in part
            ]
            done = self._call("com.atproto.repo.applyWrites", {"repo": self.did, "writes": writes})
            for uri, result in zip(part, done["results"], strict=True):
                assert (result["uri"], result["cid"]) == (uri, self._world.cids[uri])

    # --- everything else ----------------------------------------------------------------------------------------

    def put(self, collection: str, key: str, record: Record) -> None:
        """Write any record."""
        self._world.turn(self)
        self._call(
            "com.atproto.repo.putRecord", {"repo": self.did, "collection": collection, "rkey": key, "record": record}
        )

    def upload(self, data: bytes, kind: str) -> Record:
        """Upload a picture or film; the reference that a record holds."""
        return dict(self._call("com.atproto.repo.uploadBlob", data, kind=kind)["blob"])

    def block(self, other: "Person") -> None:
        """Block somebody: neither shall see the other any more."""
        created, key = self._world.tick()
        self.put("app.bsky.graph.block", key, {"subject": other.did, "createdAt": created})

    def hide_answers(self, root: str, *answers: str) -> None:
        """Hide answers to one's own thread."""
        self._gate(root, hiddenReplies=list(answers))

    def close_thread(self, root: str) -> None:
        """Let nobody answer one's own thread."""
        self._gate(root, allow=[])

    def detach_quote(self, quoted: str, *quoting: str) -> None:
        """Take one's own post out of others' posts that quote it."""
        created, _ = self._world.tick()
        gate = {"$type": "app.bsky.feed.postgate", "post": quoted, "createdAt": created}
        self.put("app.bsky.feed.postgate", key_of(quoted), gate | {"detachedEmbeddingUris": list(quoting)})

    def rename(self, name: str) -> None:
        """Take another handle."""
        self._world.turn(self)
        self.name, self.handle = name, f"{name}.test"
        self._call("com.atproto.identity.updateHandle", {"handle": self.handle})

    def deactivate(self) -> None:
        """Leave, perhaps to come back."""
        self._world.turn(self)
        self._call("com.atproto.server.deactivateAccount")

    def _gate(self, root: str, **more: object) -> None:
        created, _ = self._world.tick()
        gate = {"$type": "app.bsky.feed.threadgate", "post": root, "createdAt": created}
        self.put("app.bsky.feed.threadgate", key_of(root), gate | more)

    def _call(self, method: str, body: object = None, *, kind: str = "application/json") -> Any:
        return call(self._world.network.pds, method, body, token=self._token, kind=kind)


def key_of(uri: str) -> str:
    """The last part of a record's URI."""
    return uri.rpartition("/")[2]


def self_labels(*values: str) -> Record:
    """The field in which an author labels her own post or account."""
    kind = "com.atproto.label.defs#selfLabels"
    return {"labels": {"$type": kind, "values": [{"val": value} for value in values]}}


def picture(red: int) -> bytes:
    """A PNG of 2 by 1 points in a shade of red."""
    rows = zlib.compress(b"\0" + bytes([red, 0, 0]) * 2)
    header = struct.pack(">IIBBBBB", 2, 1, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08mdat"
"""The shortest file that counts as MP4 (ISO/IEC 14496-12): a type and no data."""
