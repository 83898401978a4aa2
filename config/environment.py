"""Reading settings from the environment."""

import os


def env(name: str, default: str = "") -> str:
    """Read a text; set but empty counts as unset."""
    return os.environ.get(name) or default


def env_int(name: str, default: int) -> int:
    """Read a whole number."""
    return int(env(name, str(default)))


def env_bool(name: str, default: bool = False) -> bool:
    """Read `true` or `false`."""
    return env(name, str(default)).lower() in ("1", "true", "yes", "on")


def env_list(name: str, default: str = "") -> list[str]:
    """Read a comma-separated list."""
    return [part.strip() for part in env(name, default).split(",") if part.strip()]
