"""Running a source: a test is a list of replies, given by a door that is a few lines of Python."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from inspect import GEN_CLOSED, getgeneratorstate

import pytest
import stamina  # noqa: F401 -- loaded here, so that no test's deadline pays for it

from tests.fetch.servers import Server, door_to, http
from threadleaf.core.errors import Blocked, NotFound, NotNow
from threadleaf.core.model import Conversation, Frontier, Missing, Note
from threadleaf.fetch.answers import Aborted
from threadleaf.fetch.drive import Limits, Progress, drive
from threadleaf.fetch.hosts import Hosts
from threadleaf.wire import Answer, Refused, Request, ask

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
QUICK = Limits(pause=0)


def answer(body: bytes = b"{}", status: int = 200) -> Answer:
    return Answer(status=status, body=body, at=NOW)


class FakeDoor:
    """Gives the replies of a list in turn (an exception is raised), or those of a function."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.asked: list[str] = []

    @contextlib.asynccontextmanager
    async def visit(self):
        yield self

    async def send(self, request: Request):
        self.asked.append(request.url)
        reply = self.replies.pop(0)
        if isinstance(reply, BaseException):
            raise reply
        return await reply(request) if callable(reply) else reply


def get(path: str = "x", host: str = "a.example", **more) -> Request:
    return Request(url=f"https://{host}/{path}", **more)


def asking(*rounds: tuple[Request, ...], heard: list | None = None):
    """A source that asks these rounds, one after the other, and keeps what it hears."""
    for wanted in rounds:
        replies = yield wanted
        if heard is not None:
            heard.append(replies)
    return Conversation(network="bsky", anchor="done", posts=())


def run(door, *rounds, limits=QUICK, clock=lambda: NOW, **more):
    """The replies that a source hears which asks these rounds."""
    heard: list[tuple] = []
    conversation = drive(asking(*rounds, heard=heard), door=door, clock=clock, limits=limits, **more)
    assert conversation.anchor == "done"
    return heard


# --- replies -----------------------------------------------------------------


def test_a_source_hears_what_the_server_said_and_its_conversation_comes_back():
    def steps():
        first = yield from ask(get("1"))
        second = yield from ask(get("2"))
        return Conversation(network="bsky", anchor=f"{first.body}{second.status}", posts=())

    conversation = drive(steps(), door=FakeDoor(answer(b"a"), answer(status=404)), clock=lambda: NOW, limits=QUICK)
    assert conversation.anchor == "b'a'404"


def test_a_source_that_asks_nothing_just_ends():
    assert run(FakeDoor()) == []
    assert run(FakeDoor(), ()) == [()]


def test_replies_come_in_the_order_of_the_requests_whichever_ends_first():
    gates = [asyncio.Event() for _ in range(3)]

    async def second_waits_for_third(request):
        number = int(request.url[-1])
        if number < 2:
            await gates[number + 1].wait()
        gates[number].set()
        return answer(str(number).encode())

    door = FakeDoor(*[second_waits_for_third] * 3)
    ((one, two, three),) = run(door, (get("0"), get("1"), get("2")))
    assert (one.body, two.body, three.body) == (b"0", b"1", b"2")


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (Blocked("No.", code="DENY-NAME"), "door"),
        (Blocked("No.", code="DENY-HOP"), "door"),
        (Aborted("too-large", "No."), "too-large"),
        (Aborted("timeout", "No."), "timeout"),
        (Aborted("door", "No."), "door"),
        (Refused(kind="timeout", detail="No."), "timeout"),
        (Refused(kind="rate", detail="No."), "rate"),
    ],
)
def test_a_refusal_is_a_reply_and_is_not_tried_again(failure, kind):
    door = FakeDoor(failure)
    code = failure.code if isinstance(failure, Blocked) and not isinstance(failure, Aborted) else ""
    assert run(door, (get(),)) == [(Refused(kind=kind, detail="No.", code=code),)]
    assert len(door.asked) == 1


def test_what_the_source_raises_is_raised_and_the_source_closed():
    closed = []

    def steps():
        try:
            yield (get(),)
            raise NotFound("no such post")
        finally:
            closed.append(True)

    with pytest.raises(NotFound):
        drive(steps(), door=FakeDoor(answer()), clock=lambda: NOW)
    assert closed == [True]


