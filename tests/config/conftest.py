"""Data folders of their own, and commands that end with the test."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.config.processes import Running, Start, environment, eventually, python, working_in


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """A data folder for all tests of a file: making a database takes half a second."""
    with _folder() as folder:
        yield folder


@pytest.fixture
def fresh_dir() -> Iterator[Path]:
    """A data folder that is still to be made."""
    with _folder() as folder:
        yield folder


@pytest.fixture
def start_owner() -> Iterator[Start]:
    """Start somebody who uses the servers of a data folder until told to end."""
    folders = set[Path]()
    with ExitStack() as started:

        def start(data_dir: Path, *options: str, **env: str) -> Running:
            owner = python("-m", "tests.config.owner", data_dir, *options, env=environment(data_dir, **env))
            started.callback(owner.close)
            folders.add(data_dir)
            return owner

        yield start
    assert eventually(lambda: not any(map(working_in, folders)))


@contextmanager
def _folder() -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="tf-", dir="/tmp"))  # a short path: it holds sockets
    try:
        yield parent / "data"
        assert eventually(lambda: working_in(parent) == [])
    finally:
        shutil.rmtree(parent)
