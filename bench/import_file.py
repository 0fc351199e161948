"""A file of new clients, sent to the real server and written by the real worker."""

import random
import time
from datetime import date, timedelta

import httpx

from app.imports.columns import CLIENTS
from app.kernel.codes import RESIDENT_ID_CHECKS, RESIDENT_ID_WEIGHTS
from app.kernel.sheets import write_csv
from bench import seed
from bench.load import ServerFailed
from bench.staff import Json, answer_of, wait_until

PATH = "/imports"
RUNNING = ("queued", "running")
FIRST_BIRTH = date(1935, 1, 1)
A_BIRTHDAY = 900  # ID numbers of one day of birth: their serial has three digits
ENTITLED_FOR = timedelta(days=360)


def clients_file(count: int, *, agency_code: str, today: date) -> bytes:
    """A CSV of `count` people nobody has entered before, each with home, agreement and entitlement."""
    rows = [[column.heading for column in CLIENTS]]
    for number in range(count):
        row = {column.field: column.example for column in CLIENTS} | {
            "number": _id_number(number),
            "name": f"量测{number:06}",
            "phone": f"139{number:08}",
            "district_code": seed.DISTRICT,
            "street_code": "",
            "address": f"量测路{number}号",
            "latitude": f"{seed.SOUTH + random.random() / 3:.6f}",
            "longitude": f"{seed.WEST + random.random() / 3:.6f}",
            "agency_code": agency_code,
            "agreed_from": str(today),
            "agreed_to": "",
            "concluded_on": str(today),
            "entitled_to": str(today + ENTITLED_FOR),
        }
        rows.append([row[column.field] for column in CLIENTS])
    return write_csv(rows)


def measure_import(http: httpx.Client, content: bytes, *, rows: int, within_s: float) -> float:
    """Seconds from sending the file to `written`. Raises ServerFailed unless every row went in."""
    began = time.perf_counter()
    sent = answer_of(http.post(PATH, params={"kind": "clients", "mode": "all_or_nothing"}, content=content))
    run = wait_until(lambda: answer_of(http.get(f"{PATH}/{sent['id']}")), _is_over, within_s=within_s)
    took = time.perf_counter() - began
    if run["state"] != "written" or run["good"] != rows:
        reasons = answer_of(http.get(f"{PATH}/{sent['id']}/reasons", params={"limit": 3}))
        raise ServerFailed(f"the import ended as {run}: {reasons}")
    return took


def _is_over(run: Json) -> bool:
    return run["state"] not in RUNNING


def _id_number(number: int) -> str:
    born_on = FIRST_BIRTH + timedelta(days=number // A_BIRTHDAY)
    body = f"120101{born_on:%Y%m%d}{number % A_BIRTHDAY:03}"
    total = sum(weight * int(digit) for weight, digit in zip(RESIDENT_ID_WEIGHTS, body, strict=True))
    return body + RESIDENT_ID_CHECKS[total % 11]