def test_a_fault_of_our_own_is_not_hidden_and_closes_the_source():
    source = asking((get(), get()), heard=[])

    async def waits_for_ever(request):
        await asyncio.Event().wait()

    with pytest.raises(ZeroDivisionError):
        drive(source, door=FakeDoor(waits_for_ever, ZeroDivisionError()), clock=lambda: NOW)
    assert getgeneratorstate(source) == GEN_CLOSED


def test_what_stood_in_the_way_is_noted_where_something_is_open_therefore():
    def source(why):
        yield (get("1"), get("2"))
        yield (get("3"),)
        frontiers = (Frontier(post="p", why=why),)
        return Conversation(network="bsky", anchor="p", posts=(), frontiers=frontiers)

    def notes(why):
        door = FakeDoor(Refused(kind="rate"), answer(), Blocked("No.", code="DENY-NAME"))
        return drive(source(why), door=door, clock=lambda: NOW, limits=Limits(at_once=1)).notes

    expected = (Note(kind="stopped-rate", n=3),)
    assert notes("unreachable") == notes("limit") == expected
    assert notes("count") == ()


def test_what_stood_in_the_way_is_noted_where_a_post_is_missing_therefore():
    def source(reason):
        yield (get(),)
        return Conversation(network="bsky", anchor="p", posts=(), missing=(Missing(id="p", reason=reason),))

    def notes(reason):
        door = FakeDoor(Refused(kind="limit"))
        return [note.kind for note in drive(source(reason), door=door, clock=lambda: NOW, limits=QUICK).notes]

    assert notes("unreachable") == ["stopped-limit"]
    assert notes("unknown") == []


# --- tries -------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure", [answer(status=500), answer(status=503), Refused(kind="network"), Aborted("network", "It broke off.")]
)
def test_a_fault_of_server_or_network_is_tried_again(failure):
    door = FakeDoor(failure, failure, answer(b"at last"))
    ((reply,),) = run(door, (get(),))
    assert (reply.body, len(door.asked)) == (b"at last", 3)


def test_after_three_tries_the_last_failure_is_the_reply():
    assert run(FakeDoor(*[answer(status=502)] * 3), (get(),)) == [(answer(status=502),)]
    cut = Aborted("network", "It broke off.")
    assert run(FakeDoor(cut, cut, cut), (get(),)) == [(Refused(kind="network", detail="It broke off."),)]


@pytest.mark.parametrize("status", [200, 302, 400, 403, 404, 501])
def test_other_answers_are_not_tried_again(status):
    door = FakeDoor(answer(status=status))
    assert run(door, (get(),)) == [(answer(status=status),)]


def test_what_writes_is_never_tried_again():
    door = FakeDoor(answer(status=503))
    assert run(door, (get(method="POST", body=b"{}"),)) == [(answer(status=503),)]
    assert len(door.asked) == 1


def test_a_post_that_only_reads_is_tried_again():
    door = FakeDoor(answer(status=503), answer(b"read"))
    assert run(door, (get(method="POST", body=b"{}", reads=True),)) == [(answer(b"read"),)]


# --- ceilings ----------------------------------------------------------------


def test_requests_beyond_the_ceiling_are_refused_and_tries_count():
    door = FakeDoor(answer(status=500), answer(), answer())
    heard = run(door, (get(),), (get(),), (get(),), limits=Limits(requests=3, pause=0))
    assert [reply.status for (reply,) in heard[:2]] == [200, 200]
    assert heard[2] == (Refused(kind="limit", detail="The limit of 3 requests was reached."),)


def test_requests_side_by_side_do_not_pass_the_ceiling_together():
    door = FakeDoor(*[answer()] * 2)
    ((*answered, refused),) = run(door, (get("1"), get("2"), get("3")), limits=Limits(requests=2))
    assert (answered, refused.kind, len(door.asked)) == ([answer()] * 2, "limit", 2)


def test_after_the_ceiling_of_bytes_nothing_more_is_asked():
    door = FakeDoor(answer(b"12345"), answer(b"67890"))
    heard = run(door, (get(),), (get(),), (get(),), limits=Limits(bytes=10))
    assert heard[2] == (Refused(kind="limit", detail="The limit of 10 bytes was reached."),)
    assert len(door.asked) == 2


