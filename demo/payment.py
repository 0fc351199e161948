"""From a month of care days to booked payments: computed, prepared, approved by a second person, sent, answered."""

from dataclasses import dataclass
from datetime import date

from demo.client import Json
from demo.installation import REGIONS
from demo.invented import BANK_CODE, BANK_NAME, bank_account
from demo.staff import Staff
from demo.world import MONTH, World

PAID_ON = date(2026, 11, 3)
EXECUTE_ON = date(2026, 11, 5)
ANSWERED_ON = date(2026, 11, 6)
FILES = {"daifa": "代发.csv", "pain001": "pain001.xml"}
FORMS = {"tianjin": "daifa", "huaian": "pain001"}  # a bank gets a batch in one form only
ANSWERS = {"tianjin": "answer", "huaian": "status-report"}  # a 回盘 file, and pain.002
PAYING_ACCOUNT = 90000


@dataclass(frozen=True)
class Sent:
    """A batch that was approved and frozen, and where its file for the bank lies."""

    batch: Json
    file: str

    @property
    def path(self) -> str:
        """The batch's address."""
        return f"/payout-batches/{self.batch['id']}"


def name_paying_account(staff: Staff, *, number: int) -> None:
    """The fund's account that payouts leave."""
    account = {
        "number": bank_account(PAYING_ACCOUNT + number),
        "name": f"示例{REGIONS[staff.region]}长期护理保险基金支出户",
        "bank_code": BANK_CODE,
        "bank_name": BANK_NAME,
    }
    staff.admin.post("/paying-accounts", account)


def send(world: World, staff: Staff) -> Sent:
    """Compute the month's subsidies and put them into one batch that a second person approves; fetch its file."""
    computed = _compute(world, staff)
    world.say(f"{REGIONS[staff.region]}：已计算 {computed['computed']} 份亲情护理补助 Subsidies are computed")
    _review(world, staff)
    return send_unpaid(world, staff, execute_on=EXECUTE_ON)


def send_unpaid(world: World, staff: Staff, *, execute_on: date) -> Sent:
    """Put what may be paid of the month and is not into one batch that a second person approves; fetch its file."""
    order = {"month": MONTH.isoformat(), "execute_on": execute_on.isoformat()}
    prepared = staff.preparer.post("/payout-batches", order)
    (batch,) = prepared["batches"]
    sent_path = f"/payout-batches/{batch['id']}"
    approval = {"digest": batch["digest"]}
    refusal = staff.preparer.refused(f"{sent_path}/approval", approval, status=403)
    world.say(f"制单人想自己复核，被拒绝 The preparer may not approve: {refusal['code']} {refusal['message']}")
    staff.approver.post(f"{sent_path}/approval", approval)
    staff.preparer.post(f"{sent_path}/freeze")
    world.say(f"批次 {batch['number']}：{batch['count']} 笔，第二人已复核，已冻结 Approved by a second person, frozen")
    return Sent(batch, _fetch(world, staff, batch, kind=FORMS[staff.region]))


def _compute(world: World, staff: Staff) -> Json:
    """Ask for the month and wait until the worker has done it."""
    asked = staff.preparer.post("/subsidies/computations", {"month": MONTH.isoformat()})
    path = f"/subsidies/computations/{asked['id']}"
    return world.wait_for(lambda: staff.preparer.get(path), until=lambda run: run["state"] == "done")


def _review(world: World, staff: Staff) -> None:
    """The reviewer accepts at once what the rules notice nothing about, and looks at each other month himself."""
    together = staff.reviewer.post("/subsidies/reviews/unflagged", {"month": MONTH.isoformat()})
    flagged = staff.reviewer.list("/subsidies/reviews", month=MONTH.isoformat(), standing="waiting")
    for month in flagged:
        decision = {"decision": "accepted", "reason": "confirmed_by_phone"}
        staff.reviewer.post(f"/subsidies/{month['id']}/reviews", decision)
    codes = "、".join(sorted({flag["code"] for month in flagged for flag in month["flags"]})) or "-"
    world.say(
        f"{REGIONS[staff.region]}：规则无提示的 {together['accepted']} 份一并通过，有提示的 {len(flagged)} 份逐份审核 "
        f"Months are reviewed, the flagged ones one by one: {codes}"
    )


