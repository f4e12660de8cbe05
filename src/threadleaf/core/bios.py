"""What an author asks for in a profile: hashtags, lines that hold nothing but a wish, and the same words in between.

A hashtag (`#nobot`) or a line of its own ("please do not unroll my threads") is a clear wish. Within other words
nobody can tell ("no bots were harmed"): such a thread is shown and stays out of lists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from msgspec import Struct

LONGEST = 20_000
"""Characters of a profile that are read. No network allows that many; what comes after them counts as unclear."""

_SAID = 80  # characters of a profile that are quoted


class Wish(Struct, frozen=True):
    """Words of a profile that ask for something; `clear` if they can mean nothing else."""

    says: str
    clear: bool


def _any(*patterns: str) -> str:
    return f"(?:{'|'.join(patterns)})"


# --- hashtags ---------------------------------------------------------------------------------------------------

_NOTHING = r"[_-]*"
_TAG = re.compile(
    # also as an escape in an address, and as the tag's page, whose address ends with it: /tags/no-bots heads articles
    r"(?:[#♯]|%23|/(?:tags?|hashtags?|explore)/(?=\w+[/)\]>\"'.,;!]*(?:[\s?]|$)))"
    + _NOTHING
    + _any(
        _any("no", "keine?", "sin", "sem", "geen", "pasde") + _NOTHING + r"(?:ro)?bots?",
        _any("no", "never", "do[_-]*not", "don['_-]*t")
        + _NOTHING
        + _any(
            *("archiv(?:e|es|ed|er|ers|ing|al|ation)?", "(?:thread[_-]*)?unroll(?:s|ed|er|ers|ing)?"),
            "thread[_-]*reader(?:app)?s?",
        ),
    )
    + r"(?:[_-]*(?:bots?|me|please|pls|plz|ever|allowed|here|my[_-]*threads?)){0,2}"
    # the tag ends here: #nobots_were_harmed is another one
    + r"(?![_-]*[^\W_])",
    re.IGNORECASE,
)
# What follows the path of an address: a place in a page, /wiki/#No_robots, is no tag.
_FRAGMENT = re.compile(r"(://[^/\s]+/[^#\s]+)(?:#\S*)?")
# Letters of other alphabets that look like those of a tag.
_LOOK_ALIKES = str.maketrans("аеорсухіѕһӏѵοАВЕНІКМОРЅТУХΑΒΕΗΙΚΜΝΟΡΤΥΧ", "aeopcyxishlvoABEHIKMOPSTYXABEHIKMNOPTYX")
_QUIET_TAG = re.compile(r"[#♯]no[_-]*(?:index(?:ing)?|search|scrap(?:e|ing))(?![_-]*[^\W_])", re.IGNORECASE)


# --- lines that hold nothing but a wish -------------------------------------------------------------------------

# Words are compared in lower case, one blank apart, without punctuation: "Don't!" is "don t".
_FILLERS = frozenset(
    "please pls plz kindly thanks thank you thx ty here ever seriously absolutely strictly note nb also and or at all"
    " bitte danke und oder hier merci svp et ou por favor gracias obrigado obrigada per favore grazie"
    " alstublieft alsjeblieft en of pf".split()
)
_COURTESY = re.compile(r"^s il (?:vous|te) pla[iî]t | s il (?:vous|te) pla[iî]t$")
_WHICH = r"(?:(?:ai|llm|any|more|thread|unroll|unroller|unrolling|archive|archiver|archiving|archival|reader) )*"
_BOTS = _WHICH + r"(?:ro)?bots?"
_MINE = r"(?:(?:any|of|me|my|our|these|this|the|from) )*" + _any(
    *("threads?", "posts?", "toots?", "tweets?", "skeets?", "statuses", "content", "account", "profile", "stuff"),
    *("writing", "words", "feed", "timeline", "me", "mine", "this", "it", "them", "anything"),
)
_CONSENT = (
    r"(?: without (?:(?:my|our|explicit|prior|written|express) )*(?:permission|consent|asking(?: me)?(?: first)?))?"
)
_DO = _any(r"unroll(?:s|er|ers|ing)?", r"archiv(?:e|es|er|ers|ing|al)", r"thread ?readers?")
_DOING = _any(_DO, "unrolled", "archived")
_DO_NOT = _any("do not", "don ?t", "dont", "never", "not to", "must not", "may not", "cannot", "can ?not", "stop")
_UNWELCOME = r"(?:(?:is|are|be|will be|get|gets) )?" + _any(
    *("not (?:allowed|welcome|wanted|permitted|ok|okay|appreciated)", "unwelcome", "unwanted", "forbidden"),
    *("prohibited", "(?:banned|blocked)(?: on sight)?", "(?:stay|go|keep) (?:away|out)", "no", "off"),
)
_TOOLS = "(?:apps?|bots?|services?|tools?)"
_COPYING = _any(_DOING, "compile", "collect", "aggregate", "copy", "save", "repost", "republish", "bot", "summari[sz]e")
_MY_THREADS = r"(?:(?:any|of) )*(?:my|these|the|our) (?:threads?|posts?|toots?|tweets?|skeets?)"
_DONE = _any("unrolled", "archived", "compiled")
_ENGLISH = (
    rf"no ?{_BOTS}(?: (?:allowed|wanted|welcome|permitted))?",
    rf"no ?{_DOING}(?: (?:allowed|wanted|welcome|permitted|(?:of )?{_MINE}))?",
    rf"{_DO_NOT}(?: {_DO})+(?: {_MINE})?{_CONSENT}",  # "never archived" only says what was not done
    rf"{_DO_NOT} use {_WHICH}{_DO}(?: {_TOOLS})?(?: (?:on|for|with) {_MINE})?{_CONSENT}",
    rf"{_DO_NOT} use {_WHICH}{_TOOLS} (?:on|for|with) {_MINE}{_CONSENT}",
    rf"{_DO_NOT}(?: {_COPYING})+ {_MY_THREADS}{_CONSENT}",
    rf"(?:{_BOTS}|{_DOING}(?: (?:of )?{_MINE})?) {_UNWELCOME}",
    rf"(?:{_MINE} (?:(?:is|are|may|must|shall|should) )?)?not (?:to )?be(?: {_DONE})+{_CONSENT}",
    rf"i (?:will )?block (?:all )?(?:unroll\w*|thread ?readers?)(?: {_TOOLS})?(?: on sight)?",
)
_GERMAN = (
    rf"keine?n? {_BOTS}(?: (?:erlaubt|erwünscht))?",
    rf"{_BOTS} (?:sind )?(?:verboten|unerwünscht|nicht (?:erlaubt|erwünscht|willkommen))",
    r"keine? (?:archivierung|archive|unrolls?|unrollen|entrollen)(?: (?:meiner|von) (?:threads?|beiträge|posts?))?",
    (
        r"(?:(?:meine|diese|die) (?:threads?|beiträge|posts?|toots?|tröts?|fäden) )?nicht"
        r"(?: (?:archivieren|unrollen|entrollen|aufrollen|abrollen|zusammenfassen))+"
    ),
    r"(?:archivier|unroll|entroll|aufroll)(?:e|t|en sie) (?:meine|diese|die) (?:threads?|beiträge|posts?) nicht",
)
_FRENCH = (
    r"(?:pas de|aucun|sans|non aux) (?:ro)?bots?",
    r"(?:ro)?bots? (?:interdits?|non autorisés|pas autorisés|pas les bienvenus)",
    r"(?:pas d|aucun) (?:archivage|unroll|archive)",
    (
        r"(?:de )?(?:ne pas|n|ne)(?: (?:archiver|dérouler|unroller|compiler|archivez pas|archive pas|déroulez pas"
        r"|déroule pas|unrollez pas))+(?: (?:mes|ces|les) (?:fils?|threads?|posts?|messages|publications|pouets))?"
    ),
)
_SPANISH = (
    r"(?:no|sin|nada de|no a los|prohibidos(?: los)?) (?:ro)?bots?",
    r"(?:ro)?bots? (?:no(?: permitidos)?|prohibidos)",
    (
        r"no(?: (?:archivar|archiven|archives|archive|desenrollar|desenrollen|desenrolles|recopilar|recopilen|unrollear))+"
        r"(?: (?:mis|estos|los) (?:hilos?|publicaciones|tuits|posts?))?"
    ),
)
_PORTUGUESE = (
    r"(?:sem|nada de|não aos) (?:(?:ro)?bots?|robôs)",
    (
        r"não(?: (?:arquivar|arquivem?|arquives|desenrolar|desenrolem?|compilar|compilem?))+"
        r"(?: (?:minhas|meus|estas|os|as) (?:threads?|fios?|posts?|publicações|postagens))?"
    ),
)
_ITALIAN = (
    r"(?:niente|nessun|senza|no ai) (?:ro)?bots?",
    r"non(?: (?:archiviare|archiviate|srotolare|srotolate))+(?: (?:i miei|le mie|questi|i) (?:thread|post|messaggi|fili))?",
)
_DUTCH = (
    rf"geen (?:{_BOTS}|archivering)",
    r"(?:ro)?bots? (?:zijn )?(?:niet welkom|verboden)",
    r"(?:(?:mijn|deze) (?:threads?|draadjes|berichten|posts?) )?niet(?: (?:archiveren|uitrollen|unrollen|ontrollen))+",
)
_WISH = _any(*_ENGLISH, *_GERMAN, *_FRENCH, *_SPANISH, *_PORTUGUESE, *_ITALIAN, *_DUTCH)
_JAPANESE = re.compile(
    r"(?:無断)?(?:(?:スレッド|ツリー)?まとめ|(?:ro)?bot|ボット|ロボット|アーカイブ化?|魚拓|unroll)(?:等|など)?[はをのも]?(?:一切)?"
    r"(?:禁止|不可|拒否|ng|お断り(?:します|です)?|(?:ご遠慮|お控え|し?ないで|やめて)(?:ください|下さい)?)(?:です)?"
)
_LONGEST_LINE = 160  # characters; whoever says more says something else besides
# What parts the items of a profile that is written on one line.
_BETWEEN = re.compile(r"[|·•∙●◦‧▪■★☆✦♦※‖¦]|\s[/–—~-]+\s")
_SENTENCES = re.compile(r"(?<=[.!?;…。！])\s+|(?<=[。！])")
# A sentence among others counts only if it asks for something in so many words: "No bots." alone may say who reads here.
_ASKING = re.compile(
    r"\b"
    + _any(_DO_NOT, r"no ?unroll\w*", "no archiv(?:ar|en)", r"no desenroll\w*", "nicht", "ne pas", "não", "non", "niet")
    + r"\b"
)

# Without one of these no text asks for anything; most have none and need not be looked at closely.
_STEMS = (
    "bot robô rol rotol déroul archi arqui reader compil copil collect aggregat copy save repost republish summari"
    " fassen scrap まとめ ボット アーカイブ 魚拓 転載".split()
)


# --- the same words among others --------------------------------------------------------------------------------

_VERBS = _any(
    *(r"unroll\w*", r"archiv(?!ist)\w*", r"arquiv(?!ist)\w*", r"scrap(?:e|ed|er|ers|ing)\b", r"thread ?reader\w*"),
    *(r"entroll\w*", r"déroul\w*", r"desenrol\w*", r"srotol\w*", r"uitrol\w*"),
)
_NOT = _any(
    *("not", "don ?t", "dont", "never", "cannot", "nobody", "stop", "without", "against", "hate", r"block\w*"),
    *("refuse", r"forbid\w*", "nicht", r"kein\w*", "ne", "pas", "non", "não", "sem", "sin", "geen", "niet"),
)
_PROSE = _any(
    rf"\b{_any('no', 'non', 'anti', r'keine?n?', 'pas de', 'aucun', 'sin', 'sem', 'geen', 'niente')} ?{_BOTS}\b",
    rf"\bno ?{_VERBS}",
    rf"\b{_NOT}(?: \w+){{0,3}} {_VERBS}",
    rf"\b{_NOT}(?: \w+){{0,8}} unroll",
    rf"\b(?:unroll\w*|thread ?reader\w*)(?: \w+){{0,4}} {_any(_NOT, 'no', 'away', 'banned', 'unwelcome', 'verboten')}\b",
    rf"\bbots?(?: \w+){{0,2}} {_any('unwelcome', 'not (?:welcome|allowed)', r'block(?:ed)?', 'banned', 'forbidden')}\b",
    r"\bbots?(?: \w+){0,2} (?:verboten|unerwünscht|(?:keep|stay|go) (?:out|away))\b",
    r"無断転載|(?:ボット|bot|アーカイブ|まとめ|unroll)(?:は|を|の)?(?:禁止|お断り)",
)


@cache
def _line() -> re.Pattern[str]:
    """A whole line; compiled when the first profile is read, for it is long and files hold no profiles."""
    return re.compile(rf"{_WISH}(?: {_WISH}){{0,3}}")  # bounded: some wishes can be read in two ways


@cache
def _prose() -> re.Pattern[str]:
    return re.compile(_PROSE)


def read(bio: str, name: str = "") -> tuple[Wish, ...]:
    """The wishes in a profile's text and, as hashtags, in the name that the account gives itself; clear ones first."""
    text = _plain(bio[:LONGEST])
    found = [Wish(_short(tag), clear=True) for tag in (*_tags(text), *_tags(_plain(name[:LONGEST])))]
    found += [Wish(_short(tag[0]), clear=False) for tag in _QUIET_TAG.finditer(text)]
    for line in filter(_matters, text.splitlines()):
        found += _in_line(line)
    return tuple(sorted(dict.fromkeys(found), key=lambda wish: not wish.clear))


