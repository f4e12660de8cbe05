"""The samples of the real Bluesky network: one case of the rules (docs/rules.md) after another, each by its own people.

What is returned names every post that a test may ask for. Lists are chains, first post first.
"""

from collections.abc import Iterable

from msgspec import Struct

from tests.real.people import FILM, Person, World, picture, self_labels


class Seeds(Struct, kw_only=True):
    """URIs of posts, by case."""

    # a thread of 60 posts, and of what is around it
    long: list[str]
    long_branch: list[str]  # leaves after post 20
    long_comment: str  # a stranger's, below post 10
    call_below_the_end: str
    call_in_a_strangers_branch: str
    answer_to_a_reader: str  # the author's, to a stranger's answer to the first post
    # other shapes
    marathon: list[str]  # 1,100 posts
    ten: list[str]
    single: str  # it talks of unrolling
    own_call: list[str]  # the last one is the author's own call to the bot
    below_a_stranger: list[str]  # the first is the stranger's
    continued: list[str]  # the author's 1 to 3, 4 and 5; 4 answers a reader
    continued_reader: str
    two_ways: list[str]
    two_ways_branch: list[str]
    long_side: list[str]  # 20 posts
    long_side_branch: list[str]  # 15 posts, after post 5
    crowd: list[str]  # 5 posts; 120 strangers answer the first
    earlier_part: list[str]
    later_part: list[str]  # its first post quotes the first of the earlier one
    pin: list[str]  # the third is nothing but a pushpin
    same_second: list[str]  # 12 posts, written at once
    same_second_branch: list[str]  # after the second, in that second too
    # what is not there
    deleted_middle: list[str]  # the sixth of twelve
    deleted_root: list[str]
    taken_down: list[str]  # the sixth of twelve, by the moderators; it is still in the repository
    deactivated_quote: list[str]  # the first post quotes one by somebody who has left
    deactivated_quoted: str
    below_deactivated: list[str]  # answers a post by somebody who has left
    deactivated_parent: str
    deactivated_author: list[str]
    # wishes
    blocked_context: list[str]  # answers somebody whom the author blocks
    blocked_parent: str
    # 1 to 3, then 4 and 5 below a comment that is not shown, and that comment
    blocked_way: list[str]
    blocked_comment: str
    deleted_way: list[str]
    deleted_comment: str
    logged_in_way: list[str]
    logged_in_comment: str
    logged_in_only: list[str]
    below_logged_in_only: list[str]
    quotes_logged_in_only: list[str]
    detached: list[str]  # the first post quotes; the quoted author has taken that back
    detached_quoted: str
    hides_an_answer: list[str]
    hidden_answer: str
    answer_to_the_hidden: str  # the author's own
    closed: list[str]  # nobody may answer
    answer_to_the_closed: str
    renamed: list[str]
    renamed_from: str
    renamed_to: str
    labelled: list[str]  # 2 porn and 3 !hide by the moderators, 4 graphic-media by the author
    hidden_account: list[str]
    quotes_hidden_account: list[str]
    no_bots: list[str]
    quotes_no_bots: list[str]
    below_no_bots: list[str]
    # what a post may hold, by name
    attachments: dict[str, str]


def seed(world: World) -> Seeds:
    """Write everything, and wait until it can be read."""
    bob, cleo, dan = (world.person(name) for name in ("bob", "cleo", "dan"))
    bot = world.person("unroller")
    found: dict[str, object] = {}
    found |= _long(world, bob, cleo, dan, bot)
    found |= _shapes(world, bob, cleo, dan, bot)
    found |= _missing(world)
    found |= _blocks(world)
    found |= _hidden(world, bob)
    found |= _labels(world)
    found |= {"attachments": _attachments(world, bob)}
    world.network.settle()
    return Seeds(**found)  # type: ignore[arg-type]


def _numbered(first: int, last: int, total: int | str = "") -> Iterable[str]:
    return (f"{number}/{total} This is what post {number} has to say." for number in range(first, last + 1))


