"""A bad network between phones and server, a process of its own: `python -m tests.storm.proxy --upstream PORT`.

What becomes of a request follows from the seed and the number that its phone gave it, whatever others send meanwhile.
"""

import argparse
import asyncio
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

NUMBER = "storm-number"  # of a request: "<phone> <count>"
CONTROL = "/_proxy"
END_OF_HEAD = b"\r\n\r\n"
PATIENCE_S = 20.0
LONGEST_DELAY_S = 0.08
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Fault(StrEnum):
    """What a network does to a request. The last two no network does: they are for controls."""

    CUT = "cut"  # before the request arrives
    HALF = "half"  # in the middle of the request
    BUSY = "busy"  # a gateway answers that nobody is there
    DELAY = "delay"
    DOUBLE = "double"  # it arrives twice at one moment
    PARK = "park"  # its phone hears nothing, and it arrives after later ones
    LEAVE = "leave"  # cut while the server works
    DROP = "drop"  # the answer alone is lost, after all is done
    TORN = "torn"  # in the middle of the answer
    ALTER = "alter"
    LIE = "lie"  # a made-up answer: all is stored


FAULTS = tuple(Fault)
Answer = bytes | None


@dataclass(frozen=True)
class Request:
    """One request as it was read."""

    method: str
    path: str
    headers: tuple[str, ...]
    body: bytes

    @property
    def number(self) -> str:
        """What its phone called it."""
        named = (line.partition(":") for line in self.headers)
        return next((value.strip() for name, _, value in named if name.lower() == NUMBER), "")

    def wire(self) -> bytes:
        """As the server is to read it: one request a connection."""
        kept = [line for line in self.headers if line.lower().partition(":")[0] not in ("connection", NUMBER)]
        head = [f"{self.method} {self.path} HTTP/1.1", *kept, "Connection: close"]
        return "\r\n".join(head).encode() + END_OF_HEAD + self.body


@dataclass
class Network:
    """The faults and what waits in the network."""

    upstream: int
    seed: str = ""
    shares: dict[Fault, float] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    parked: defaultdict[str, list[tuple[int, Request]]] = field(default_factory=lambda: defaultdict(list))
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, which is one request."""
        try:
            request = await read_request(reader)
            answer = await (self.control(request) if request.path.startswith(CONTROL) else self.carry(request))
            if answer is not None:
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            self.counts["broken"] += 1
        finally:
            writer.close()

    async def control(self, request: Request) -> bytes:
        """`storm` begins one, `heal` ends it; `flush` lets go what waits. All answer what was done so far."""
        said = json.loads(request.body or b"{}")
        if request.path == f"{CONTROL}/storm":
            self.counts.clear()
        if request.path != f"{CONTROL}/flush":
            self.seed = said.pop("seed", "")
            self.shares = {Fault(name): share for name, share in said.items()}
        for name in list(self.parked):
            self.release(name, beyond=None)
        while self.tasks:
            await asyncio.wait(self.tasks)
        return made_up(200, self.counts)

    async def carry(self, request: Request) -> Answer:
        """What its phone gets to see: an answer, a part of one, or nothing."""
        dice = random.Random(f"{self.seed}:{request.number}")
        fault = self.fault_of(dice)
        self.counts[fault or "pass"] += 1
        answer = await (getattr(self, f"_{fault}")(request, dice) if fault else self.ask(request))
        phone, count = phone_and_count(request)
        self.release(phone, beyond=count)
        return answer

    def fault_of(self, dice: random.Random) -> Fault | None:
        drawn, beyond = dice.random(), 0.0
        for fault in FAULTS:
            beyond += self.shares.get(fault, 0.0)
            if drawn < beyond:
                return fault
        return None

    async def _cut(self, _: Request, __: random.Random) -> Answer:
        return None

    async def _half(self, request: Request, dice: random.Random) -> Answer:
        return await self.ask(request, part=dice.random())

    async def _busy(self, _: Request, __: random.Random) -> Answer:
        return BUSY

    async def _delay(self, request: Request, dice: random.Random) -> Answer:
        await asyncio.sleep(dice.uniform(0.0, LONGEST_DELAY_S))
        return await self.ask(request)

    async def _double(self, request: Request, dice: random.Random) -> Answer:
        return dice.choice(await asyncio.gather(self.ask(request), self.ask(request)))

    async def _park(self, request: Request, dice: random.Random) -> Answer:
        phone, count = phone_and_count(request)
        self.parked[phone].append((count + dice.randint(1, 2), request))
        return None

    async def _leave(self, request: Request, dice: random.Random) -> Answer:
        self.begin(self.ask(request))
        await asyncio.sleep(dice.uniform(0.0, LONGEST_DELAY_S / 4))
        return None

    async def _drop(self, request: Request, _: random.Random) -> Answer:
        await self.ask(request)
        return None

    async def _torn(self, request: Request, dice: random.Random) -> Answer:
        answer = await self.ask(request)
        return answer and answer[: dice.randrange(len(answer))]

    async def _alter(self, request: Request, _: random.Random) -> Answer:
        return await self.ask(replace(request, body=request.body.replace(b'"minutes":20', b'"minutes":21')))

    async def _lie(self, request: Request, _: random.Random) -> Answer:
        return believed(request)

    async def ask(self, request: Request, *, part: float = 1.0) -> Answer:
        """The server's answer; with a part of a request the connection is cut."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        try:
            wire = request.wire()
            writer.write(wire[: int(len(wire) * part)])
            await writer.drain()
            if part < 1.0:
                return None
            return await asyncio.wait_for(reader.read(), PATIENCE_S) or None
        except (OSError, TimeoutError):
            self.counts["broken"] += 1
            return None
        finally:
            writer.close()

    def release(self, phone: str, *, beyond: int | None) -> None:
        """Let go what waits for requests of this phone up to this one, or all."""
        waiting = self.parked.pop(phone, [])
        for due, request in waiting:
            if beyond is None or due <= beyond:
                self.begin(self.ask(request))
            else:
                self.parked[phone].append((due, request))

    def begin(self, work: Coroutine[Any, Any, Any]) -> None:
        """Go on with it though nobody waits for it."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


async def read_request(reader: asyncio.StreamReader) -> Request:
    """A request with its body, of which the length is told."""
    head = (await reader.readuntil(END_OF_HEAD)).decode("latin-1")
    first, *headers = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    lengths = [line.partition(":")[2] for line in headers if line.lower().startswith("content-length:")]
    body = await reader.readexactly(int(lengths[0])) if lengths else b""
    return Request(method, path, tuple(headers), body)


def phone_and_count(request: Request) -> tuple[str, int]:
    phone, _, count = request.number.rpartition(" ")
    return phone, int(count or 0)


def made_up(status: int, content: object) -> bytes:
    """An answer of the proxy's own."""
    body = json.dumps(content).encode()
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close"
    return head.encode() + END_OF_HEAD + body


def believed(request: Request) -> bytes:
    """The answer a phone wants to hear."""
    records = json.loads(request.body or b"{}").get("records")
    return made_up(200, {"answers": [{"status": 201} for _ in records]}) if records else made_up(201, {})


async def serve(upstream: int) -> None:
    """Say the address and go on until ended."""
    network = Network(upstream)
    server = await asyncio.start_server(network.handle, "127.0.0.1", 0, limit=1 << 20)
    sys.stdout.write(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--upstream", type=int, required=True)
    asyncio.run(serve(parser.parse_args().upstream))
