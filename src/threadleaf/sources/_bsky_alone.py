"""When the AppView is down: an author's own posts, from the author's own server.

The repository has every post of the author, and the labels that the author gave to the account and to each post. It
has nothing by anybody else, and not what moderators say. So only the author's own posts are shown, with a note that
says so; a quoted post is an address; and nothing is shown unless the profile could be asked what its author wishes.
"""

from __future__ import annotations

from collections.abc import Generator

from msgspec.structs import replace

from threadleaf.core.assemble import assemble
from threadleaf.core.aturi import is_did
from threadleaf.core.errors import NotFound, NotNow
from threadleaf.core.identity import own
from threadleaf.core.model import ALONE, Author, Conversation, Note
from threadleaf.core.untyped import get, string
from threadleaf.core.wishes import UNMODERATED, about_author
from threadleaf.sources import _bsky_requests as requests
from threadleaf.sources._bsky_answers import tell_reply
from threadleaf.sources._bsky_asked import fits
from threadleaf.sources._bsky_identity import Account, look_up, resolve
from threadleaf.sources._bsky_records import author_from_record, under_notice
from threadleaf.sources._bsky_repository import listed
from threadleaf.sources._bsky_sightings import Sightings
from threadleaf.sources._bsky_uris import POSTS, authority, owner, post_uri, record_key
from threadleaf.sources._deep import json_of
from threadleaf.wire import Answer, Reply, Request, Scope

_STATUS = {
    "deactivated": "This account has been deactivated by its owner, so its posts are not shown.",
    "takendown": "This account has been taken down by its server, so its posts are not shown.",
    "suspended": "This account is suspended, so its posts are not shown.",
    "deleted": "This account has been deleted.",
}
_ERRORS = {"RepoDeactivated": "deactivated", "RepoTakendown": "takendown", "RepoSuspended": "suspended"}
_OTHER_STATUS = "This account is not active, so its posts are not shown."

_Asked = tuple[Request, ...]
_Replies = tuple[Reply, ...]


def is_down(reply: Reply) -> bool:
    """Whether the AppView could not be reached or has a fault; a limit, or no network at all, is none."""
    return reply.status >= 500 if isinstance(reply, Answer) else reply.kind in ("network", "timeout")


def read_alone(anchor: str, scope: Scope) -> Generator[_Asked, _Replies, Conversation | None]:
    """The author's own posts around a post; None if the author's server does not say enough either.

    Of an author who does not want to be shown it is the one post, for whoever decides on it. Raises NotFound (no such
    post, or the account is not active), and NotNow where other people's posts would be needed to tell whose thread
    this is.
    """
    name = authority(anchor)
    did = name if is_did(name) else (yield from resolve(scope, name))
    account = (yield from look_up(scope, did)) if did else Account()
    if not account.server:
        return None
    post = post_uri(did, record_key(anchor))
    seen = Sightings(bare=True)
    profile = yield from _post_and_profile(account.server, post, seen)
    if profile is None:
        return None
    handle = yield from _verified(scope, name, did, account.handle)
    author = author_from_record(did, handle, get(profile, "value"))
    if not about_author(author, own=True).show:
        return replace(seen.conversation(), authors=(author,))  # nothing of it will be shown
    start, key = _start(seen, post), record_key(post)
    is_listed = yield from listed(account.server, did, key, seen, scope.posts)
    if is_listed and start < key and seen.found() < scope.posts:
        is_listed = yield from listed(account.server, did, start, seen, scope.posts, key)
    seen.ends.refused = not is_listed
    seen.ends.stopped = seen.found() >= scope.posts
    return _conversation(seen, author)


def _post_and_profile(server: str, post: str, seen: Sightings) -> Generator[_Asked, _Replies, object]:
    """Tell `seen` the post's record, and return that of the profile (an empty one if there is none); None if the
    server does not give both."""
    did = owner(post)
    status = requests.status(server, did)
    record = requests.record(server, did, POSTS, record_key(post))
    profile = requests.record(server, did, requests.PROFILE, "self")
    replies = yield (status, record, profile)
    answers = [json_of(reply) for reply in replies]
    _refuse_inactive(answers, did, post)
    known = tell_reply(record, replies[1], seen)
    if known is None or not fits(answers[2], {"repo": did, "collection": requests.PROFILE, "rkey": "self"}, ()):
        return None
    seen.conversation()  # raises NotFound if that is what was said of the post
    if get(answers[2], "error") == "RecordNotFound":
        return {}
    return answers[2] if isinstance(get(answers[2], "value"), dict) else None


def _refuse_inactive(answers: list[object], did: str, post: str) -> None:
    """Raise NotFound if a server says that the account is not active."""
    status = answers[0]
    kind = string(get(status, "status")) if get(status, "did") == did and get(status, "active") is False else None
    errors = [_ERRORS.get(string(get(answer, "error"))) for answer in answers]
    for found in (kind, *errors):
        if found is not None:
            raise NotFound(_STATUS.get(found, _OTHER_STATUS), subject=post)


def _verified(scope: Scope, name: str, did: str, claimed: str) -> Generator[_Asked, _Replies, str]:
    """The handle that an account claims, if it leads back to the account; else none. `name` is what was asked for."""
    if name == did and claimed:
        return claimed if (yield from resolve(scope, claimed)) == did else ""
    return claimed if claimed == name.lower() else ""


def _start(seen: Sightings, post: str) -> str:
    """From which key to list: that of the conversation's first post, whoever wrote it (keys of posts are times)."""
    (known,) = seen.conversation().posts
    return min(record_key(known.root or post), seen.earliest_key(known.author))


def _conversation(seen: Sightings, author: Author) -> Conversation:
    conversation = seen.conversation()
    first, *more = own(assemble(conversation, for_readers=False))
    if not more and first.parent and owner(first.parent) != author.id:
        sentence = (
            "Bluesky could not be reached, and the author's own server does not say to whose thread this answer"
            " belongs. Please try again later."
        )
        raise NotNow(sentence, subject=first.id)
    return replace(
        conversation,
        posts=tuple(under_notice(post, author) for post in conversation.posts),
        authors=(replace(author, signals=(*author.signals, UNMODERATED)),),
        notes=(*conversation.notes, Note(kind=ALONE)),
    )
