"""The stand-in bank as a process of its own: what it refuses, what it answers, what it can be told."""

from zlib import crc32

import pytest

from app.gateways.bank import answers, daifa, pain001
from app.gateways.bank.types import FailureReason, Outcome
from tests.gateways.bank.factories import PAYEES, a_batch, a_line
from tests.standins_bank import running_bank


@pytest.fixture(scope="module")
def bank():
    with running_bank("--max-rows", "5") as client:
        yield client


@pytest.fixture
def batch(request):
    """A batch with numbers of its own, so that tests can share one bank."""
    tag = f"{crc32(request.node.nodeid.encode()):08X}"
    lines = (a_line(serial=f"P{tag}{place}", payee=payee) for place, payee in enumerate(PAYEES))
    return a_batch(*lines, batch_number=f"B{tag}")


def send(bank, batch, **changes):
    content = daifa.write(batch).decode("gb18030")
    for old, new in changes.get("edits", ()):
        assert old in content
        content = content.replace(old, new)
    return bank.post("/batches", content=content.encode("gb18030"))


def tell(bank, path, **what):
    bank.post(f"/_standin/{path}", json=what).raise_for_status()


def outcomes(matched):
    return [line.answer.outcome for line in matched.lines]


def answer_of(bank, batch, encoding="gb18030"):
    content = bank.get(f"/batches/{batch.batch_number}/answer", params={"encoding": encoding})
    return answers.match(answers.read(content.raise_for_status().content), batch=batch)


def returns_of(bank, batch):
    content = bank.get(f"/batches/{batch.batch_number}/returns").raise_for_status().content
    return answers.match_returns(answers.read(content), batch=batch)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_a_batch_is_taken_and_answered(bank, batch, encoding):
    taken = send(bank, batch)

    assert (taken.status_code, taken.json()["message"]) == (201, "受理成功")
    assert taken.json()["total_fen"] == batch.total_fen
    assert outcomes(answer_of(bank, batch, encoding)) == [Outcome.PAID] * 3


REFUSALS = [
    ("笔数,3,", "笔数,2,", "请求交易笔数与明细笔数不符"),
    ("2250.00", "2250.01", "金额合计数不符"),
    ("1,P", "1,", None),
    (",750.00,", ",0.00,", "金额不能为0"),
    (",750.00,", ",750,", "金额格式错误"),
    (",CNY,", ",EUR,", "币种不支持"),
    ("11月亲情护理补助", "补" * 41, "用途超过40个字"),
    ("户名,证件号码", "姓名,证件号码", "标题行不符"),
    ("总金额(元)", "合计", "文件头不符"),
    ("2026-12-04", "2026-13-04", "执行日期格式错误"),
    ("102110000018", "10211000001", "开户行行号格式错误"),
    (",陈玉兰,", ",,", "必填项为空"),
]


@pytest.mark.parametrize(("old", "new", "message"), REFUSALS)
def test_a_file_that_is_wrong_is_refused_whole(bank, batch, old, new, message):
    answer = send(bank, batch, edits=[(old, new)])

    if message is None:  # the control: another serial alone is no mistake
        assert answer.status_code == 201
        return
    assert (answer.status_code, answer.json()["message"]) == (422, message)
    assert send(bank, batch).status_code == 201


def send_message(bank, batch, old="", new=""):
    content = pain001.write(batch).decode()
    assert old in content
    return bank.post("/batches", content=content.replace(old, new).encode())


def test_a_payment_message_is_taken_and_answered_like_the_batch_file(bank, batch):
    taken = send_message(bank, batch)

    assert (taken.status_code, taken.json()["count"], taken.json()["total_fen"]) == (201, 3, batch.total_fen)
    assert outcomes(answer_of(bank, batch)) == [Outcome.PAID] * 3


MESSAGE_REFUSALS = [
    ("<NbOfTxs>3<", "<NbOfTxs>2<", "B004"),
    ("<CtrlSum>2250.00<", "<CtrlSum>2250.01<", "B005"),
    (">750.00<", ">0.00<", "B007"),
    (">750.00<", ">750<", "B012"),
    ('Ccy="CNY"', 'Ccy="EUR"', "B003"),
    ("11月亲情护理补助", "补" * 41, "B011"),
    (">102110000018<", ">10211000001<", "B010"),
    ("<Nm>陈玉兰</Nm>", "<Nm></Nm>", "B009"),
    (">TRF<", ">CHK<", "B002"),
    ("pain.001.001.09", "pain.001.001.03", "B001"),
    ("</CstmrCdtTrfInitn>", "<PmtInf/></CstmrCdtTrfInitn>", "B002"),
]


@pytest.mark.parametrize(("old", "new", "code"), MESSAGE_REFUSALS)
def test_a_message_that_is_wrong_is_refused_whole(bank, batch, old, new, code):
    answer = send_message(bank, batch, old, new)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert send_message(bank, batch).status_code == 201


def test_a_batch_is_not_taken_in_both_forms(bank, batch):
    send_message(bank, batch)

    assert send(bank, batch).json()["message"] == "批号重复"