async def never(request):
    await asyncio.Event().wait()


def test_the_deadline_ends_what_runs_and_what_comes_after():
    door = FakeDoor(answer(), never)
    heard = run(door, (get("1"), get("2")), (get("3"),), limits=Limits(seconds=0.5))
    late = Refused(kind="timeout", detail="The time limit of 0.5 seconds was reached.")
    assert heard == [(answer(), late), (late,)]
    assert len(door.asked) == 2


def test_the_deadline_counts_while_waiting_for_another_try():
    door = FakeDoor(answer(status=500))
    ((reply,),) = run(door, (get(),), limits=Limits(seconds=0.1, pause=60))
    assert (reply.kind, len(door.asked)) == ("timeout", 1)


def test_a_source_that_does_not_take_no_for_an_answer_is_stopped():
    def steps():
        while True:
            yield (get(),)

    door = FakeDoor(answer(), *[Blocked("No.", code="DENY-NAME")] * 5)
    with pytest.raises(NotNow):
        drive(steps(), door=door, clock=lambda: NOW, limits=Limits(idle_rounds=5))


# --- pace --------------------------------------------------------------------


def test_one_host_is_asked_few_things_at_once_and_hosts_do_not_wait_for_each_other():
    now, most, everybody = {}, {}, asyncio.Event()

    async def count(request):
        host = request.url.split("/")[2]
        now[host] = now.get(host, 0) + 1
        most[host] = max(most.get(host, 0), now[host])
        if sum(now.values()) == 6:  # both hosts are full
            everybody.set()
        await everybody.wait()
        now[host] -= 1
        return answer()

    wanted = [get(str(n), host) for n in range(10) for host in ("a.example", "B.example")]
    run(FakeDoor(*[count] * 20), tuple(wanted), limits=Limits(at_once=3))
    assert most == {"a.example": 3, "B.example": 3}


def test_a_server_that_wants_to_be_left_alone_is_left_alone_others_are_not():
    rate = Refused(kind="rate", until=NOW + timedelta(seconds=30))
    door = FakeDoor(rate, answer(b"b"))
    heard = run(door, (get("1"),), (get("2"),), (get("3", host="b.example"),))
    assert heard == [(rate,), (rate,), (answer(b"b"),)]
    assert door.asked == ["https://a.example/1", "https://b.example/3"]


def test_when_its_time_has_come_it_is_asked_again():
    times = [NOW]

    async def wants_to_be_left_alone(request):
        return rate

    async def is_there_again(request):
        return answer()

    def source():
        heard.append((yield (get("1"),)))
        heard.append((yield (get("2"),)))
        times.append(NOW + timedelta(seconds=31))
        heard.append((yield (get("3"),)))
        return Conversation(network="bsky", anchor="done", posts=())

    heard: list[tuple] = []
    rate = Refused(kind="rate", until=NOW + timedelta(seconds=30))
    door = FakeDoor(wants_to_be_left_alone, is_there_again)

    def seconds():
        return (times[-1] - NOW).total_seconds()

    hosts = Hosts(now=seconds)
    drive(source(), door=door, clock=lambda: times[-1], limits=QUICK, hosts=hosts)
    assert heard == [(rate,), (rate,), (answer(),)]


def test_a_short_rest_is_waited_for():
    rate = Refused(kind="rate", until=NOW)
    door = FakeDoor(rate, rate, answer(b"at last"))
    assert run(door, (get(),)) == [(answer(b"at last"),)]


def test_a_server_that_always_wants_a_moment_more_is_given_up():
    rate = Refused(kind="rate", until=NOW)
    door = FakeDoor(rate, rate, rate)
    assert run(door, (get(),)) == [(rate,)]


def test_what_writes_is_not_sent_again_after_a_rest():
    rate = Refused(kind="rate", until=NOW)
    door = FakeDoor(rate)
    assert run(door, (get(method="POST"),)) == [(rate,)]


