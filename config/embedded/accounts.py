"""The system user that PostgreSQL runs as when we are root, which it refuses to be."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from config.processes import Account

NAME = "embedded_postgres"
_READ_AND_PASS = stat.S_IROTH | stat.S_IXOTH


class AccountError(Exception):
    """Say in one line why there is no user to run as."""


def existing(folder: Path) -> Account | None:
    """Find the user for a data folder: its owner, or the one made for this; None if there is none yet."""
    if folder.exists() and (state := folder.stat()).st_uid != 0:
        return Account(state.st_uid, state.st_gid)
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)


def ensure(folder: Path) -> Account | None:
    """Find or add the user to run as, None when we are not root and stay who we are. Raises AccountError."""
    if os.geteuid() != 0:
        return None
    if account := existing(folder):
        return account
    try:
        _add()
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "").strip() or str(error)
        raise AccountError(
            f"PostgreSQL refuses to run as root, and the user {NAME} could not be added ({reason}): "
            "run this as another user, or set DATABASE_URL."
        ) from error
    return existing(folder)


def _add() -> None:
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"  # which `su` leaves out
    shell = shutil.which("nologin", path=path) or "/bin/false"
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/", "--shell", shell]
    program = shutil.which("useradd", path=path) or "useradd"
    subprocess.run([program, *options, NAME], check=True, capture_output=True, text=True)


def let_in(account: Account, folder: Path) -> None:
    """Let the user pass through a folder of ours and those above it. Raises OSError."""
    if folder.stat().st_uid == 0 and not _may_pass(account, folder):
        os.chown(folder, -1, account.gid)
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXGRP)
    let_through(account, folder)


def let_through(account: Account, path: Path) -> None:
    """Let all pass through, not list, the folders above a path if the user could not. Raises OSError."""
    for parent in path.parents:
        if not _may_pass(account, parent):
            parent.chmod(stat.S_IMODE(parent.stat().st_mode) | stat.S_IXOTH)


def let_read(account: Account, tree: Path) -> None:
    """Let all read and run installed programs that a strict umask kept to root. Raises OSError."""
    let_through(account, tree)
    if tree.stat().st_mode & _READ_AND_PASS == _READ_AND_PASS:
        return
    for path in (*tree.rglob("*"), tree):  # the tree itself last: it stands for all that is in it
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _may_pass(account: Account, folder: Path) -> bool:
    state = folder.stat()
    if state.st_uid == account.uid:
        return bool(state.st_mode & stat.S_IXUSR)
    if state.st_gid == account.gid:
        return bool(state.st_mode & stat.S_IXGRP)
    return bool(state.st_mode & stat.S_IXOTH)
