"""Sentences about what somebody typed, which are made in English, with values in them, where no language is known."""

from __future__ import annotations

from threadleaf.render.tongue import Tongue, marked
from threadleaf.web.filled import Filled

_MESSAGES = (
    marked("“{value}” is a profile. Paste the address of one post."),
    marked("“{value}” is a listing of many posts. Paste the address of one post."),
    marked("“{value}” is a repost. Paste the address of the post itself."),
    marked("“{value}” is a feed of many posts. Paste the address of one post."),
    marked("“{value}” is a list of accounts. Paste the address of one post."),
    marked(
        "“{value}” is not the address of a post that Threadleaf knows. It knows Bluesky posts "
        "(https://bsky.app/profile/NAME/post/… or at://…), X posts (https://x.com/NAME/status/…), posts of Mastodon and other "
        "fediverse servers (https://SERVER/@NAME/…), and saved pages of twtext.com, twunroll.com and threadreaderapp.com."
    ),
    marked("“{value}” is not the path of a thread on this site."),
    marked("This is too long for a search. Use at most {value} characters."),
    marked("These are too many words for a search. Use at most {value}."),
    marked("Tags cannot be excluded. Exclude the word instead: -{value}"),
    marked("Give at least three letters before the *, not “{value}*”."),
    marked("“{value}:” is not known here. Known are {names}; put quotes around it to look for the words."),
    marked("Only words and phrases can be excluded, not “{value}:”."),
    marked("Say something right behind “{value}:”, without a space."),
    marked("“{value}” is no network here. Say {names}."),
    marked("“{value}” is no language. Give its short name, such as en, ru or zh."),
    marked("“has:{value}” is not known. Say {names}."),
    marked("“{value}” is no date. Write it as 2026, 2026-05 or 2026-05-03."),
    marked("There is no server of the name {value}. Check the address."),
)
_SENTENCES = Filled(_MESSAGES, ".*?")


def said(sentence: str, say: Tongue) -> str:
    """Such a sentence as a reader is told it; any other stays as it is."""
    found = _SENTENCES.find(sentence)
    if found is None or say.code == "en":
        return sentence
    message, values = found
    told = {name: text.replace(" or ", ", ") if name == "names" else text for name, text in values.items()}
    return say(message, **told)