def test_without_a_time_it_is_not_asked_again_in_this_run():
    rate = Refused(kind="rate")
    door = FakeDoor(rate)
    assert run(door, (get("1"),), (get("2"),)) == [(rate,), (rate,)]


def test_a_rest_holds_for_all_runs_that_know_of_each_other():
    rate, hosts = Refused(kind="rate", until=NOW + timedelta(seconds=60)), Hosts()
    assert run(FakeDoor(rate), (get(),), hosts=hosts) == [(rate,)]
    assert run(FakeDoor(), (get(),), hosts=hosts) == [(rate,)]
    assert run(FakeDoor(answer()), (get(),)) == [(answer(),)]


def test_a_server_whose_turns_are_used_up_is_not_waited_for_beyond_the_end():
    hosts = Hosts(burst=2, per_second=0.001)
    door = FakeDoor(answer(), answer())
    ((*heard, late),) = run(door, (get("1"), get("2"), get("3", host="A.example.:443")), hosts=hosts)
    assert (heard, late.kind, late.until) == ([answer()] * 2, "rate", None)
    assert hosts.turn("b.example", 0) == 0


def test_a_request_may_be_made_later():
    began, asked = [], []

    async def note(request):
        asked.append(asyncio.get_running_loop().time() - began[0])
        return answer()

    def source():
        began.append(asyncio.get_running_loop().time())
        yield (get(wait=0.25),)
        return Conversation(network="bsky", anchor="done", posts=())

    drive(source(), door=FakeDoor(note), clock=lambda: NOW, limits=QUICK)
    assert asked[0] >= 0.25


def test_a_wait_beyond_the_end_is_not_made():
    door = FakeDoor()
    ((reply,),) = run(door, (get(wait=60),), limits=Limits(seconds=0.1))
    assert reply.kind == "timeout"


# --- progress, threads, interruption -----------------------------------------


def test_progress_tells_what_is_asked_and_how_much_was_answered():
    told = []
    door = FakeDoor(answer(), answer(status=500), answer())
    run(door, (get(purpose="the thread"),), (get(purpose="posts 41–60"),), progress=told.append)
    assert told == [Progress("the thread", 0), Progress("posts 41–60", 1), Progress("posts 41–60", 2)]


def test_it_runs_in_any_thread():
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(run, FakeDoor(answer()), (get(),)) for _ in range(2)]
        assert [done.result() for done in both] == [[(answer(),)]] * 2


def test_an_interruption_ends_all_requests_and_closes_the_source():
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals come to the main thread only")
    ended = []

    async def interrupted(request):
        try:
            if request.url.endswith("2"):
                signal.raise_signal(signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            ended.append(request.url[-1])

    source = asking((get("1"), get("2")))
    with pytest.raises(KeyboardInterrupt):
        drive(source, door=FakeDoor(interrupted, interrupted), clock=lambda: NOW)
    assert sorted(ended) == ["1", "2"]
    assert getgeneratorstate(source) == GEN_CLOSED


def test_with_a_real_door_limits_and_faults_come_as_replies():
    busy = Server(http(b"", "Retry-After: 7", status="429 Slow Down"))
    broken = Server(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab")
    fine = Server(http(b"fine"))
    started, stop = threading.Event(), threading.Event()

    async def serve():
        async with busy.up(), broken.up(), fine.up():
            started.set()
            await asyncio.to_thread(stop.wait)

    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(asyncio.run, serve())
        try:
            assert started.wait(60)
            door = door_to(busy, broken, fine, clock=lambda: NOW)
            wanted = (*(Request(url=server.url) for server in (busy, broken, fine)), Request(url="https://localhost/"))
            ((rate, cut, good, denied),) = run(door, wanted, limits=Limits(seconds=5, pause=0))
        finally:
            stop.set()
        served.result()
    assert (rate.kind, rate.until) == ("rate", NOW + timedelta(seconds=7))
    assert (cut.kind, broken.connections) == ("network", 3)
    assert good.body == b"fine"
    assert denied == Refused(kind="door", detail="localhost is not the name of a public server.", code="DENY-NAME")


def test_the_driver_does_not_load_the_http_client():
    code = (
        "import sys, threadleaf.fetch.drive; print([m for m in ('httpx2', 'httpcore2', 'stamina') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