def _long(world: World, bob: Person, cleo: Person, dan: Person, bot: Person) -> dict[str, object]:
    ada = world.person("ada", bio="I write long threads")
    long = ada.thread(_numbered(1, 60, 60))
    question = bob.post("Is this going to be long?", to=long[0])
    comment = cleo.post("I did not know that.", to=long[9])
    call_in_branch = bob.call_bot(bot, to=dan.post("Nor did I.", to=comment))
    dan.answers((f"Applause {number}" for number in range(5)), to=long[-1])
    return {
        "long": long,
        "long_branch": ada.thread(["An afterthought to 20.", "It goes on.", "It ends here."], to=long[19]),
        "long_comment": comment,
        "call_below_the_end": bob.call_bot(bot, to=long[-1]),
        "call_in_a_strangers_branch": call_in_branch,
        "answer_to_a_reader": ada.post("It is.", to=question),
    }


def _shapes(world: World, bob: Person, cleo: Person, dan: Person, bot: Person) -> dict[str, object]:
    ten, mia, own = world.person("ten"), world.person("mia"), world.person("own")
    own_thread = own.thread(_numbered(1, 2))
    below = world.person("below")
    start = bob.post("What do you think of threads?")
    fay, pat, quin, roy = (world.person(name) for name in ("fay", "pat", "quin", "roy"))
    talk = fay.thread(_numbered(1, 3))
    reader = cleo.post("And then what?", to=talk[-1])
    two_ways, long_side = pat.thread(_numbered(1, 5)), quin.thread(_numbered(1, 20, 20))
    viv, pin = world.person("viv"), world.person("pin")
    root = viv.post("1/ Everybody is going to answer this.")
    for index, who in enumerate((bob, cleo, dan)):
        who.answers((f"Me too, {index}-{number}" for number in range(40)), to=root)
    earlier = roy.thread(_numbered(1, 3))
    later = roy.post("Part two.", **_quoting(world, earlier[0]))
    pinned = pin.thread(["1/ Keep this.", "2/ And this.", "📌", "4/ And the rest."])
    sid, second = world.person("sid"), {"createdAt": "2026-05-03T12:00:00.000Z"}
    at_once = sid.thread((f"At once {number}" for number in range(1, 13)), **second)
    return {
        "marathon": mia.thread(_numbered(1, 1100, 1100)),
        "ten": ten.thread(_numbered(1, 10, 10)),
        "single": world.person("uno").post("They say that a bot can unroll a thread for you."),
        "own_call": [*own_thread, own.call_bot(bot, to=own_thread[-1])],
        "below_a_stranger": [start, *below.thread(_numbered(1, 3), to=start)],
        "continued": [*talk, *fay.thread(_numbered(4, 5), to=reader)],
        "continued_reader": reader,
        "two_ways": two_ways,
        "two_ways_branch": pat.thread(["Or else:", "It could have gone this way.", "Until here."], to=two_ways[1]),
        "long_side": long_side,
        "long_side_branch": quin.thread((f"On the side, {n}" for n in range(1, 16)), to=long_side[4]),
        "crowd": [root, *viv.thread(_numbered(2, 5), to=root)],
        "earlier_part": earlier,
        "later_part": [later, *roy.thread(["It goes on."], to=later)],
        "pin": pinned,
        "same_second": at_once,
        "same_second_branch": sid.thread(["At once, beside", "At once, beside it too"], to=at_once[1], **second),
    }


def _missing(world: World) -> dict[str, object]:
    ida, ruth = world.person("ida"), world.person("ruth")
    twelve, five = ida.thread(_numbered(1, 12, 12)), ruth.thread(_numbered(1, 5))
    ida.delete(twelve[5])
    ruth.delete(five[0])
    taken = world.person("tak").thread(_numbered(1, 12, 12))
    world.network.settle()
    world.network.take_down(taken[5])
    wes, xia, yan = world.person("wes"), world.person("xia"), world.person("yan")
    quoted, parent = wes.post("A thing worth quoting."), wes.post("A thing worth answering.")
    own = wes.thread(_numbered(1, 2))
    first = xia.post("1/ Look at this:", **_quoting(world, quoted))
    found: dict[str, object] = {
        "deleted_middle": twelve,
        "deleted_root": five,
        "taken_down": taken,
        "deactivated_quote": [first, xia.post("2/ That was it.", to=first)],
        "deactivated_quoted": quoted,
        "below_deactivated": yan.thread(_numbered(1, 2), to=parent),
        "deactivated_parent": parent,
        "deactivated_author": own,
    }
    wes.deactivate()
    return found


