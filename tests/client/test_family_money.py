"""A family carer's money on the phone: asked where he is, a month paid, one payment sent back, a new card."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from app.checkin.prompts import DuePrompt
from app.checkin.rules.prompts import draw_prompts
from app.kernel.codes import mask_name
from app.kernel.geo import CoordinateSystem
from app.kernel.settings import read_settings
from app.policies.service import load_book
from demo import cast, payment
from demo.clients import assign, let_in, register_account, register_carer, register_client, train
from demo.family import Family, log_day
from demo.invented import BANK_CODE, Invented, bank_account, person
from demo.professional import review
from demo.world import ZONE, at
from tests.client.phone import Newcomer, Phone, Town

MOTHER = person("何玉英", born_on=date(1943, 2, 4), number=411)
FATHER = person("何长贵", born_on=date(1941, 6, 8), number=412)
SON = person("何建平", born_on=date(1968, 4, 6), number=413)
ACCOUNT = 4131
STREET = "120116003"  # where the walks' district asks families, see conftest
CARD_GOOD_ON, PAID_AGAIN_ON = date(2026, 11, 16), date(2026, 11, 17)  # workdays after the new card's waiting time
LOOKED_AT = [date(2026, 10, 12) + timedelta(days=number) for number in range(14)]


def _family(town: Town) -> tuple[Newcomer, Family, Family]:
    """A son who cares for mother, in a district that asks families where they are, and for father, in another."""
    staff = town.staff
    registered = register_carer(staff, SON, kind="family")

    def cared_for(who: Invented, number: int, street: str | None = None) -> tuple[str, str]:
        home = {"home": cast.TIANJIN_HOME, "system": CoordinateSystem.GCJ02, "home_type": "family_care"}
        client = register_client(staff, who, number=number, street=street, **home)
        assign(staff, client_id=client["id"], carer_id=registered["id"], relation="child")
        train(staff, client_id=client["id"], carer_id=registered["id"])
        return client["id"], client["person"]["id"]

    homes = cared_for(MOTHER, 51, STREET), cared_for(FATHER, 52)
    carer = let_in(town.world, staff, SON, carer=registered)
    register_account(staff, person_id=carer.person_id, number=ACCOUNT)
    mother, father = (Family("", staff, *home, carer, cast.TIANJIN_HOME, frozenset()) for home in homes)
    return Newcomer(SON, f"{town.region}-{SON.openid}", "", carer.carer_id), mother, father


def _prompt(town: Town, son: Newcomer, mother: Family) -> DuePrompt:
    """The first that is drawn for him and open alone, by the rule and key of the running system."""
    environment = town.world.environment
    key = read_settings(environment).key_ring.command_key
    book = load_book(Path(environment["ANHU_POLICIES_DIR"]))
    terms = book.policy_for(region=town.region, district=STREET[:6], on=LOOKED_AT[0]).family
    who = {"carer_id": UUID(son.id), "client_id": UUID(mother.client_id)}
    drawn = [due for day in LOOKED_AT for due in draw_prompts(**who, on=day, zone=ZONE, terms=terms, key=key)]
    return next(due for due in drawn if sum(_is_beside(each, due) for each in drawn) == 1)


def _is_beside(other: DuePrompt, due: DuePrompt) -> bool:
    return abs(other.opens_at - due.opens_at) < timedelta(hours=1)


def test_a_family_carer_is_asked_where_he_is_paid_and_sent_to_change_his_card(phone: Phone, town: Town):
    son, mother, father = _family(town)
    payment.name_paying_account(town.staff, number=0)

    due = _prompt(town, son, mother)
    town.set_time(due.opens_at + timedelta(minutes=6), people=[son])
    asked = "SELECT id FROM prompt WHERE carer_id = :carer"
    town.world.wait_for(lambda: town.rows(asked, carer=son.id), until=bool)
    phone.log_in(son)
    phone.see("现在在照护吗？")
    phone.shot("family-prompt")
    phone.tap("我在")
    phone.see("记下了")
    phone.page.get_by_text("现在在照护吗？").wait_for(state="detached")
    day = due.opens_at.date()
    town.set_time(at(day, 20, 30))
    for family in (mother, father):
        log_day(town.world, family, day)
    review(town.world, town.staff)  # where the sample fell on a day

    town.set_time(at(payment.PAID_ON, 9))
    sent = payment.send(town.world, town.staff)
    town.set_time(at(payment.ANSWERED_ON, 10))
    payment.carry_to_bank(town.world, sent)
    payment.book_answer(town.world, town.staff, sent)
    of_both = (
        "SELECT payout.serial, payout.state, payout.amount_fen FROM payout JOIN subsidy ON subsidy.id = subsidy_id"
        " WHERE client_id IN (:mother, :father) ORDER BY client_id = :mother DESC, payout.id"
    )
    both = {"mother": mother.client_id, "father": father.client_id}
    paid = town.rows(of_both, **both)
    payment.return_payout(town.world, town.staff, sent, serial=paid[0].serial)
    payment.confirm_returns(town.world, town.staff, sent)

    town.set_time(at(payment.ANSWERED_ON, 11))
    phone.open()
    phone.see("补助被银行退回，请换卡（")
    phone.tap("补助和银行卡")
    tail, holder = bank_account(ACCOUNT)[-4:], mask_name(SON.name)
    phone.see("10 月补助已发出")
    yuan = f"{paid[1].amount_fen / 100:g}"
    phone.see(f"{yuan} 元，转到尾号 {tail} 的卡，户名{holder}。一般 1–3 天到。少发的 30 天点这里看原因。")
    phone.see("银行退回来了")
    phone.see("原因：这张卡已经销户。钱还在，没有丢。请带身份证和银行卡到新港社区办理，或在这里换卡，7 天后重新发。")
    phone.shot("family-payouts")
    phone.tap("看原因")
    phone.see("计发 1 天")
    phone.tap("返回")
    phone.tap("换卡")
    phone.page.get_by_label("卡号").fill(bank_account(ACCOUNT + 1))
    phone.page.get_by_label("开户行号").fill(BANK_CODE)
    phone.tap("换成这张卡")
    phone.see("换好后等 7 天才发到新卡")
    phone.page.get_by_role("dialog").get_by_role("button", name="换卡").tap()
    phone.see("这张卡 11月13日起用")
    phone.tap("好")
    phone.see(f"您换了尾号 {bank_account(ACCOUNT + 1)[-4:]} 的卡，卡能用了就重新发，不用再去办理。")
    phone.shot("family-new-card")

    town.set_time(at(CARD_GOOD_ON, 9))
    for account in town.staff.checker.list("/bank-accounts", name_check="unchecked"):
        town.staff.checker.post(f"/bank-accounts/{account['id']}/name-check", {"result": "matched"})
    night = "SELECT finished_at FROM month_run WHERE requested_by IS NULL AND requested_at >= :since"
    town.world.wait_for(
        lambda: town.rows(night, since=at(CARD_GOOD_ON, 0)),
        until=lambda runs: bool(runs) and all(each.finished_at for each in runs),
    )
    again = payment.send_unpaid(town.world, town.staff, execute_on=CARD_GOOD_ON)
    town.set_time(at(PAID_AGAIN_ON, 10))
    payment.carry_to_bank(town.world, again)
    payment.book_answer(town.world, town.staff, again, on=PAID_AGAIN_ON)
    town.set_time(at(PAID_AGAIN_ON, 11))
    phone.open()
    phone.tap("补助和银行卡")
    phone.see(f"转到尾号 {bank_account(ACCOUNT + 1)[-4:]} 的卡")
    phone.shot("family-paid-again")

    answers = town.rows(
        "SELECT client_id, in_time, verdict FROM prompt_answer JOIN prompt ON prompt.id = prompt_id"
        " WHERE carer_id = :carer",
        carer=son.id,
    )
    accounts = town.rows(
        "SELECT replaced_at IS NULL AS live, name_check FROM bank_account JOIN carer USING (person_id)"
        " WHERE carer.id = :id ORDER BY bank_account.created_at",
        id=son.id,
    )
    assert [(str(each.client_id), each.in_time, each.verdict) for each in answers] == [
        (mother.client_id, True, "inside")
    ]
    assert [each.state for each in paid] == ["paid", "paid"]
    assert [each.state for each in town.rows(of_both, **both)] == ["returned", "paid", "paid"]
    assert [tuple(each) for each in accounts] == [(False, "unchecked"), (True, "matched")]  # the bank closed the first
