"""Reading settings from the environment."""

import os
import secrets
from pathlib import Path


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


def secret_key(data_dir: Path) -> str:
    """Read SECRET_KEY; without one make it once and keep it in the data folder, which suits one machine."""
    if key := env("SECRET_KEY"):
        return key
    path = data_dir / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()
