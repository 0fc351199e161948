"""Any batch goes out, through the bank and back without losing or changing a payment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateways.bank import answers, daifa, pain001
from app.gateways.bank.problems import AnswerFileRejected, BatchNotWritable
from app.gateways.bank.types import MAX_AMOUNT_FEN, Account, Outcome
from standins.bank.book import Book
from standins.bank.files import read_batch
from tests.gateways.bank.factories import a_batch, a_line, an_account

SCHEMA = pain001.load_schema()

references = st.text("ABCXYZ0189", min_size=1, max_size=35)
# What can be written, of every plane, with separators and formula signs inside.
writable = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"]), max_size=38)
tricky = st.text("陈玉兰·䶮𠮷,\"; '=-A1", max_size=38)
names = st.one_of(writable.map("陈{}兰".format), tricky.map("陈{}兰".format))
accounts = st.builds(
    Account,
    number=st.text("0123456789", min_size=5, max_size=34),
    name=names,
    bank_code=st.text("0123456789", min_size=12, max_size=12),
    bank_name=st.none() | names,
)


@st.composite
def batches(draw):
    serials = draw(st.lists(references, min_size=1, max_size=8, unique=True))
    lines = [
        a_line(
            serial=serial,
            payee=draw(accounts),
            amount_fen=draw(st.integers(1, MAX_AMOUNT_FEN)),
            purpose=draw(names),
        )
        for serial in serials
    ]
    return a_batch(*lines, batch_number=draw(references))


@given(batch=batches(), data=st.data())
def test_every_payment_comes_back_with_the_outcome_the_bank_gave_it(batch, data):
    book = Book()
    chosen = {line.serial: data.draw(st.sampled_from(["paid", "failed", "unknown"])) for line in batch.lines}
    for serial, outcome in chosen.items():
        book.tell(serial, outcome=outcome, reason="")

    book.accept(daifa.write(batch))
    encoding = data.draw(st.sampled_from(["gb18030", "utf-8", "utf-8-sig"]))
    matched = answers.match(answers.read(book.answer(batch.batch_number, encoding=encoding)), batch=batch)

    assert {line.payment.serial: line.answer.outcome.value for line in matched.lines} == chosen
    assert matched.total_fen(Outcome.PAID) == book.paid_fen()


@given(name=st.text(min_size=1, max_size=40))
def test_any_name_is_written_exactly_or_refused_by_both_writers_alike(name):
    batch = a_batch(a_line(payee=an_account(name=name)))

    try:
        content = daifa.write(batch)
    except BatchNotWritable:
        with pytest.raises(BatchNotWritable):
            pain001.write(batch)
        return

    assert read_batch(content, max_rows=1).orders[0].name == name
    assert pain001.check(pain001.write(batch), schema=SCHEMA) == []


@given(batch=batches())
def test_what_the_batch_file_takes_is_a_valid_message_too(batch):
    assert pain001.check(pain001.write(batch), schema=SCHEMA) == []


@given(batch=batches(), data=st.data())
def test_whatever_bytes_are_uploaded_the_file_is_refused_or_agrees_with_the_batch(batch, data):
    book = Book()
    book.accept(daifa.write(batch))
    answer = bytearray(book.answer(batch.batch_number, encoding="gb18030"))
    for _ in range(data.draw(st.integers(0, 3))):
        answer[data.draw(st.integers(0, len(answer) - 1))] = data.draw(st.integers(0, 255))

    try:
        matched = answers.match(answers.read(bytes(answer)), batch=batch)
    except AnswerFileRejected:
        return
    assert [line.payment for line in matched.lines] == list(batch.lines)


@pytest.mark.parametrize("data", [b"\x00" * 100, b'"', "批号,B,笔数,1,总金额(元),1.00\r\n".encode() * 3])
def test_hostile_bytes_are_refused_and_nothing_else(data):
    with pytest.raises(AnswerFileRejected):
        answers.read(data)


@given(data=st.binary(max_size=300))
def test_any_bytes_are_refused_and_nothing_else(data):
    with pytest.raises(AnswerFileRejected):
        answers.read(data)