def _tags(text: str) -> list[str]:
    text = _FRAGMENT.sub(r"\1", text)
    return [tag[0] for tag in _TAG.finditer(text if text.isascii() else text.translate(_LOOK_ALIKES))]


def _matters(text: str) -> bool:
    text = text.casefold()
    return any(stem in text for stem in _STEMS)


def _in_line(line: str) -> list[Wish]:
    clear = [Wish(_short(part), clear=True) for part in _parts(line) if _asks_alone(part)]
    if clear or not _prose().search(" ".join(_words(line))) or _tags(line):
        return clear
    return [Wish(_short(line), clear=False)]


def _parts(line: str) -> Iterator[str]:
    """The line, the items of it, and those of its sentences that ask for something."""
    items = _BETWEEN.split(line)
    yield from items
    for item in items:
        sentences = _SENTENCES.split(item)
        if len(sentences) > 1:
            yield from (part for part in filter(_matters, sentences) if _ASKING.search(" ".join(_words(part))))


def _asks_alone(part: str) -> bool:
    """Whether these words are a wish and nothing else."""
    if len(part) > _LONGEST_LINE:
        return False
    words = [word for word in _words(part) if word not in _FILLERS]
    line = _COURTESY.sub("", " ".join(words))
    return bool(_line().fullmatch(line) or _JAPANESE.fullmatch("".join(words)))


# What does not show, or is put onto the letter before and makes no other letter of it: formats (Cf), letters without a
# shape, and what combines (Mn) in the blocks for every alphabet. Accents are part of their letters by now (NFKC).
_UNSEEN = re.compile(
    "[\u00ad\u0300-\u036f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def _plain(text: str) -> str:
    """The text in one spelling: full-width signs as usual ones, nothing invisible inside words, no letter struck out."""
    return text if text.isascii() else _UNSEEN.sub("", unicodedata.normalize("NFKC", text).replace("’", "'"))


def _short(text: str) -> str:
    """Words of a profile as they are quoted in a sentence: on one line, nothing hidden, not too long."""
    shown = text if text.isprintable() else "".join(sign if sign.isprintable() else " " for sign in text)
    line = " ".join(shown.split())
    return line if len(line) <= _SAID else f"{line[: _SAID - 1].rstrip()}…"
