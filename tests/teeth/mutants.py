"""One broken line for every rule of docs/rules.md §2 to §5, and the tests that must notice.

A mutant replaces `old`, which stands exactly once in the file, by `new`.
"""

from typing import NamedTuple


class Mutant(NamedTuple):
    """`rule` it breaks, `file` below src/threadleaf, the text before and after, and the test files that must be red."""

    rule: str
    file: str
    old: str
    new: str
    tests: str


WHOSE, ORDER, DONE, COUNT, TEXT, TITLE, WISH, HOLD, BIOS = (
    f"tests/core/test_{name}.py"
    for name in ("whose", "order", "completeness", "counters", "article", "title", "wishes", "withhold", "bios")
)

MUTANTS = (
    Mutant(
        "2.1 the anchor's own chain decides",
        "core/whose.py",
        "    if in_chain(tree, anchor):\n        return anchor\n",
        "",
        WHOSE,
    ),
    Mutant(
        "2.1 a chain has two posts",
        "core/whose.py",
        '    return node in tree.own or tree.owner.get(tree.up[node] or "") == tree.owner[node]',
        "    return True",
        WHOSE,
    ),
    Mutant("2.2 the nearest ancestor in a chain", "core/whose.py", "above[0] if above", "above[-1] if above", WHOSE),
    Mutant(
        "2.2 an ancestor by the same author first",
        "core/whose.py",
        "next(own, above[0] if above else anchor)",
        "(above[0] if above else anchor)",
        WHOSE,
    ),
    Mutant(
        "2.3 otherwise the anchor alone",
        "core/whose.py",
        "if above else anchor)",
        "if above else [*ancestors(tree, anchor), anchor][0])",
        WHOSE,
    ),
    Mutant(
        "2.4 a call is no part of a thread",
        "core/calls.py",
        "    return mentioned and all(",
        "    return False and all(",
        WHOSE,
    ),
    Mutant("2.4 a call mentions somebody", "core/calls.py", "    return mentioned and all(", "    return all(", WHOSE),
    Mutant(
        "2.4 structure, never a substring",
        "core/calls.py",
        "word == KEYWORD or word in _COURTESY for word in words",
        "True for word in words",
        WHOSE,
    ),
    Mutant(
        "2.4 what hangs below a call stays",
        "core/tree.py",
        "            up[child] = stands[parent]\n",
        "            up[child] = None\n",
        WHOSE,
    ),
    Mutant(
        "2.5 the highest consecutive parent",
        "core/whose.py",
        "        node = parent\n    return node",
        "        return parent\n    return node",
        WHOSE,
    ),
    Mutant(
        "2.5 only over posts by the same author",
        "core/whose.py",
        "        if tree.owner.get(parent) != author:\n            break\n",
        "",
        WHOSE,
    ),
    Mutant(
        "2.5 a missing parent of unknown author is not crossed",
        "core/tree.py",
        '{parent: {named_author(parent)} - {""} for parent in unseen}',
        "{parent: {next(iter(owner.values()))} for parent in unseen}",
        WHOSE,
    ),
    Mutant(
        "2.5 the author's own thread above a comment",
        "core/whose.py",
        "homes.update(dict.fromkeys(path, homes[top]))",
        "homes.update({piece: piece for piece in path})",
        WHOSE,
    ),
    Mutant(
        "2.6 the other reading is linked",
        "core/whose.py",
        "owner != author and in_chain",
        "owner == author and in_chain",
        WHOSE,
    ),
    Mutant(
        "3.1 the oldest child", "core/lines.py", "        return children[0]\n", "        return children[-1]\n", ORDER
    ),
    Mutant(
        "3.1 not earlier than its parent's",
        "core/lines.py",
        "max(when, age(above)[0]) if above else when",
        "when",
        ORDER,
    ),
    Mutant(
        "3.1 then the id",
        "core/tree.py",
        "(post.created or _DAWN, len(post.id), post.id)",
        "(post.created or _DAWN, -len(post.id), post.id)",
        ORDER,
    ),
    Mutant("3.1 the line follows the counter", "core/lines.py", "b.number == a.last + 1", "False", ORDER),
    Mutant("3.1 exactly one later child", "core/lines.py", "if len(after) == 1 else", "if after else", ORDER),
    Mutant(
        "3.1 only where numbers count posts",
        "core/lines.py",
        'if followed[0] != main and counters.read(_posts(tree, followed[0])).kind == "posts":',
        "if followed[0] != main:",
        ORDER,
    ),
    Mutant(
        "3.2 no branch is dropped",
        "core/lines.py",
        "for child in children if child != chosen]",
        "for child in children[:1] if child != chosen]",
        ORDER,
    ),
    Mutant(
        "3.2 branches of branches",
        "core/lines.py",
        "            todo += [(nodes, fork) for fork in reversed(forks)]\n",
        "",
        ORDER,
    ),
    Mutant(
        "3.2 branches in time order",
        "core/lines.py",
        "todo = [(main, fork) for fork in reversed(forks)]",
        "todo = [(main, fork) for fork in forks]",
        ORDER,
    ),
    Mutant(
        "3.3 a missing post keeps its place",
        "core/tree.py",
        "    up.update({place.id: place.parent for place in missing.values()})\n",
        "",
        f"{ORDER} {DONE}",
    ),
    Mutant(
        "3.4 answers to others stand apart",
        "core/lines.py",
        "[node for top in left for node in _all_nodes(own, top)]",
        "[]",
        ORDER,
    ),
    Mutant(
        "3.4 a run continues the thread",
        "core/lines.py",
        " and self.own.children(t)), None)",
        " and False), None)",
        ORDER,
    ),
    Mutant("3.4 a single answer does not", "core/lines.py", " and self.own.children(t)), None)", "), None)", WHOSE),
    Mutant("3.4 only after the end", "core/lines.py", "age(posts[t]) > age(last) and ", "", ORDER),
    Mutant(
        "3.4 or with the next number",
        "core/lines.py",
        "if self.counted:\n            offered",
        "if False:\n            offered",
        ORDER,
    ),
    Mutant(
        "3.5 loose pieces join",
        "core/whose.py",
        "loose = tuple(top for top in others if _is_loose(tree, top))",
        "loose = ()",
        ORDER,
    ),
    Mutant("3.5 by counter", "core/lines.py", "(not counted, counted[0] if counted else 0)", "(False, 0)", ORDER),
    Mutant(
        "3.5 else by time",
        "core/whose.py",
        "return sorted(oldest, key=oldest.__getitem__)",
        "return sorted(oldest)",
        ORDER,
    ),
    Mutant(
        "3.5 a tail without numbers becomes a branch",
        "core/lines.py",
        "    tail = main[last + 1 :]\n",
        "    return []\n    tail = main[last + 1 :]\n",
        ORDER,
    ),
    Mutant(
        "3.5 cycles are reported",
        "core/completeness.py",
        '[Note(kind="cycle-cut", post=post) for post in tree.cut]',
        "[]",
        ORDER,
    ),
    Mutant("3.5 cut at the oldest post", "core/tree.py", "first = min(ring,", "first = max(ring,", ORDER),
    Mutant(
        "3.6 a part quotes the author's own thread",
        "core/series.py",
        "if found is None or found.author != post.author:",
        "if found is None:",
        ORDER,
    ),
    Mutant(
        "3.6 a quoted single post is no part",
        "core/series.py",
        "return found if shows else None",
        "return found",
        ORDER,
    ),
    Mutant("3.6 a thread is no part of itself", "core/series.py", " and post.quote.id not in own", "", ORDER),
    Mutant(
        "4 one gap makes it incomplete", "core/completeness.py", '    if gaps:\n        return "incomplete"\n', "", DONE
    ),
    Mutant(
        "4 complete needs every end",
        "core/completeness.py",
        "conversation.linked and not open_ends and",
        "conversation.linked and",
        DONE,
    ),
    Mutant(
        "4 complete needs links",
        "core/completeness.py",
        "ends_reached = conversation.linked and ",
        "ends_reached = ",
        DONE,
    ),
    Mutant(
        "4 complete needs the start",
        "core/completeness.py",
        "all(tree.up[node] in tree.owner for node in tops)",
        "True",
        WHOSE,
    ),
    Mutant("4 complete needs no cycle", "core/completeness.py", " and not tree.cut and", " and", ORDER),
    Mutant(
        "4 not only the leaves", "core/completeness.py", "sorted(ends & own,", "sorted(ends & {lines.main[-1]},", DONE
    ),
    Mutant(
        "4 the reason is the network's", "core/gaps.py", 'known.reason if known else "unreachable"', '"deleted"', DONE
    ),
    Mutant(
        "4 the id is named",
        "core/gaps.py",
        "before=seam.before, id=place, reason=reason",
        "before=seam.before, reason=reason",
        DONE,
    ),
    Mutant("4 structure outranks numbering", "core/gaps.py", "(not conversation.linked and numbers)", "numbers", DONE),
    Mutant(
        "4 on pages numbers are all there is", "core/gaps.py", "(not conversation.linked and numbers)", "False", DONE
    ),
    Mutant(
        "4 number minus place",
        "core/counters.py",
        "range(start + step * (to_place - from_place), stop, step)",
        "range(start + step, stop, step)",
        f"{COUNT} {DONE}",
    ),
    Mutant(
        "4 a doubled neighbour is mentioned", "core/gaps.py", "near[0] == near[1] else None", "False else None", DONE
    ),
    Mutant("4 the author's total", "core/gaps.py", "(numbering.total or 0) + 1", "0", DONE),
    Mutant(
        "4 the network's count",
        "core/gaps.py",
        "max((r.count for r in conversation.reported if r.post in chain), default=0)",
        "0",
        DONE,
    ),
    Mutant("4 the page's count", "core/gaps.py", "(conversation.announced or 0) - accounted", "0 - accounted", DONE),
    Mutant(
        "4 counts compare posts and known gaps",
        "core/gaps.py",
        "reported - len(chain) - known - calls",
        "reported - len(chain) - calls",
        DONE,
    ),
    Mutant("4 an unknown number is not a number", "core/completeness.py", "None if None in counts else", "", DONE),
    Mutant(
        "5.2 an ellipsis is folded",
        "core/article.py",
        "    if head and tail and len(more) > head.end():",
        "    if False:",
        TEXT,
    ),
    Mutant("5.2 a whole sentence stays apart", "core/article.py", "None if _ends_sentence(above) or", "None if", TEXT),
    Mutant(
        "5.2 a capital letter begins anew", "core/article.py", "return first.isupper() and", "return False and", TEXT
    ),
    Mutant(
        "5.2 a comma asks for more", "core/article.py", " and above.post.text[above.end - 1] not in _ASKING", "", TEXT
    ),
    Mutant(
        "5.2 never across a gap", "core/article.py", "walls = {gap.after for gap in gaps} |", "walls = set() |", TEXT
    ),
    Mutant("5.2 never across a branch", "core/article.py", "| {branch.at for branch in branches}", "", TEXT),
    Mutant("5.2 never across media", "core/article.py", "if above.media or above.card", "if above.card", TEXT),
    Mutant(
        "5.2 never across a warning", "core/article.py", "or below.warning or above.warning", "or above.warning", TEXT
    ),
    Mutant(
        "5.2 never across a change of language", "core/article.py", " or below.langs[:1] != above.langs[:1]", "", TEXT
    ),
    Mutant(
        "5.2 a quoted address goes behind", "core/article.py", "    block.address = (last.start, last.end)\n", "", TEXT
    ),
    Mutant(
        "5.2 leading self-mentions go", "core/article.py", "        at = span.end\n    return at", "    return at", TEXT
    ),
    Mutant(
        "5.3 two posts are too few", "core/article.py", "len(numbering.found) >= 3", "len(numbering.found) >= 2", TEXT
    ),
    Mutant("5.3 list items stay", "core/counters.py", "run.exact >= 2 * slow and", "", f"{COUNT} {TEXT}"),
    Mutant(
        "5.3 falling numbers never count",
        "core/counters.py",
        "if not run.exact or any(rise < 0 for rise, _ in pairs):",
        "if not run.exact:",
        COUNT,
    ),
    Mutant("5.3 most of the main line", "core/counters.py", " and 2 * len(numbers) >= length", "", COUNT),
    Mutant("5.3 one change of style", "core/counters.py", 'family in ("", c.family) and ', "", COUNT),
    Mutant(
        "5.4 no space where the script has none",
        "core/article.py",
        'return "" if _unspaced(text[-1])',
        'return " " if _unspaced(text[-1])',
        TEXT,
    ),
    Mutant(
        "5.5 without the announcement",
        "core/title.py",
        "    text = _unannounced(text) or text.strip()",
        "    text = text.strip()",
        TITLE,
    ),
    Mutant("5.5 cut at a word", "core/title.py", "place if place > LENGTH // 2 else LENGTH", "LENGTH", TITLE),
    Mutant("7 the account's wish", "core/withhold.py", "    _refuse_author(thread, accounts)\n", "", HOLD),
    Mutant("7 a label on an account", "core/wishes.py", '*_labels("account label", author.labels), ', "", WISH),
    Mutant(
        "7 a label on a post", "core/wishes.py", '_labels("post label", post.labels)', '_labels("post label", ())', WISH
    ),
    Mutant(
        "7 the quoted author's wish",
        "core/withhold.py",
        "        quoted=_shown_of(thread.quoted, held),\n",
        "",
        HOLD,
    ),
    Mutant(
        "7 followers-only posts",
        "core/wishes.py",
        'if post.visibility == "unlisted" else "protected"',
        'if post.visibility == "unlisted" else "unlisted"',
        WISH,
    ),
    Mutant("7 the words of a profile", "core/wishes.py", "*words, ", "", WISH),
    Mutant("7 the settings of an account", "core/wishes.py", ", *_settings(author.signals, own=own)", "", WISH),
    Mutant("7 our opt-out list", "core/wishes.py", "return (*listed, *_labels", "return (*_labels", WISH),
    Mutant(
        "7 an unread profile",
        "core/wishes.py",
        '    UNREAD: "unread",\n',
        '    UNREAD: "unlisted",\n',
        f"{WISH} {HOLD}",
    ),
    Mutant(
        "7 one wish binds the whole page",
        "core/withhold.py",
        '            return "unlisted"\n',
        "            pass\n",
        HOLD,
    ),
    Mutant(
        "7 prose is not refused",
        "core/bios.py",
        "return [Wish(_short(line), clear=False)]",
        "return [Wish(_short(line), clear=True)]",
        BIOS,
    ),
)
