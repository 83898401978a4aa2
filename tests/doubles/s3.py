"""A real S3 server on ports of its own, for as long as the tests last."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

BUCKET = "receipts"
KEYS = {"AWS_ACCESS_KEY_ID": "a-key", "AWS_SECRET_ACCESS_KEY": "a-secret-of-tests"}
PORTS = (
    "master.port", "master.port.grpc", "volume.port", "volume.port.grpc",
    "filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc", "admin.port", "admin.port.grpc",
)  # fmt: skip
OFF = ("-webdav=false", "-admin.ui=false", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0")
PATIENCE_SECONDS = 30


@contextmanager
def s3_server() -> Iterator[str]:
    """Run a server with one empty bucket; yield its URL."""
    ports = _free_ports(len(PORTS))
    url = f"http://127.0.0.1:{ports[PORTS.index('s3.port')]}"
    program = str(Path(sys.executable).with_name("weed"))
    with tempfile.TemporaryDirectory(prefix="tf-s3-") as folder, (Path(folder) / "log").open("wb") as log:
        command = [program, "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *OFF]
        command += [f"-{name}={port}" for name, port in zip(PORTS, ports, strict=True)]
        env = os.environ | KEYS | {"S3_BUCKET": BUCKET}
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=log)
        try:
            _wait(url, process, Path(folder) / "log")
            yield url
        finally:
            process.kill()  # nothing of it is needed any more
            process.wait()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    found = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return found


def client(url: str) -> Any:
    """Return a client of the server."""
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="eu-north-1",
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until it takes a file."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    bucket = client(url)
    while True:
        try:
            bucket.put_object(Bucket=BUCKET, Key="probe", Body=b"ok")
            bucket.delete_object(Bucket=BUCKET, Key="probe")
            return
        except (BotoCoreError, ClientError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(log.read_text(errors="replace")[-2000:]) from None
            time.sleep(0.1)


def fetch(url: str) -> tuple[int, Any, bytes]:
    """Follow an address without saying who asks."""
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 (the test's own server)
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read()


def put(upload: dict[str, Any], body: bytes, **changed: str) -> int:
    """Send a file to the address that an app was given."""
    headers = upload["headers"] | changed
    request = urllib.request.Request(upload["url"], body, headers, method="PUT")  # noqa: S310
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
