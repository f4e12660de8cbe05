"""A program that unrolls thirty threads as fast as it can, from the posts with one number: one of several that race.

    racer ADDRESS POST

says `ready`, waits for a line, and ends with the paths that it was given.
"""

import sys

from tests.service.conftest import Instance
from tests.store.build import line, ref, talk
from threadleaf.store import open_store


def main(address: str, post: int) -> None:
    with open_store(address) as store:
        instance = Instance(store)
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(100, 3100, 100):
            service = instance.says(talk(*line(*range(number, number + 4))))
            print(service.unroll(ref(number + post), save="listed").path)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
