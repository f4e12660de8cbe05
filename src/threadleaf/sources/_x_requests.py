"""What is asked of X's API v2, in either of its two vocabularies.

Every resource that an answer returns costs money, those that come along by an expansion too. So only the writers of the
posts that were asked for come along, and what is known about the posts that those name is what X has to say of any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import quote, urlencode

from threadleaf.wire import Request, Scope, X

Words = Literal["tweet", "post"]

AT_ONCE = 100
"""The most posts that one look-up gives."""
PAGE = 100
"""The posts on a page of a search; all of them may have to be paid for."""
LEAST = 10
"""The fewest posts that a search can be asked for."""
DELAY = timedelta(seconds=60)
"""So long it may take until a search finds a new post."""
RECENT = timedelta(days=7)
"""How far back the search reaches that is open to every app."""

_EPOCH = 1_288_834_974_657  # milliseconds since 1970, from which X's ids count
_FIELDS = (
    "id text author_id conversation_id created_at in_reply_to_user_id entities attachments edit_controls article"
    " display_text_range lang possibly_sensitive public_metrics withheld"
)
_OF_OLDER = "referenced_tweets note_tweet edit_history_tweet_ids"
_OF_NEWER = "note_post article_title"
_MEDIA = "media_key,type,url,preview_image_url,width,height,alt_text,variants"
_POLLS = "options,end_datetime,voting_status"
_USERS = "id,name,username,profile_image_url,description,entities,protected,withheld"


def posts(scope: Scope, words: Words, ids: Sequence[str], purpose: str = "Reading the thread") -> Request:
    """Up to 100 posts by their ids."""
    return _request(scope, words, "/2/tweets", {"ids": ",".join(ids)}, purpose)


def search(
    scope: Scope,
    words: Words,
    where: Literal["recent", "all"],
    asked: str,
    most: int,
    window: tuple[datetime | None, datetime | None],
    token: str = "",
    wait: float = 0.0,
) -> Request:
    """A page of what was posted in a stretch of time (each end None for as far as it goes), newest first."""
    more = {"query": asked, "max_results": str(max(LEAST, min(most, PAGE)))}
    more |= {"start_time": _time(window[0])} if window[0] else {}
    more |= {"end_time": _time(window[1])} if window[1] else {}
    more |= {"next_token": token} if token else {}
    return _request(scope, words, f"/2/tweets/search/{where}", more, "Searching the author's posts", wait)


def moment_of(name: str) -> datetime:
    """When the post with that id was written; long ago for ids from before they said so."""
    try:
        return datetime.fromtimestamp(((int(name) >> 22) + _EPOCH) / 1000, UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)


def _request(
    scope: Scope, words: Words, path: str, asked: Mapping[str, str], purpose: str, wait: float = 0.0
) -> Request:
    query = {**asked, **fields(words)}
    url = f"{scope.x_api}{path}?{urlencode(query, quote_via=quote, safe=',:')}"
    return Request(url=url, purpose=purpose, credential=X, wait=wait)


def fields(words: Words) -> Mapping[str, str]:
    """What is asked of each post."""
    newer = words == "post"
    expansions = "author_id,attachments.media_keys,attachments.poll_ids"
    return {
        f"{words}.fields": f"{_FIELDS} {_OF_NEWER if newer else _OF_OLDER}".replace(" ", ","),
        "expansions": f"{expansions},{'referenced_posts' if newer else 'referenced_tweets.id'}",
        "media.fields": _MEDIA,
        "poll.fields": _POLLS,
        "user.fields": _USERS,
    }


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
