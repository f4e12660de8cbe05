"""What a profile asks for: the same words mean something as a hashtag or a line, and perhaps nothing in a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadleaf.core.bios import LONGEST, Wish, read

REFUSED = """
#nobot
#NoBots
#NOBOT
#no_bot
#no-bot
#no_bots
#nobots
#NoArchive
#noarchives
#noarchiving
#no_archiving
#noArchival
#nounroll
#nounrolls
#nounrolling
#NoUnrolled
#no-unroll
#no_unroll_please
#nothreadreader
#NoThreadReaderApp
#dontunroll
#do-not-archive
#don't_unroll
#KeineBots
#nobot.
(#nobot)
#nobot,#noindex
painter #nobot she/her
Painter.#NoBots
＃nobot
＃ＮｏＢｏｔ
﹟nobot
#️⃣nobot
♯nobot
#no\u200bbot
#\u2060nobot
#no\u00adbot
#n\u034fobot
#no\u3164bot
#no\u115fbot
#no\u1160bot
#\uffa0nobot
#n\u0336o\u0336b\u0336o\u0336t\u0336
n\u0336o\u0336 \u0336b\u0336o\u0336t\u0336s\u0336
#nоbot
#nоbоt
#NΟBOT
#nоunrоll
#nobotspls
#NoBotsEver
#no-bots-please
#nothreadunroll
#NoThreadUnroller
#no_thread_unrolls
https://painter.example/#nobot
https://social.example/tags/nobot
https://social.example/tags/nobot/
https://social.example/tags/nobot?lang=en
my tags: (https://social.example/tags/nobot), she/her
https://social.example/tag/NoArchive
%23nobot
nobot
NoBot
NOBOT!
No bots
No bots.
no-bots
no bots please
please, no bots 🤖
🚫 no bots 🚫
No bots, thank you
No bots allowed.
No bots here, ever
no AI bots
no unroll bots
no robots
no #bots
Bots: no
bots not welcome
Unroll bots will be blocked.
Unroll bots will be blocked on sight.
I block unrollers
I block all unroll bots on sight
Do not use unroll bots on my threads
Please don't use thread reader on my threads
Do not use Thread Reader App
don't use any bots with my posts
he/him. no unroll
Escribo en Leeds. No archivar mis hilos.
I block thread reader apps
noarchive
No archive
no archiving
No archiving of my posts
archiving is not allowed
nounroll
no unroll
no unrolls
No unrolling
No unrolling of my threads!
no unrolling my threads
do not unroll
Do not unroll my threads.
DON'T UNROLL
Don’t unroll me
dont unroll this
Please do not unroll my threads
please don't archive my threads
Please don't archive or unroll my threads, thanks
Do not unroll or archive any of my posts
Unrolling my threads? You will be blocked.
Bots? No!
Do not unroll my threads without my permission
never unroll my threads
You: do not archive
stop unrolling my threads
do not compile my threads
Please do not save or repost my threads
My threads are not to be unrolled
my posts may not be archived
Threads not to be archived or unrolled
not to be unrolled
no bots no archiving no unrolling
no bots, and do not unroll my threads
painter | no bots | she/her
painter · noarchive · she/her
painter – no unrolling – she/her
Writes in Leeds. Please do not unroll my threads. She/her.
Writes in Leeds! Don't archive my posts…
keine Bots
Keine Bots, bitte!
Bots unerwünscht
Bots sind verboten
Keine Archivierung
Bitte nicht archivieren
Bitte meine Threads nicht unrollen
nicht entrollen
Entrollt meine Threads nicht
Pas de bots, merci
aucun bot
Bots interdits
pas d'archivage
Merci de ne pas dérouler mes fils
ne pas archiver
N'archivez pas mes messages, s'il vous plaît
nicht zusammenfassen
Ne pas compiler mes fils
No recopilar mis hilos
Non srotolare i miei fili
Mijn draadjes niet uitrollen
sem robôs
ボット禁止
魚拓禁止
please do not republish my threads
do not summarise my posts
do not collect or aggregate my threads
sin bots
no a los bots
Prohibidos los bots
Por favor, no archivar mis hilos
no desenrollen mis hilos, gracias
sem bots
Não arquivem minhas threads, por favor
não desenrolar
niente bot
Non archiviare i miei post, per favore
geen bots
Geen archivering
Bots niet welkom
Mijn threads niet archiveren
bot禁止
BOT禁止です
アーカイブ禁止
まとめ禁止
スレッドまとめはご遠慮ください
無断まとめお断り
unrollしないでください
""".strip().splitlines()

UNLISTED = """
No bots were harmed in the making of this account.
no bots were harmed
There are no bots in my garden
No bots. No nonsense. Just me.
No bots, no cry
never archived
Not archived, never unrolled
he/him. No archives.
https://blog.example/tags/no-bots
https://blog.example/tag/nobots/page/2
https://wiki.example/wiki/#No_robots
https://wiki.example/tales#nobot
#nobots-were-harmed
#nobot-net
Cats, tea, and no bots please
I like trains; no unrolling in public
I do not want my threads to be unrolled by anyone
I never got around to archiving my photographs
Unrollers are not my friends
Bots get blocked in my kingdom
bots keep out of my garden, cats come in
nobody may archive the sea
A day without archiving is a day lost
Ich habe keine Bots im Garten
Bei mir sind Bots im Garten verboten
Je n'ai pas de bots dans mon jardin
無断転載禁止。猫の写真。
#noindex
#NoSearch
#nobots_were_harmed
#no-scraping
no scraping
""".strip().splitlines()

SILENT = """

Painter, she/her
I am not a bot
I'm not a robot
Not a bot. Beep.
I love bots
bot
robots
Bots and other animals
nobody
nobott
#nobotany
#nobody
#bot
#bots
#archive
#unroll
#noarchivist
nobotany
Archivist. No politics.
Not an archivist
Archive of my own photographs
An archive of tides
I unroll threads for a living
Unrolling tape since 1990
no thread
no
threads
my threads
please
do not
Do not feed the ducks
do not use bots
keine Zeit
Nicht schlecht
pas de deux
no pasarán
禁止
🤖
/tags/botany
http://social.example/tags/archive
""".strip("\n").splitlines()


@pytest.mark.parametrize("text", REFUSED)
def test_a_hashtag_and_a_line_of_its_own_are_clear(text):
    for bio in (text, f"Painter in Leeds.\n{text}\nshe/her", f"\n\n  {text}  \n"):
        assert [wish.clear for wish in read(bio)][:1] == [True], bio


@pytest.mark.parametrize("text", UNLISTED)
def test_the_same_words_among_others_are_not_clear(text):
    for bio in (text, f"Painter in Leeds.\n{text}\nshe/her"):
        assert [wish.clear for wish in read(bio)] == [False], bio


@pytest.mark.parametrize("text", SILENT)
def test_other_words_ask_for_nothing(text):
    for bio in (text, f"Painter in Leeds.\n{text}\nshe/her"):
        assert read(bio) == (), bio


@pytest.mark.parametrize(
    ("bio", "says"),
    [
        ("Painter #NoBots she/her", "#NoBots"),
        ("＃nobot", "#nobot"),
        ("Painter.\n  Please do NOT unroll  my threads! \nshe/her", "Please do NOT unroll my threads!"),
        ("painter | no bots | she/her", "no bots"),
        ("no bots were harmed in making this", "no bots were harmed in making this"),
        ("no bots\x07\x1b[31m", "no bots [31m"),
    ],
)
def test_a_wish_is_quoted_in_the_words_of_the_profile(bio, says):
    assert [wish.says for wish in read(bio)] == [says]


def test_a_long_line_is_quoted_in_short():
    (wish,) = read("no bots were harmed " * 20)
    assert (len(wish.says), wish.says[-1], wish.clear) == (80, "…", False)


def test_several_wishes_are_all_told_the_clear_ones_first_and_each_once():
    bio = "No bots were harmed.\n#nobot\n#nobot\nno unrolling"
    assert read(bio) == (
        Wish("#nobot", clear=True),
        Wish("no unrolling", clear=True),
        Wish("No bots were harmed.", clear=False),
    )


def test_a_hashtag_in_the_name_counts_and_a_name_is_no_line():
    assert read("", "Ada #nobot") == (Wish("#nobot", clear=True),)
    assert read("", "No Bots") == ()


def test_a_line_that_is_too_long_says_something_else_besides():
    assert [wish.clear for wish in read("no bots " * 30)] == [False]


def test_of_an_endless_profile_only_the_beginning_is_read():
    assert read("x" * LONGEST + " #nobot") == ()
    assert read("x" * (LONGEST - 8) + " #nobot") == (Wish("#nobot", clear=True),)


_PIECES = st.sampled_from(
    [
        "no ",
        "bots ",
        "not ",
        "unroll",
        " archive ",
        "my ",
        "threads ",
        "of ",
        "#",
        "_",
        "-",
        ". ",
        "| ",
        "\n",
        "do ",
        "/tags/",
    ]
)


@given(st.lists(_PIECES, max_size=200).map("".join) | st.text())
def test_any_text_is_read_to_its_end(bio):
    for wish in read(bio, bio):
        assert wish.says
        assert wish.says.isprintable()
        assert len(wish.says) <= 80
