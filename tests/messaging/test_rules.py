"""What a message says, and when."""

from datetime import UTC, datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.kernel.outside import SettingsInvalid, WeChatAccess, read_wechat
from app.kernel.permissions import Role
from app.messaging.rules import LONGEST, OFFERED, fitted, is_quiet, page_of, text_of, time_of
from app.messaging.schemas import MOST_TEMPLATES
from app.messaging.service.reminding import check_templates
from app.messaging.types import Reminder, ReminderKind
from tests.messaging.factories import SETTING, TEMPLATES

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
TEN_AT_NIGHT = datetime(2026, 12, 31, 14, 5, tzinfo=UTC)
OVERDUE, REFUSED, RETURNED, WAITING = ReminderKind


def a_reminder(kind: ReminderKind, **changed) -> Reminder:
    given = {"person_id": uuid4(), "cause_id": uuid4(), "subject_id": uuid4(), "at": NINE, "service_at": NINE}
    return Reminder(kind=kind, **given | changed)


@pytest.mark.parametrize(
    ("kind", "changed", "said"),
    [
        (OVERDUE, {"name": "王秀英"}, "王秀英家9:00的服务还没签退"),
        (OVERDUE, {"name": "王秀英", "service_at": TEN_AT_NIGHT}, "王秀英家22:05的服务还没签退"),
        (OVERDUE, {"name": "阿卜杜热西提江"}, "阿卜杜热西提江家9:00的服务还没签退"),
        (OVERDUE, {"name": "买买提·阿卜杜热西提"}, "买买提·阿卜杜…家9:00的服务还没签退"),
        (OVERDUE, {"name": "𠮷田𠮷田𠮷田"}, "𠮷田𠮷田…家9:00的服务还没签退"),
        (REFUSED, {"may_appeal": True}, "11月18日的服务没通过，可申诉"),
        (REFUSED, {"may_appeal": False, "service_at": TEN_AT_NIGHT}, "12月31日的服务没通过"),
        (RETURNED, {"service_at": None}, "补助被银行退回，请换卡"),
        (WAITING, {"name": "王秀英"}, "王秀英11月18日的服务请您确认"),
        (WAITING, {"name": "买买提·阿卜杜热西提", "service_at": TEN_AT_NIGHT}, "买买提·阿卜…12月31日的服务请您确认"),
    ],
)
def test_the_words_of_each_kind(kind: ReminderKind, changed: dict, said: str):
    assert text_of(a_reminder(kind, **changed), zone=ZONE) == said


@pytest.mark.parametrize("kind", ReminderKind)
@pytest.mark.parametrize("began", [NINE, TEN_AT_NIGHT])
def test_no_name_is_too_long_and_only_names_are_cut(kind: ReminderKind, began: datetime):
    for length in range(1, 41):
        said = text_of(a_reminder(kind, name="王" * length, service_at=began, may_appeal=True), zone=ZONE)
        assert 1 <= len(said) <= LONGEST
        assert ("…" in said) == (length > LONGEST - len(said.lstrip("王…"))) or "王" not in said


@pytest.mark.parametrize(
    ("name", "shown"), [("", ""), ("王" * 5, "王" * 5), ("王" * 6, "王王王王…"), ("王𠮷王𠮷", "王𠮷王…")]
)
def test_a_name_fills_what_room_is_left_to_the_character(name: str, shown: str):
    assert fitted(name, "一" * 15) == shown + "一" * 15


def test_instants_and_pages_are_as_wechat_takes_them():
    subject = uuid4()

    assert time_of(TEN_AT_NIGHT, zone=ZONE) == "2026年12月31日 22:05"
    assert page_of(WAITING, subject) == f"pages/guardian-visit/index?id={subject}"
    assert not any(page_of(kind, subject).startswith("/") for kind in ReminderKind)


@pytest.mark.parametrize(
    ("local", "quiet"), [(time(21, 29), False), (time(21, 30), True), (time(3), True), (time(7, 30), False)]
)
def test_what_can_wait_is_not_told_at_night(local: time, quiet: bool):
    assert is_quiet(local) is quiet


def test_a_role_is_asked_about_no_more_than_one_dialog_holds():
    assert {kind for kinds in OFFERED.values() for kind in kinds} == set(ReminderKind)
    assert max(map(len, OFFERED.values())) <= MOST_TEMPLATES
    assert OVERDUE not in OFFERED[Role.FAMILY_CARER]


def test_templates_are_read_by_kind_and_a_wrong_entry_stops_the_start():
    assert TEMPLATES["work_refused"].id == "tpl-work_refused"
    assert (TEMPLATES["work_refused"].thing, TEMPLATES["work_refused"].time) == ("thing1", "time2")
    assert read_wechat({}).templates == {}
    check_templates(read_wechat({"ANHU_WECHAT_TEMPLATES": SETTING + ","}))
    for wrong in ("work_refused=tpl", "work_refused=tpl/thing1/amount2", "work_refused:tpl/thing1/time2"):
        with pytest.raises(SettingsInvalid):
            read_wechat({"ANHU_WECHAT_TEMPLATES": wrong})
    with pytest.raises(SettingsInvalid, match="unheard_of"):
        check_templates(WeChatAccess("", "", "", {"unheard_of": TEMPLATES["work_refused"]}))
