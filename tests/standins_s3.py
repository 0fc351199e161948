"""A server that speaks S3 and checks signatures, as a process of its own: started once, with a user and a bucket."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import boto3
import pytest

from app.kernel.outside import S3Access

BUCKET = "anhu-photos"
REGION = "us-east-1"
MAY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
OPEN_CALLS = "4"  # those below that make the user and the bucket; from then on each is signed by the user


@dataclass(frozen=True)
class S3Server:
    """Where it is, and who may use it."""

    url: str
    key_id: str
    secret: str

    def access(self, **changed: str) -> S3Access:
        given = {"bucket": BUCKET, "region": REGION, "key_id": self.key_id, "secret": self.secret} | changed
        return S3Access(endpoint=given.pop("endpoint", self.url), **given)

    def settings(self, **changed: str) -> dict[str, str]:
        """The environment that names this server."""
        access = self.access(**changed)
        return {
            "ANHU_S3_ENDPOINT": access.endpoint,
            "ANHU_S3_BUCKET": access.bucket,
            "ANHU_S3_REGION": access.region,
            "ANHU_S3_KEY_ID": access.key_id,
            "ANHU_S3_SECRET": access.secret,
        }

    def object_names(self) -> list[str]:
        found = self._client("s3", self.key_id, self.secret).list_objects_v2(Bucket=BUCKET)
        return [each["Key"] for each in found.get("Contents", ())]

    def _client(self, service: str, key_id: str, secret: str):
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=key_id, aws_secret_access_key=secret
        )


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        env=os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": OPEN_CALLS},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, port)
        yield _with_user(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the S3 server did not start")


def _with_user(url: str) -> S3Server:
    nobody = S3Server(url, "nobody", "nothing")
    users = nobody._client("iam", "nobody", "nothing")
    users.create_user(UserName="anhu")
    users.put_user_policy(UserName="anhu", PolicyName="photos", PolicyDocument=MAY)
    key = users.create_access_key(UserName="anhu")["AccessKey"]
    nobody._client("s3", "nobody", "nothing").create_bucket(Bucket=BUCKET)
    return S3Server(url, key["AccessKeyId"], key["SecretAccessKey"])
