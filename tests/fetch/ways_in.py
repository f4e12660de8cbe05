"""The ways in which addresses come in: the worlds that lead a source by each of them, and the table of all."""

import json
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from tests.fetch.ways import (
    ANN,
    APPVIEW,
    AT_HOME,
    DID,
    DIRECTORY,
    FEDI,
    HOME,
    KEY,
    NOTE,
    SCOPE,
    Says,
    Way,
    host_of,
    origin_of,
    under,
)
from threadleaf.bot._bluesky_session import Account as BotAccount
from threadleaf.bot._bluesky_session import NoSession
from threadleaf.bot.mastodon import Mastodon
from threadleaf.bot.session import Tokens
from threadleaf.core import ref as refs
from threadleaf.core.accounts import Account
from threadleaf.core.errors import ThreadleafError
from threadleaf.core.model import Conversation, Ref
from threadleaf.sources import _proofs_page, bluesky, fediverse, proofs
from threadleaf.wire import Document, Request, Scope, Steps

# --- Bluesky ------------------------------------------------------------------------------------------------------


def _at(authority: str) -> Ref:
    return Ref("bsky", f"at://{authority}/app.bsky.feed.post/{KEY}")


def _down(request: Request) -> object:
    """The AppView has a fault, and nobody knows anybody."""
    return 502 if request.url.startswith(APPVIEW) else None


def _document(endpoint: str) -> Says:
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": endpoint}
    document = {"id": DID, "alsoKnownAs": ["at://ann.example.net"], "service": [service]}
    return lambda request: document if request.url.startswith(DIRECTORY) else _down(request)


def _claims(handle: str) -> Says:
    document = {"id": DID, "alsoKnownAs": [f"at://{handle}"], "service": []}
    return lambda request: document if request.url.startswith(DIRECTORY) else _down(request)


def _listing(cursor: str) -> Says:
    """The author's own server lists a page whose cursor is hostile."""

    def says(request: Request) -> object:
        if request.url.startswith(DIRECTORY):
            return _document(FEDI)(request)
        if "listRecords" in request.url:
            post = {"$type": "app.bsky.feed.post", "text": "One.", "createdAt": "2026-05-03T09:00:00Z"}
            uri = f"at://{DID}/app.bsky.feed.post/{KEY}"
            return {"records": [{"uri": uri, "cid": "c", "value": post}], "cursor": cursor}
        return _down(request)

    return says


# --- the fediverse ------------------------------------------------------------------------------------------------


def _typed(value: str) -> Steps | None:
    """An address as a person types it, with the path of a post."""
    try:
        ref = refs.parse(under(value, "/@ann/110000000000000001"))
    except ThreadleafError:
        return None
    source = bluesky if bluesky.matches(ref) else fediverse
    return source.steps(ref, SCOPE) if source.matches(ref) else None


def _named(value: str) -> Steps | None:
    """An address that came from elsewhere as that of a post, whatever it is."""
    return fediverse.steps(Ref("fedi", under(value, "/@ann/110000000000000001")), SCOPE) if value else None


def _note(**fields: object) -> dict[str, object]:
    note = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": NOTE,
        "type": "Note",
        "attributedTo": ANN,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "content": "<p>One.</p>",
        "published": "2026-05-03T09:00:00Z",
    }
    return note | fields


def _person(**fields: object) -> dict[str, object]:
    return {"id": ANN, "type": "Person", "preferredUsername": "ann", "name": "Ann"} | fields


def _objects(**found: object) -> Says:
    """A server that knows some objects of ActivityPub by the end of their address, and no other interface."""

    def says(request: Request) -> object:
        if "activity+json" not in request.accept:
            return None
        path = urlsplit(request.url).path
        return next((said for end, said in found.items() if path.endswith(end)), None)

    return says


def _field(name: str) -> Callable[[str], Says]:
    """The post has a hostile address in this field."""
    return lambda value: _objects(ann=_person(), **{"/1": _note(**{name: under(value, "/people/eve/1")})})


def _outbox(value: str) -> Says:
    open_list = {"type": "Collection", "id": f"{NOTE}/replies", "first": f"{NOTE}/replies?page=1", "totalItems": 9}
    return _objects(ann=_person(outbox=under(value, "/outbox")), **{"/1": _note(replies=open_list)})


def _next(value: str) -> Says:
    page = {"type": "CollectionPage", "items": [f"{NOTE}/2"], "next": under(value, "/page")}
    listed = {"type": "Collection", "id": f"{NOTE}/replies", "first": page}
    return _objects(ann=_person(), **{"/1": _note(replies=listed)})


def _boost(value: str) -> Says:
    boost = {"id": NOTE, "type": "Announce", "actor": ANN, "object": under(value, "/people/eve/1")}
    return _objects(ann=_person(), **{"/1": boost})


def _account(url: str) -> dict[str, object]:
    return {"id": "1", "username": "ann", "acct": "ann", "display_name": "Ann", "url": url, "uri": ANN, "note": ""}