def test_unreadable_bytes_are_refused(bank):
    assert bank.post("/batches", content=b"\xff\xff").json()["code"] == "B001"


def test_a_batch_number_is_taken_once(bank, batch):
    send(bank, batch)

    assert send(bank, batch).json()["message"] == "批号重复"


def test_more_rows_than_the_bank_takes_are_refused(bank, batch):
    lines = [a_line(serial=f"{batch.lines[0].serial}N{place}") for place in range(6)]

    assert send(bank, a_batch(*lines)).json()["message"] == "单批最多5笔"
    assert send(bank, a_batch(*lines[:5], batch_number=batch.batch_number)).status_code == 201


@pytest.mark.parametrize(("outcome", "status"), [("paid", 422), ("unknown", 422), ("returned", 422), ("failed", 201)])
def test_only_a_failed_payment_is_taken_again_under_its_serial(bank, batch, outcome, status):
    tell(bank, "outcomes", serial=batch.lines[0].serial, outcome=outcome)
    send(bank, batch)

    again = send(bank, a_batch(batch.lines[0], batch_number=f"{batch.batch_number}A"))

    assert again.status_code == status
    assert ("不重复支付" in again.json()["message"]) == (status == 422)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("户名不符", FailureReason.NAME_MISMATCH),
        ("账号不存在", FailureReason.NO_SUCH_ACCOUNT),
        ("账户已销户", FailureReason.ACCOUNT_CLOSED),
        ("账户状态异常", FailureReason.ACCOUNT_ABNORMAL),
        ("账户冻结", FailureReason.ACCOUNT_FROZEN),
        ("行号错误", FailureReason.BAD_BANK_CODE),
        ("收款人类型错误", FailureReason.PAYEE_TYPE),
        ("系统维护", FailureReason.OTHER),
    ],
)
def test_a_partly_failed_batch_says_which_and_why(bank, batch, reason, code):
    tell(bank, "outcomes", serial=batch.lines[1].serial, outcome="failed", reason=reason)
    send(bank, batch)

    matched = answer_of(bank, batch)

    assert outcomes(matched) == [Outcome.PAID, Outcome.FAILED, Outcome.PAID]
    assert matched.lines[1].answer.reason_code is code
    assert matched.lines[1].answer.reason_text == reason


def test_an_outcome_can_be_set_for_an_account(bank, batch):
    line = a_line(serial=batch.lines[0].serial, payee=a_batch().debtor)
    tell(bank, "outcomes", account=line.payee.number, outcome="failed")
    single = a_batch(line, batch_number=batch.batch_number)
    send(bank, single)

    assert outcomes(answer_of(bank, single)) == [Outcome.FAILED]


def test_an_unknown_payment_is_settled_later(bank, batch):
    serial = batch.lines[2].serial
    tell(bank, "outcomes", serial=serial, outcome="unknown")
    send(bank, batch)
    before = answer_of(bank, batch)

    tell(bank, "settle", serial=serial, outcome="paid")

    assert outcomes(before) == [Outcome.PAID, Outcome.PAID, Outcome.UNKNOWN]
    assert before.lines[2].answer.settled_on is None
    assert outcomes(answer_of(bank, batch)) == [Outcome.PAID] * 3


def test_a_paid_payment_can_come_back_in_a_file_of_its_own(bank, batch):
    send(bank, batch)
    nothing_yet = bank.get(f"/batches/{batch.batch_number}/returns")

    tell(bank, "settle", serial=batch.lines[1].serial, outcome="returned", reason="账户已销户")

    assert nothing_yet.status_code == 404
    assert outcomes(answer_of(bank, batch)) == [Outcome.PAID] * 3
    (line,) = returns_of(bank, batch).lines
    assert line.payment == batch.lines[1]
    assert line.answer.reason_code is FailureReason.ACCOUNT_CLOSED


def test_an_answer_can_be_held_back(bank, batch):
    send(bank, batch)
    tell(bank, "hold", batch=batch.batch_number, held=True)
    held = bank.get(f"/batches/{batch.batch_number}/answer")

    tell(bank, "hold", batch=batch.batch_number, held=False)

    assert held.status_code == 404
    assert outcomes(answer_of(bank, batch)) == [Outcome.PAID] * 3


def test_an_unknown_batch_has_no_answer(bank):
    assert bank.get("/batches/NONE/answer").status_code == 404


def test_the_bank_tells_what_it_paid_out(bank, batch):
    before = bank.get("/_standin/state").json()["paid_fen"]
    tell(bank, "outcomes", serial=batch.lines[0].serial, outcome="failed")
    send(bank, batch)

    assert bank.get("/_standin/state").json()["paid_fen"] - before == 150_000


@pytest.mark.parametrize("what", [{}, {"serial": "A"}, {"serial": "A", "outcome": "lost"}, {"outcome": "paid"}, []])
def test_a_control_that_makes_no_sense_is_told(bank, what):
    assert bank.post("/_standin/outcomes", json=what).status_code == 400
