"""What is read into types of ours is read by decoders that were made with their modules.

msgspec learns a type when it is first needed; two threads that need it at the same time end the process (SIGSEGV).
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "threadleaf"
READERS = {"decode", "convert"}
AT_ONCE = """
import os
import sys
from threading import Barrier, Thread

from tests.store.build import line, talk
from threadleaf.core.model import Conversation
from threadleaf.store.codec import pack, unpack

packed = pack(talk(*line(1, 2)))

def first_of_many():
    begun = Barrier(8)
    def reads():
        begun.wait()
        unpack(packed, Conversation)
    sys.setswitchinterval(1e-6)
    threads = [Thread(target=reads) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os._exit(0)

for _ in range(20):
    child = os.fork() or first_of_many()
    print(os.waitpid(child, 0)[1], end=" ")
"""


def learned_late(code: str) -> list[int]:
    """The lines in which a function has msgspec learn a type."""
    functions = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    calls = [node for function in functions for node in ast.walk(function) if isinstance(node, ast.Call)]
    names = [(getattr(call.func, "attr", getattr(call.func, "id", "")), call) for call in calls]
    return [
        call.lineno
        for name, call in names
        if name == "Decoder" or (name in READERS and any(word.arg == "type" for word in call.keywords))
    ]


@pytest.mark.parametrize(
    "code", ["def f(b):\n  return json.decode(b, type=Post)", "async def f(b):\n  return Decoder(Post).decode(b)"]
)
def test_what_learns_a_type_late_is_found(code: str) -> None:
    assert learned_late(code) == [2]


def test_no_type_is_learned_late() -> None:
    found = {str(path.relative_to(ROOT)): learned_late(path.read_text("utf-8")) for path in SOURCE.rglob("*.py")}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_many_threads_may_be_the_first_that_read() -> None:
    done = subprocess.run([sys.executable, "-c", AT_ONCE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "0 " * 20), done.stderr