def _status(**fields: object) -> dict[str, object]:
    status = {
        "id": "110000000000000001",
        "uri": f"{FEDI}/users/ann/statuses/110000000000000001",
        "url": f"{FEDI}/@ann/110000000000000001",
        "created_at": "2026-05-03T09:00:00.000Z",
        "visibility": "public",
        "content": "<p>One.</p>",
        "account": _account(f"{FEDI}/@ann"),
    }
    return status | fields


def _api(**fields: object) -> Says:
    """A server with Mastodon's API whose post has these fields."""

    def says(request: Request) -> object:
        path = urlsplit(request.url).path
        if path.endswith("/context"):
            return {"ancestors": [], "descendants": []}
        return _status(**fields) if path.endswith("/statuses/110000000000000001") else None

    return says


def _elsewhere(value: str) -> Says:
    """A server that says of a post that it lives on another one."""
    there = under(value, "/users/ann/statuses/7")
    ann = _account(under(value, "/@ann")) | {"acct": f"ann@{host_of(value)}", "uri": under(value, "/users/ann")}
    return _api(uri=there, url=under(value, "/@ann/7"), account=ann)


def _quoting(value: str, page: str) -> dict[str, object]:
    """That a post quotes one that lives elsewhere."""
    eve = _account(under(value, "/@eve")) | {"id": "2", "uri": under(value, "/users/eve")}
    quoted = _status(id="7", uri=under(value, "/users/eve/statuses/7"), url=under(value, page), account=eve)
    return {"state": "accepted", "quoted_status": quoted}


def _copy(page: str) -> Callable[[str], Says]:
    """A server shows what another one is said to have."""
    return lambda value: _api(quote=_quoting(value, page))


def _at_home(value: str) -> Says:
    """The post's own server wants a login; the operator's own server shows it, and quotes one that lives elsewhere."""
    here = f"{FEDI}/@ann/110000000000000001"
    status = _status(uri=here, url=here, quote=_quoting(value, "/@eve/7"))

    def says(request: Request) -> object:
        if not request.url.startswith(HOME):
            return 401
        return {"statuses": [status]} if "/api/v2/search" in request.url else {"ancestors": [], "descendants": []}

    return says


def _note_from(value: str) -> Says:
    """A server with Misskey's API that knows a note from elsewhere."""
    eve = {"id": "u1", "username": "eve", "name": "Eve", "host": host_of(value)}
    there = {"uri": under(value, "/notes/abc"), "url": under(value, "/notes/abc")}
    note = {"id": "9abc", "createdAt": "2026-05-03T09:00:00.000Z", "text": "One.", "visibility": "public", "user": eve}
    return lambda request: (note | there if "notes/show" in request.url else []) if request.method == "POST" else None


def _nodeinfo(value: str) -> Says:
    rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"

    def says(request: Request) -> object:
        return {"links": [{"rel": rel, "href": under(value, "/nodeinfo/2.0")}]} if "nodeinfo" in request.url else None

    return says


def _post(scope: Scope = SCOPE) -> Callable[[str], Steps]:
    return lambda value: fediverse.steps(Ref("fedi", f"{FEDI}/@ann/110000000000000001"), scope)


def _named_note(value: str) -> Steps | None:
    """An address that came from elsewhere as that of a note, whatever it is."""
    return fediverse.steps(Ref("fedi", under(value, "/notes/9abc")), SCOPE) if value else None


def _at_misskey(value: str) -> Steps:
    return fediverse.steps(Ref("fedi", f"{FEDI}/notes/9abc"), SCOPE)


def _object(value: str) -> Steps:
    return fediverse.steps(Ref("fedi", NOTE), SCOPE)


def _own_home(value: str) -> Steps:
    """The operator set a hostile address as that of the own server."""
    scope = Scope(appview=APPVIEW, directory=DIRECTORY, home=origin_of(value))
    return fediverse.steps(Ref("fedi", f"{FEDI}/@ann/110000000000000001"), scope)


def _saved(value: str) -> Steps:
    """A saved answer that is full of a hostile address."""
    there = under(value, "/@ann/7")
    card = {"url": there, "title": "A card", "image": there}
    media = [{"type": "image", "url": there, "preview_url": there}]
    status = _status(url=there, card=card, media_attachments=media, account=_account(there) | {"avatar": there})
    document = Document(body=json.dumps(status).encode(), name="status.json")
    yield ()
    return fediverse.read([document])


# --- authors and the bot ------------------------------------------------------------------------------------------


def _asking(asking: proofs.Asking[object]) -> Steps:
    """Whatever else is asked, as if it were a source."""
    with suppress(NoSession):  # what the bot says to its operator
        yield from asking
    return Conversation(network="file", anchor="", posts=())


def _typed_account(value: str) -> Steps:
    """The name of an account, as a person types it."""
    return _asking(proofs.whose(Account("fedi", f"ann@{host_of(value)}"), SCOPE))


def _own_page(value: str) -> Steps:
    """A web page that an account says is its own."""
    return _asking(_proofs_page.read(under(value, "/me"), ANN, (), ()))