def _blocks(world: World) -> dict[str, object]:
    tom, uma, vic = world.person("tom"), world.person("uma"), world.person("vic")
    parent = tom.post("I am always right.")
    context = uma.thread(_numbered(1, 3), to=parent)
    blocked, blocked_comment = _way(vic, tom)
    uma.block(tom)
    vic.block(tom)
    deleted, deleted_comment = _way(world.person("abe"), tom)
    tom.delete(deleted_comment)
    logged_in, logged_in_comment = _way(world.person("bea"), world.person("leo", labels=["!no-unauthenticated"]))
    return {
        "blocked_context": context,
        "blocked_parent": parent,
        "blocked_way": blocked,
        "blocked_comment": blocked_comment,
        "deleted_way": deleted,
        "deleted_comment": deleted_comment,
        "logged_in_way": logged_in,
        "logged_in_comment": logged_in_comment,
    }


def _way(author: Person, stranger: Person) -> tuple[list[str], str]:
    """A thread that goes on below a stranger's comment: its posts, and the comment."""
    begun = author.thread(_numbered(1, 3))
    comment = stranger.post("You are wrong.", to=begun[-1])
    return [*begun, *author.thread(_numbered(4, 5), to=comment)], comment


def _hidden(world: World, bob: Person) -> dict[str, object]:
    pia, joe, kay = world.person("pia", labels=["!no-unauthenticated"]), world.person("joe"), world.person("kay")
    inside = pia.thread(_numbered(1, 3))
    eve, dee, gus, hal = (world.person(name) for name in ("eve", "dee", "gus", "hal"))
    quoted = eve.post("Please do not quote me.")
    quoting = dee.thread(["1/ She said:"], **_quoting(world, quoted))
    quoting += dee.thread(["2/ And so on."], to=quoting[0])
    eve.detach_quote(quoted, quoting[0])
    gated, closed = gus.thread(_numbered(1, 3)), hal.thread(_numbered(1, 3))
    hidden = bob.post("Buy my book!", to=gated[0])
    answer = gus.post("No.", to=hidden)
    gus.hide_answers(gated[0], hidden)
    hal.close_thread(closed[0])
    private_quote = kay.thread(["1/ He said:"], **_quoting(world, inside[0]))
    return {
        "logged_in_only": inside,
        "below_logged_in_only": joe.thread(_numbered(1, 2), to=inside[-1]),
        "quotes_logged_in_only": [*private_quote, *kay.thread(["2/ And so on."], to=private_quote[0])],
        "detached": quoting,
        "detached_quoted": quoted,
        "hides_an_answer": gated,
        "hidden_answer": hidden,
        "answer_to_the_hidden": answer,
        "closed": closed,
        "answer_to_the_closed": bob.post("But I want to!", to=closed[-1]),
    }


