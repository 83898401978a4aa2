"""Where the embedded servers are, which settings compute without starting them."""

import tempfile
from pathlib import Path

import dj_database_url
import pytest
import redis

from config import embedded

FOLDERS = ["/srv/tillfalle", "/home/Åsa/My Data, 100%?#", "/Users/Bo/CAPITALS_and-dots.d", "/srv/" + "long/" * 30]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_addresses_are_read_back_as_they_were_meant(folder: str) -> None:
    sockets = str(embedded.socket_dir(Path(folder)))
    database = dj_database_url.parse(embedded.database_url(Path(folder)))
    assert (database["HOST"], database["NAME"], database["USER"]) == (sockets, "tillfalle", "postgres")
    with redis.Redis.from_url(embedded.redis_url(Path(folder))) as broker:
        assert broker.connection_pool.connection_kwargs["path"] == f"{sockets}/valkey.sock"


def test_sockets_are_among_the_data() -> None:
    assert embedded.socket_dir(Path("/srv/tillfalle")) == Path("/srv/tillfalle/run")


@pytest.mark.parametrize("folder", [FOLDERS[1], FOLDERS[3]])
def test_a_path_that_no_socket_can_have_is_replaced_by_a_short_one(folder: str) -> None:
    sockets = embedded.socket_dir(Path(folder))
    assert sockets.parent == Path(tempfile.gettempdir()).resolve()
    assert sockets != embedded.socket_dir(Path(folder) / "other")
