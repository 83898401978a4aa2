"""Who PostgreSQL runs as when we are root, and how little has to be opened for that."""

import os
import stat
from pathlib import Path

import pytest

from config.embedded import accounts
from config.processes import Account

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to be somebody else")
SOMEBODY = Account(64001, 64001)


def mode(path: Path) -> str:
    return stat.filemode(path.stat().st_mode)


def test_closed_folders_are_opened_for_passing_only(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "project" / "data"
    folder.mkdir(parents=True)
    for closed in (folder.parents[1], folder.parent, folder):
        closed.chmod(0o700)
    accounts.let_in(SOMEBODY, folder)
    assert mode(folder.parent) == mode(folder.parents[1]) == "drwx-----x"


def test_the_data_folder_is_opened_to_that_user_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    accounts.let_in(SOMEBODY, folder)
    assert (mode(folder), folder.stat().st_uid, folder.stat().st_gid) == ("drwx--x---", 0, SOMEBODY.gid)


def test_open_folders_stay_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "srv" / "data"
    folder.mkdir(parents=True)
    for opened in (folder.parent, folder):
        opened.chmod(0o755)
    accounts.let_in(SOMEBODY, folder)
    assert (mode(folder.parent), mode(folder), folder.stat().st_gid) == ("drwxr-xr-x", "drwxr-xr-x", 0)


def test_programs_installed_under_a_strict_umask_are_opened(tmp_path: Path) -> None:
    program, data = tmp_path / "tree" / "bin" / "postgres", tmp_path / "tree" / "share"
    program.parent.mkdir(parents=True)
    for path, bits in ((program, 0o700), (data, 0o600)):
        path.touch()
        path.chmod(bits)
    for folder in (program.parent, program.parents[1]):
        folder.chmod(0o700)
    accounts.let_read(SOMEBODY, tmp_path / "tree")
    assert [mode(path) for path in (program.parents[1], program.parent, program, data)] == [
        "drwx---r-x",
        "drwx---r-x",
        "-rwx---r-x",
        "-rw----r--",
    ]


def test_the_owner_of_existing_data_goes_on_looking_after_it(tmp_path: Path) -> None:
    os.chown(tmp_path, SOMEBODY.uid, SOMEBODY.gid)
    assert accounts.ensure(tmp_path) == SOMEBODY


def test_a_machine_that_can_add_no_users_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "NAME", "not a possible name")
    with pytest.raises(
        accounts.AccountError, match=r"^PostgreSQL refuses to run as root, and .* set DATABASE_URL\.$"
    ):
        accounts.ensure(tmp_path)
