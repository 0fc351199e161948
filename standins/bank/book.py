"""What the stand-in bank remembers: batches, the outcome of each payment, and what it was told to do with them."""

import threading
from dataclasses import dataclass, field

from standins.bank.files import Instruction, Order, Refused, Result, read_batch, write_results
from standins.bank.messages import read_message
from standins.bank.reports import write_report

WORDS = {"paid": "成功", "failed": "失败", "unknown": "处理中", "returned": "退票"}
# Wording follows what banks publish; the codes are this bank's own.
REASON_CODES = {
    "户名不符": "R01",
    "账号不存在": "R02",
    "账户已销户": "R03",
    "账户状态异常": "R04",
    "账户冻结": "R05",
    "行号错误": "R06",
    "收款人类型错误": "R07",
}
DEFAULT_REASON = "户名不符"
DEFAULT_MAX_ROWS = 1000


@dataclass
class Payment:
    order: Order
    reference: str
    outcome: str = "paid"
    reason: str = ""


@dataclass
class Batch:
    instruction: Instruction
    payments: list[Payment]
    held: bool = False


@dataclass
class Book:
    """The bank's memory. Thread-safe; rules set for a serial go before rules set for an account number."""

    max_rows: int = DEFAULT_MAX_ROWS
    hold_new: bool = False
    batches: dict[str, Batch] = field(default_factory=dict)
    rules: dict[str, tuple[str, str]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    paid_out: int = 0

    def accept(self, body: bytes) -> Batch:
        """Take the batch whole, in either form, or raise Refused. What was paid, or may be, is never taken again."""
        with self.lock:
            read = read_message if body.lstrip().startswith(b"<") else read_batch
            instruction = read(body, max_rows=self.max_rows)
            if instruction.number in self.batches:
                raise Refused("B013", "批号重复")
            taken = {payment.order.serial for payment in self._payments() if payment.outcome != "failed"}
            if any(order.serial in taken for order in instruction.orders):
                raise Refused("B014", "流水号已支付或处理中，不重复支付")
            batch = Batch(instruction, [self._pay(order) for order in instruction.orders], held=self.hold_new)
            self.batches[instruction.number] = batch
            return batch

    def tell(self, target: str, *, outcome: str, reason: str) -> None:
        """Fix the outcome of payments to come, by serial or account number."""
        with self.lock:
            self.rules[target] = (outcome, reason)

    def settle(self, serial: str, *, outcome: str, reason: str) -> bool:
        """Change what became of a payment already taken: an unknown one is settled, a paid one comes back."""
        with self.lock:
            found = [payment for payment in self._payments() if payment.order.serial == serial]
            for payment in found[-1:]:
                payment.outcome, payment.reason = outcome, reason
            return bool(found)

    def hold(self, *, held: bool, number: str | None) -> None:
        """Keep answers back: of one batch, or of all there are and will be."""
        with self.lock:
            if number is None:
                self.hold_new = held
            for batch in self.batches.values():
                if number in (None, batch.instruction.number):
                    batch.held = held

    def answer(self, number: str, *, encoding: str) -> bytes | None:
        """The 回盘 file: every payment, a returned one still as paid. None while unknown or held."""
        with self.lock:
            batch = self.batches.get(number)
            if batch is None or batch.held:
                return None
            results = [self._result(payment, batch, as_returned=False) for payment in batch.payments]
            return write_results(number, results, encoding=encoding)

    def status_report(self, number: str) -> bytes | None:
        """The same answer as pain.002. None while unknown or held."""
        with self.lock:
            batch = self.batches.get(number)
            if batch is None or batch.held:
                return None
            return write_report(number, [self._result(each, batch, as_returned=False) for each in batch.payments])

    def returns(self, number: str, *, encoding: str) -> bytes | None:
        """The 退票 file: only what came back. None when nothing did."""
        with self.lock:
            batch = self.batches.get(number)
            returned = [payment for payment in batch.payments if payment.outcome == "returned"] if batch else []
            if batch is None or batch.held or not returned:
                return None
            results = [self._result(payment, batch, as_returned=True) for payment in returned]
            return write_results(number, results, encoding=encoding)

    def paid_fen(self) -> int:
        """What left the payer's account and has not come back."""
        with self.lock:
            return sum(payment.order.amount_fen for payment in self._payments() if payment.outcome == "paid")

    def _payments(self) -> list[Payment]:
        return [payment for batch in self.batches.values() for payment in batch.payments]

    def _pay(self, order: Order) -> Payment:
        outcome, reason = self.rules.get(order.serial) or self.rules.get(order.account) or ("paid", "")
        self.paid_out += 1
        return Payment(order, reference=f"BK{self.paid_out:010d}", outcome=outcome, reason=reason)

    def _result(self, payment: Payment, batch: Batch, *, as_returned: bool) -> Result:
        outcome = payment.outcome
        if outcome == "returned" and not as_returned:
            outcome = "paid"
        reason = payment.reason or DEFAULT_REASON if outcome in ("failed", "returned") else ""
        return Result(
            order=payment.order,
            word=WORDS[outcome],
            reference=payment.reference,
            reason_code=REASON_CODES.get(reason, "R99") if reason else "",
            reason=reason,
            settled_on=None if outcome == "unknown" else batch.instruction.execute_on,
        )
