"""The embedded servers: real ones, really killed."""

import os
import shutil
import signal
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import redis

from config import embedded
from tests.config.owner import NOBODY
from tests.config.processes import Start, eventually, working_in

pytestmark = pytest.mark.xdist_group("processes")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be others")


def remember(data_dir: Path, word: str) -> None:
    with psycopg.connect(embedded.database_url(data_dir), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", [word])
    with closing(redis.Redis.from_url(embedded.redis_url(data_dir))) as broker:
        broker.rpush("words", word)


def remembers(data_dir: Path, word: str) -> bool:
    with psycopg.connect(embedded.database_url(data_dir)) as connection:
        rows = connection.execute("SELECT FROM words WHERE word = %s", [word]).fetchall()
    with closing(redis.Redis.from_url(embedded.redis_url(data_dir), decode_responses=True)) as broker:
        return len(rows) == 1 and broker.lpos("words", word) is not None


def test_data_is_kept_between_runs_and_nothing_is_left_running(data_dir: Path, start_owner: Start) -> None:
    first = start_owner(data_dir)
    first.line()
    remember(data_dir, "hej")
    assert first.end() == 0
    assert working_in(data_dir) == []
    start_owner(data_dir).line()
    assert remembers(data_dir, "hej")


def test_killing_the_owner_ends_the_servers(data_dir: Path, start_owner: Start) -> None:
    owner = start_owner(data_dir)
    owner.line()
    owner.kill()
    assert eventually(lambda: working_in(data_dir) == [])


def test_a_start_right_after_the_owner_was_killed_recovers(data_dir: Path, start_owner: Start) -> None:
    killed = start_owner(data_dir)
    killed.line()
    remember(data_dir, "då")
    killed.kill()
    assert start_owner(data_dir).line() != "shared"
    assert remembers(data_dir, "då")


def test_servers_that_outlived_their_owner_are_replaced(data_dir: Path, start_owner: Start) -> None:
    killed = start_owner(data_dir, "without-the-kernels-help")
    orphans = killed.line()
    remember(data_dir, "god")
    killed.kill()
    assert working_in(data_dir) != []
    assert start_owner(data_dir).line() not in ("shared", orphans)
    assert remembers(data_dir, "god")


def test_killed_servers_are_started_again(data_dir: Path, start_owner: Start) -> None:
    killed = start_owner(data_dir, "without-the-kernels-help")
    pids = killed.line().strip("[]").split(", ")
    killed.kill()
    for pid in pids:
        os.kill(int(pid), signal.SIGKILL)
    assert start_owner(data_dir).line() != "shared"


def test_a_first_start_that_was_interrupted_begins_anew(fresh_dir: Path, start_owner: Start) -> None:
    interrupted = start_owner(fresh_dir)
    assert eventually(lambda: any(fresh_dir.glob("postgres.new-*/PG_VERSION")))
    interrupted.kill()
    assert start_owner(fresh_dir).line() != "shared"
    assert not any(fresh_dir.glob("postgres.new-*"))


def test_the_servers_of_a_living_owner_are_shared_and_left_running(data_dir: Path, start_owner: Start) -> None:
    start_owner(data_dir).line()
    guest = start_owner(data_dir)
    assert guest.line() == "shared"
    assert guest.end() == 0
    remember(data_dir, "dag")


def test_who_comes_while_the_owner_is_starting_waits_for_it(fresh_dir: Path, start_owner: Start) -> None:
    both = [start_owner(fresh_dir), start_owner(fresh_dir)]
    assert sorted(one.line() == "shared" for one in both) == [False, True]


def test_a_guest_becomes_owner_when_the_owner_is_just_leaving(data_dir: Path, start_owner: Start) -> None:
    owner = start_owner(data_dir)
    owner.line()
    owner.stdin.close()
    start_owner(data_dir).line()
    remember(data_dir, "natt")


def test_who_wants_them_alone_is_told_who_has_them(data_dir: Path, start_owner: Start) -> None:
    owner = start_owner(data_dir)
    owner.line()
    refused = start_owner(data_dir, "alone")
    assert f"Process {owner.pid} uses this DATA_DIR" in refused.line()
    assert refused.end() == 1


def test_nobody_else_can_connect(data_dir: Path, start_owner: Start) -> None:
    start_owner(data_dir).line()
    sockets = embedded.socket_dir(data_dir)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (sockets, *sockets.glob("*.sock"))] == [0o700, 0o700]
    assert stat.S_IMODE((sockets / ".s.PGSQL.5432").stat().st_mode) == 0o700
    assert data_dir.stat().st_mode & 0o007 == 0


def test_a_file_in_place_of_the_data_folder_is_told_in_one_line(fresh_dir: Path, start_owner: Start) -> None:
    fresh_dir.touch()
    refused = start_owner(fresh_dir)
    assert refused.read().splitlines() == [
        f"DATA_DIR {fresh_dir} cannot be written to: File exists ({fresh_dir})."
    ]
    assert refused.end() == 1


@as_root
def test_a_data_folder_of_somebody_else_is_told_in_one_line(fresh_dir: Path, start_owner: Start) -> None:
    refused = start_owner(fresh_dir, "as-nobody")
    (line,) = refused.read().splitlines()
    assert "cannot be written to: Permission denied" in line
    assert refused.end() == 1


@as_root
def test_it_runs_as_an_ordinary_user_too(fresh_dir: Path, start_owner: Start) -> None:
    os.chown(fresh_dir.parent, NOBODY, NOBODY)
    start_owner(fresh_dir, "as-nobody").line()
    remember(fresh_dir, "morgon")
    assert {path.stat().st_uid for path in fresh_dir.iterdir()} == {NOBODY}


def test_too_little_space_is_told_in_one_line(fresh_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "SPACE_NEEDED", 2**63)
    with pytest.raises(
        embedded.EmbeddedError, match=r"^The disk of .* is full: \d+ MB are free, \d+ MB are needed\.$"
    ):
        embedded.prepare(fresh_dir)


@as_root
def test_a_disk_that_fills_up_is_told_in_one_line(fresh_dir: Path, start_owner: Start) -> None:
    fresh_dir.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    small = [mount or "false", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(fresh_dir)]
    if not (mount and unmount) or subprocess.run(small, capture_output=True).returncode:
        pytest.skip("mounting is not permitted here")
    try:
        refused = start_owner(fresh_dir, "with-a-full-disk")
        (line,) = refused.read().splitlines()
        assert f"the disk of {fresh_dir} is full" in line
        assert refused.end() == 1
    finally:
        subprocess.run([unmount, "-l", str(fresh_dir)], check=True)