def _bots_home(value: str) -> Steps:
    """The operator set a hostile address as that of the bot's server."""
    return _asking(Mastodon(origin_of(value)).mentions(""))


class _NoTokens:
    tokens: Tokens | None = None

    def keep(self, tokens: Tokens | None) -> None:
        self.tokens = tokens


def _bots_account(value: str) -> Steps:
    return _asking(BotAccount("ann.example.net", "a password", SCOPE, _NoTokens()).signed_in())


def _bots_document(endpoint: str) -> Says:
    """The bot's account is kept where its document says."""
    document = _document(endpoint)
    return lambda request: {"did": DID} if "resolveHandle" in request.url else document(request)


def _login(value: str) -> Says:
    return lambda request: 401


def _nobody(value: str) -> Says:
    return lambda request: None


WAYS: tuple[Way, ...] = (
    Way("S1", "an address that somebody types", "core/ref.py: parse", True, _typed, _nobody),
    Way("S1", "an address of a post, wherever it comes from", "sources/fediverse.py: steps", True, _named, _nobody),
    Way(
        "S2",
        "a handle, asked for the account that it names",
        "sources/_bsky_requests.py: own_word",
        True,
        lambda value: bluesky.steps(_at(host_of(value)), SCOPE),
        lambda value: _down,
    ),
    Way(
        "S2",
        "a handle that an account claims",
        "sources/_bsky_identity.py: claimed",
        False,
        lambda value: bluesky.steps(_at(DID), SCOPE),
        lambda value: _claims(host_of(value)),
    ),
    Way(
        "S3",
        "the server that an account's document names",
        "sources/_bsky_identity.py: home",
        True,
        lambda value: bluesky.steps(_at(DID), SCOPE),
        lambda value: _document(origin_of(value)),
    ),
    Way(
        "S4",
        "an account that is named for its own host",
        "sources/_bsky_requests.py: identity",
        True,
        lambda value: bluesky.steps(_at(f"did:web:{host_of(value).replace(':', '%3A')}"), SCOPE),
        lambda value: _down,
    ),
    Way("S1", "an address of a note", "sources/_fedi_misskey.py: misskey", True, _named_note, _nobody),
    Way("S5", "the server on which a note lives", "sources/fediverse.py: _own_server", True, _at_misskey, _note_from),
    Way("S5", "the author of a post", "sources/_fedi_notes.py: entry", False, _object, _field("attributedTo")),
    Way("S5", "the post that is answered", "sources/_fedi_activitypub.py: _climb", True, _object, _field("inReplyTo")),
    Way(
        "S5",
        "the post that is quoted",
        "sources/_fedi_consent.py: look_for",
        True,
        _object,
        lambda value: _objects(
            ann=_person(),
            **{"/1": _note(quote=under(value, "/people/eve/1"), quoteAuthorization=under(value, "/people/eve/ok"))},
        ),
    ),
    Way("S5", "the post that is boosted", "sources/_fedi_activitypub.py: start", True, _object, _boost),
    Way("S5", "the outbox of an author", "sources/_fedi_activitypub.py: beside", True, _object, _outbox),
    Way("S5", "the server on which a post lives", "sources/fediverse.py: _own_server", True, _post(), _elsewhere),
    Way("S5", "the server that a copy is of", "sources/_fedi_origins.py: _by_api", True, _post(), _copy("/@eve/7")),
    Way(
        "S5",
        "the server that a copy is of, without an API",
        "sources/_fedi_origins.py: _by_activitypub",
        True,
        _post(),
        _copy("/p/7"),
    ),
    Way("S5", "the page of a post", "sources/_fedi_pages.py: request", True, _post(AT_HOME), _at_home),
    Way("S7", "what describes a server's software", "sources/_fedi_software.py: software", False, _post(), _nodeinfo),
    Way("S8", "the answers to a post", "sources/_fedi_collections.py: _go_on", False, _object, _field("replies")),
    Way("S8", "the conversation of a post", "sources/_fedi_notes.py: entry", False, _object, _field("context")),
    Way("S8", "the next page of a list", "sources/_fedi_collections.py: _go_on", False, _object, _next),
    Way(
        "S8",
        "where the next page of a repository begins",
        "sources/_bsky_repository.py: listed",
        False,
        lambda value: bluesky.steps(_at(DID), SCOPE),
        _listing,
    ),
    Way("S6", "an account that somebody types", "sources/_proofs_fedi.py: whose", True, _typed_account, _nobody),
    Way("S12", "the page that is to speak for an account", "sources/_proofs_page.py: read", True, _own_page, _nobody),
    Way("S13", "addresses in a saved answer", "sources/_fedi_saved.py: read", False, _saved, _nobody),
    Way("S15", "the operator's own server", "sources/_fedi_home.py: home", True, _own_home, _login),
    Way("S15", "the bot's own server", "bot/_mastodon_requests.py: account", True, _bots_home, _nobody),
    Way(
        "S3",
        "the server that the document of the bot's account names",
        "bot/_bluesky_session.py: signed_in",
        True,
        _bots_account,
        lambda value: _bots_document(origin_of(value)),
    ),
)
