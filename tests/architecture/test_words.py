"""What people read follows the glossary: a sentence for every code, and no word that blames or puzzles a carer."""

import re
from collections.abc import Iterable
from enum import StrEnum
from importlib.resources import files

import pytest

from app.checkin.types import ExceptionCode
from app.gateways.bank.types import FailureReason
from app.kernel.http.problems import LANGUAGES, catalogue
from app.kernel.http.told import told
from app.payouts.messages import MessageKind
from app.payouts.types import FREED_STATES, DayRule, PayoutState
from app.policies.entry_codes import IntakeBody

# A payment is told by why it is not paid, or where it stands; one taken back is not told.
NOT_TOLD = {*FREED_STATES, "cancelled"}
PAYOUT_CODES = (*(each for each in PayoutState if each.value not in NOT_TOLD), *FailureReason)
# Words of control rooms, and names that people do not want to be called by.
BANNED = re.compile("异常|违规|围栏|同步|非法|作弊|补贴|老人|失败")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("exceptions", ExceptionCode),
        ("days", DayRule),
        ("messages", MessageKind),
        ("payouts", PAYOUT_CODES),
        ("counters", IntakeBody),
    ],
)
def test_every_code_has_its_sentence_and_no_other(language: str, kind: str, codes: Iterable[StrEnum]):
    assert set(told(language)[kind]) == {code.value for code in codes}


def test_no_sentence_holds_a_word_that_is_not_for_phones():
    sentences = [*catalogue("zh-CN").values(), *(line for lines in told("zh-CN").values() for line in lines.values())]

    assert [line for line in sentences if BANNED.search(line)] == []


def test_the_sentences_are_in_the_package():
    names = {each.name for each in files("app.kernel").joinpath("sentences").iterdir()}

    assert {f"told.{language}.toml" for language in LANGUAGES} <= names