def _fetch(world: World, staff: Staff, batch: Json, *, kind: str) -> str:
    answer = staff.preparer.fetch(f"/payout-batches/{batch['id']}/files/{kind}")
    target = world.output / f"{staff.region}-{batch['number']}-{FILES[kind]}"
    target.write_bytes(answer.content)
    return str(target)


def carry_to_bank(world: World, sent: Sent) -> None:
    """Hand the file in at the stand-in bank."""
    with open(sent.file, "rb") as file:
        taken = world.bank.post("/batches", content=file.read())
    taken.raise_for_status()
    world.say(f"文件已交银行 The bank took the file: {taken.json()['message']}，{taken.json()['count']} 笔")


def book_answer(world: World, staff: Staff, sent: Sent, *, on: date = ANSWERED_ON) -> None:
    """Fetch the bank's answer (回盘) once it has executed the batch and book it; a second person confirms it."""
    world.move_to(on, 10)
    answer = world.bank.get(f"/batches/{sent.batch['number']}/{ANSWERS[staff.region]}").raise_for_status()
    name = "回盘.csv" if answer.headers["Content-Type"].startswith("text/csv") else "pain002.xml"
    (world.output / f"{staff.region}-{sent.batch['number']}-{name}").write_bytes(answer.content)
    booked = staff.preparer.upload(f"{sent.path}/answers", answer.content, kind=answer.headers["Content-Type"])
    told = "，".join(f"{each['outcome']} {each['count']}" for each in booked["outcomes"])
    world.say(f"{REGIONS[staff.region]}：回盘已入账 The answer is booked: {told}")
    _confirm(world, staff, sent, form=ANSWERS[staff.region])


def confirm_returns(world: World, staff: Staff, sent: Sent) -> None:
    """A second person confirms what the bank returned: from then on it may be paid again."""
    _confirm(world, staff, sent, form="returns")


def _confirm(world: World, staff: Staff, sent: Sent, *, form: str) -> None:
    """The approver holds an uploaded file that frees money beside the bank's own, and confirms it."""
    for file in staff.approver.get(sent.path)["files"]:
        if file["unconfirmed"]:
            received = f"{sent.path}/answers/{file['id']}"
            theirs = world.bank.get(f"/batches/{sent.batch['number']}/{form}")
            if staff.approver.fetch(received).content == theirs.raise_for_status().content:
                staff.approver.post(f"{received}/confirmation")
                world.say("第二人已确认回盘，未付成的可重新发放 A second person confirmed the answer")


def come_back(world: World, staff: Staff, sent: Sent, *, account: int) -> None:
    """Days after "paid" the bank returns a payment (退票), and its file is booked."""
    tail = bank_account(account)[-4:]
    (payout,) = (each for each in staff.preparer.list(f"{sent.path}/payouts") if each["payee_account"].endswith(tail))
    return_payout(world, staff, sent, serial=payout["serial"])


def return_payout(world: World, staff: Staff, sent: Sent, *, serial: str) -> None:
    """The bank returns this payment, and its file is booked."""
    settle_unknown(world, serial=serial, outcome="returned", reason="账户已销户")
    returns = world.bank.get(f"/batches/{sent.batch['number']}/returns").raise_for_status()
    staff.preparer.upload(f"{sent.path}/returns", returns.content)
    world.say(f"{REGIONS[staff.region]}：1 笔在“已付”后退回 One payment came back after it was paid")


def tell_bank(world: World, *, account: int, outcome: str, reason: str = "") -> None:
    """Fix what the stand-in bank will do with payments to an account."""
    order = {"account": bank_account(account), "outcome": outcome, "reason": reason}
    world.bank.post("/_standin/outcomes", json=order).raise_for_status()


def settle_unknown(world: World, *, serial: str, outcome: str, reason: str = "") -> None:
    """Let the bank find out what became of a payment it did not know about."""
    told = {"serial": serial, "outcome": outcome, "reason": reason}
    world.bank.post("/_standin/settle", json=told).raise_for_status()
