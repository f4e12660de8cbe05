"""Programs to be killed: a server that imports everything once and forks a child for each command.

A line on standard input is `ADDRESS SCENARIO N`. The child opens the database, carries out the scenario, and kills
itself (SIGKILL: no handler, no clean-up) right before its Nth statement that changes anything or Nth commit, counted
together from the moment the database is open; the answer is `killed` or, if it came to its end before that, `done`. In the scenario `open` it
counts from the start. In the scenario `storm` it says its process id, then `saved K` after each save that was
acknowledged, and so on until somebody kills it.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from itertools import count

from sqlalchemy import Engine, event

from tests.store.build import NOON, draft, line, ref, talk
from threadleaf.store import open_store
from threadleaf.store.aliases import alias_of
from threadleaf.store.records import Saved
from threadleaf.store.threads import Store


def keep(store: Store, *names: object, based_on: tuple[Saved, ...] = ()) -> Saved:
    told = {"based_on": based_on, "at": NOON + timedelta(hours=len(names)), "opt_outs": store.opted_out(()).revision}
    saved = store.save(draft(talk(*line(*names)), **told))
    assert saved is not None
    return saved


def prepare(store: Store) -> None:
    """What is there before any of the scenarios."""
    keep(store, 1, 2)
    keep(store, 4, 5)
    keep(store, 90, 91)


def new(store: Store) -> None:
    keep(store, 7, 8)


def again(store: Store) -> None:
    keep(store, 1, 2, 3, based_on=store.find([alias_of(ref(1))]))


def join(store: Store) -> None:
    keep(store, 1, 2, 3, 4, 5, based_on=store.find([alias_of(ref(1)), alias_of(ref(4))]))


def remove(store: Store) -> None:
    store.remove([alias_of(ref(1))], "author", NOON)
    store.finish_removals()


def opt_out(store: Store) -> None:
    store.opt_out("bsky", "did:plc:ann", NOON, "author")


SCENARIOS: dict[str, Callable[[Store], None]] = {
    "new": new,
    "again": again,
    "join": join,
    "remove": remove,
    "opt-out": opt_out,
}


def kill_at(number: int) -> None:
    """Arm the switch: before the change or commit with this number the process is no more."""
    numbers = count(1)

    def step(*_: object) -> None:
        if next(numbers) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(_connection: object, _cursor: object, words: str, *_: object) -> None:
        if words.lstrip().startswith(("INSERT", "UPDATE", "DELETE", "CREATE")):
            step()

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", step)


def storm(store: Store) -> None:
    """Save a thread, let it grow, take every third one down; for ever."""
    print(os.getpid(), flush=True)
    for number in count(100):
        first = keep(store, number * 100, number * 100 + 1)
        print(f"saved {number}", flush=True)
        keep(store, *(number * 100 + more for more in range(40)), based_on=(first,))
        print(f"grown {number}", flush=True)
        if number % 3 == 0:
            store.remove([alias_of(ref(number * 100))], "operator", NOON)
            print(f"removed {number}", flush=True)
            store.finish_removals()


def child(address: str, scenario: str, number: int) -> None:
    if scenario == "open":
        kill_at(number)
    with open_store(address) as store:
        if scenario == "storm":
            storm(store)
        elif scenario != "open":
            kill_at(number)
            SCENARIOS[scenario](store)


def main() -> None:
    for command in sys.stdin:
        address, scenario, number = command.split()
        pid = os.fork()
        if pid == 0:
            try:
                child(address, scenario, int(number))
            except Exception:  # noqa: BLE001 -- a child never goes back into the server's loop
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else "done" if status == 0 else f"failed {status}", flush=True)


if __name__ == "__main__":
    main()
