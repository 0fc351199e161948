"""The SQL of a clean clock-in alone: what the server sends for one is heard, made a script, and run by pgbench.

Each transaction begins a visit of its own: the ids that tell one check-in from another are made by pgbench from the
check-in's number, all other values are the heard ones. So tps is what this PostgreSQL does when SQL is all there is.
"""

import re
import struct
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from psycopg.adapt import Transformer
from psycopg.pq import Format

from app.kernel.embedded_host import programs, server_account
from app.kernel.roles import DatabaseUrls
from bench import seed
from bench.cluster import libpq_url
from bench.load import ServerFailed
from bench.wire import Message

COUNTER_DIGITS = seed.COUNTER_BITS // 4
NUMBER = f"lpad(to_hex(:number::integer), {COUNTER_DIGITS}, '0')"
COUNTING = "\\set turn :turn + 1\n\\set number :client_id * :of_each + :turn\n"
PLACEHOLDER = re.compile(r"\$(\d+)")
TPS = re.compile(r"^tps = ([0-9.]+) ", re.MULTILINE)
DONE = re.compile(r"^number of transactions actually processed: (\d+)/", re.MULTILINE)
THREADS = 2
SHORT, LONG = struct.Struct("!h"), struct.Struct("!i")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it was sent, with `$1` for its first value."""

    text: str
    values: Sequence[object] = ()


@dataclass
class Script:
    """What pgbench runs, and the variables it is given."""

    text: str = COUNTING
    variables: dict[str, str] = field(default_factory=dict)

    def add(self, statement: Statement, *, varying: Collection[UUID]) -> None:
        """Append a statement; `varying` are the ids that another check-in has others for."""

        def written(found: re.Match[str]) -> str:
            value = statement.values[int(found[1]) - 1]
            if value is None:
                return "NULL"
            if value in varying:
                return f"({self._variable(str(value).replace('-', '')[:-COUNTER_DIGITS])} || {NUMBER})"
            return self._variable(f"\\x{value.hex()}" if isinstance(value, bytes) else str(value))

        self.text += PLACEHOLDER.sub(written, " ".join(statement.text.split())) + ";\n"

    def _variable(self, value: str) -> str:
        known = {text: name for name, text in self.variables.items()}
        name = known.get(value) or f"value_{len(self.variables)}"
        self.variables[name] = value
        return f":{name}"


def statements_of(messages: Sequence[Message]) -> Iterator[Statement]:
    """The statements in what a client said, each when it was to be executed."""
    parsed: dict[bytes, tuple[str, Sequence[int]]] = {}
    for kind, body in messages:
        if kind == "Q":
            yield Statement(body.rstrip(b"\0").decode())
        elif kind == "P":
            name, sent, rest = body.split(b"\0", 2)
            parsed[name] = (sent.decode(), struct.unpack(f"!{SHORT.unpack_from(rest)[0]}i", rest[SHORT.size :]))
        elif kind == "B":
            _, name, rest = body.split(b"\0", 2)
            text, types = parsed[name]
            yield Statement(text, tuple(_values(rest, types)))


def run_pgbench(data_dir: Path, urls: DatabaseUrls, script: Script, *, clients: int, of_each: int) -> float:
    """Transactions a second, without the time to connect; `of_each` by each client. Raises ServerFailed."""
    pgbench = programs(data_dir, account=server_account(data_dir)) / "pgbench"
    variables = script.variables | {"turn": "-1", "of_each": str(of_each)}
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script.text)
        file.flush()
        command = [str(pgbench), "--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={THREADS}"]
        command += [f"--transactions={of_each}", f"--file={file.name}"]
        command += [part for name, value in variables.items() for part in ("--define", f"{name}={value}")]
        ran = subprocess.run([*command, libpq_url(urls.runtime)], capture_output=True, text=True, check=False)
    tps, done = TPS.search(ran.stdout), DONE.search(ran.stdout)
    if ran.returncode != 0 or tps is None or done is None or int(done[1]) != clients * of_each:
        raise ServerFailed(f"pgbench: {ran.stdout[-1000:]} {ran.stderr[-1000:]}")
    return float(tps[1])


def _values(rest: bytes, types: Sequence[int]) -> Iterator[object]:
    """The values of a Bind message: formats, then lengths with bytes."""
    read = Transformer()
    formats = struct.unpack_from(f"!{SHORT.unpack_from(rest)[0]}h", rest, SHORT.size)
    at = SHORT.size * (1 + len(formats)) + SHORT.size
    for place, type_of in enumerate(types):
        (length,) = LONG.unpack_from(rest, at)
        at += LONG.size
        if length < 0:
            yield None
            continue
        form = Format(formats[place if len(formats) > 1 else 0]) if formats else Format.TEXT
        yield read.get_loader(type_of, form).load(rest[at : at + length])
        at += length