def _labels(world: World) -> dict[str, object]:
    ned, lea, mal = world.person("ned"), world.person("lea"), world.person("mal")
    sam, tia = world.person("sam", bio="Gardener. #nobot please"), world.person("tia")
    renamed, labelled, hidden = ned.thread(_numbered(1, 2)), lea.thread(_numbered(1, 3)), mal.thread(_numbered(1, 2))
    labelled += lea.thread(["4/ This is not for everybody."], to=labelled[-1], **self_labels("graphic-media"))
    labelled += lea.thread(["5/ The end."], to=labelled[-1])
    no_bots = sam.thread(_numbered(1, 2))
    quoting = tia.thread(["1/ Sam has this:"], **_quoting(world, no_bots[0]))
    quoting_hidden = tia.post("1/ Mal has this:", **_quoting(world, hidden[0]))
    found: dict[str, object] = {
        "renamed": renamed,
        "renamed_from": ned.handle,
        "renamed_to": "nils.test",
        "labelled": labelled,
        "hidden_account": hidden,
        "no_bots": no_bots,
        "quotes_no_bots": [*quoting, *tia.thread(["2/ And so on."], to=quoting[0])],
        "below_no_bots": tia.thread(_numbered(1, 2), to=no_bots[1]),
        "quotes_hidden_account": [quoting_hidden, *tia.thread(["2/ And so on."], to=quoting_hidden)],
    }
    ned.rename("nils")
    world.network.settle()
    world.network.label(labelled[1], "porn", world.cids[labelled[1]])
    world.network.label(labelled[2], "!hide", world.cids[labelled[2]])
    world.network.label(mal.did, "!hide")
    return found


def _attachments(world: World, bob: Person) -> dict[str, str]:
    """One thread, each post of which holds another thing; the posts by what they hold."""
    zoe, quoted = world.person("zoe"), bob.post("A sentence that stands alone.")
    red, dark = zoe.upload(picture(220), "image/png"), zoe.upload(picture(90), "image/png")
    size = {"width": 2, "height": 1}
    images = {"images": [{"image": red, "alt": "A red square", "aspectRatio": size}, {"image": dark, "alt": ""}]}
    gallery_image = {"$type": "app.bsky.embed.gallery#image", "image": red, "alt": "In a gallery", "aspectRatio": size}
    address = "https://example.com/article"
    words = {"title": "An article", "description": "About <things> & “stuff”"}
    card = {"external": {"uri": address, "thumb": red} | words}
    film = {"video": zoe.upload(FILM, "video/mp4"), "alt": "A short film", "aspectRatio": size}
    nowhere = {"uri": quoted.replace(bob.did, zoe.did), "cid": world.cids[quoted]}
    both = {
        "record": {"$type": "app.bsky.embed.record", "record": world.strong(quoted)},
        "media": {"$type": "app.bsky.embed.images"} | images,
    }
    text = f"👩‍👩‍👧‍👦 hello @{bob.handle} see {address} #Threads"
    facets = [
        _facet(text, f"@{bob.handle}", "mention", did=bob.did),
        _facet(text, address, "link", uri=address),
        _facet(text, "#Threads", "tag", tag="Threads"),
    ]
    posts: dict[str, tuple[str, dict[str, object]]] = {
        "facets": (text, {"facets": facets}),
        "images": ("Two pictures.", _embed("images", images)),
        "gallery": ("A gallery.", _embed("gallery", {"items": [gallery_image]})),
        "video": ("A film.", _embed("video", film)),
        "card": ("A card.", _embed("external", card)),
        "quote": ("A quote.", _quoting(world, quoted)),
        "quote_of_nothing": ("A quote of nothing.", _embed("record", {"record": nowhere})),
        "quote_with_pictures": ("Both.", _embed("recordWithMedia", both)),
        "pictures_alone": ("", _embed("images", images)),
        "lines": ("One line\n\nand another, שלום, 你好。", {"langs": ["he", "zh"]}),
        "tags": ("Tags beside the text.", {"tags": ["unseen"]}),
    }
    found: dict[str, str] = {}
    above = ""
    for name, (words_of_it, more) in posts.items():
        above = found[name] = zoe.post(words_of_it, to=above, **more)
    return found


def _quoting(world: World, uri: str) -> dict[str, object]:
    return _embed("record", {"record": world.strong(uri)})


def _embed(kind: str, holds: dict[str, object]) -> dict[str, object]:
    return {"embed": {"$type": f"app.bsky.embed.{kind}"} | holds}


def _facet(text: str, part: str, kind: str, **says: str) -> dict[str, object]:
    """Where a part of a text is, in bytes, and what it means."""
    start = len(text[: text.index(part)].encode())
    index = {"byteStart": start, "byteEnd": start + len(part.encode())}
    return {"index": index, "features": [{"$type": f"app.bsky.richtext.facet#{kind}"} | says]}
