#!/usr/bin/env python
"""Django's commands, with the embedded servers running for those that need them."""

import os
import sys
from contextlib import ExitStack

from django.core.management import execute_from_command_line

from config import embedded, processes

# These need no servers, or (demo) look after them themselves.
WITHOUT_SERVERS = {
    "help",
    "version",
    "check",
    "collectstatic",
    "compilemessages",
    "demo",
    "diffsettings",
    "makemessages",
    "makemigrations",
    "spectacular",
}


def main(arguments: list[str]) -> None:
    """Run a command. Raises SystemExit."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with ExitStack() as stack:
        try:
            start_servers(arguments, stack)
        except embedded.EmbeddedError as error:
            sys.exit(str(error))
        execute_from_command_line(arguments)


def start_servers(arguments: list[str], stack: ExitStack) -> None:
    """Start what the environment gives no address of and the command needs. Raises EmbeddedError."""
    name = next((word for word in arguments[1:2] if not word.startswith("-")), "help")
    wanted = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")
    missing = {variable for variable in wanted if not os.environ.get(variable)}
    folder = embedded.data_dir()
    if name == "demo":
        processes.end_when_told()
    if missing or name == "demo":
        embedded.prepare(folder)
    database, broker = "DATABASE_URL" in missing, "REDIS_URL" in missing
    if (database or broker) and name not in WITHOUT_SERVERS and "--help" not in arguments:
        stack.enter_context(embedded.servers(folder, database=database, broker=broker))


if __name__ == "__main__":
    main(sys.argv)
