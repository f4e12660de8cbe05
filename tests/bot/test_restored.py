"""Yesterday's backup is restored, and the inbox told once more: nobody is answered a second time."""

import shutil
from collections import Counter

import pytest

from tests.proof.lives import LIVES
from threadleaf.store import open_store


@pytest.mark.parametrize("network", LIVES)
def test_a_restored_backup_doubles_nothing(tmp_path, network):
    path, backup = tmp_path / "site.sqlite3", tmp_path / "backup.sqlite3"
    life = LIVES[network](path)
    life.close()
    shutil.copy(path, backup)
    life.store = open_store(path)
    life.start()
    calls = [life.call("eve"), life.call("kim")]
    life.through()
    assert Counter(life.published()) == Counter(calls)

    life.close()
    for old in tmp_path.glob("site.sqlite3*"):
        old.unlink()
    shutil.copy(backup, path)
    life.store = open_store(path)
    life.start()
    life.later(hours=20)
    life.through()
    assert Counter(life.published()) == Counter(calls)
    assert life.service.outbox.ready(life.network, life.clock(), 9) == ()
    life.close()
