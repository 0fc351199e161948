"""Chinese words for the codes of policy values, and values in words."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from app.policies import codes, entry_codes, oversight_codes
from app.policies.kinds import Choice, Combinations, Kind, Plain, Row, Share, YesNo
from app.policies.tables import Rows

NONE = "不设"

GROUP_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "application": "申请受理",
        "assessment": "失能评估",
        "entitlement": "待遇",
        "plan": "护理计划",
        "agency": "定点机构",
        "carer": "专业照护人员",
        "family": "亲情照护人员",
        "service": "上门服务",
        "location": "位置",
        "clock": "打卡时间",
        "visit": "服务时长与项目",
        "grading": "佐证等级与审核",
        "entry": "录入与更正",
        "subsidy": "亲情护理补助",
        "supplement": "连续居家增补",
        "payment": "补助发放",
        "settlement": "费用结算",
        "sanction": "违规处理",
        "inspection": "监督检查",
        "retention": "保存期限",
        "work": "工时",
    }
)

WORDS: Mapping[type[StrEnum], Mapping[str, str]] = MappingProxyType(
    {
        codes.CountingClock: {"device": "手机时间", "receive": "后台接收时间"},
        codes.GradeOutcome: {
            "pays": "直接结算",
            "pays_sampled": "结算并抽查",
            "agency_review": "机构审核",
            "operator_review": "经办审核",
        },
        codes.PlanAuthor: {"agency": "定点护理机构", "community_nurse": "社区卫生服务中心执业护士"},
        codes.Relation: {
            "spouse": "配偶",
            "child": "子女",
            "child_in_law": "儿媳或女婿",
            "parent": "父母",
            "sibling": "兄弟姐妹",
            "grandchild": "孙辈",
            "other_relative": "其他亲属",
            "neighbour": "邻里",
            "other": "其他",
        },
        codes.ItemCategory: {"basic_life_care": "基本生活照料", "clinical_care": "医疗护理"},
        codes.StartRule: {"same_day": "当日", "next_day": "次日", "next_month": "次月"},
        codes.PositionWeight: {"ignored": "不看", "witness": "佐证之一", "required": "必须"},
        codes.SubsidyKind: {
            "monthly": "按月",
            "per_day": "按日",
            "share_of_package": "按护理包比例",
            "continuous_months": "按连续居家月数",
        },
        codes.DayDivisor: {"days_in_month": "当月天数", "thirty": "30 天"},
        codes.Rounding: {"half_up_per_month": "每月合计四舍五入到分", "half_up_per_day": "每日四舍五入到分"},
        codes.MonthReviewRule: {"none": "不需", "flagged": "有提示的月份", "every": "每个月份"},
        codes.Payee: {"family_carer": "亲情照护人员", "insured_person": "参保人员本人"},
        codes.HomeType: {"agency_care": "机构上门护理", "family_care": "亲情照护"},
        entry_codes.IntakeBody: {
            "street_centre": "街镇社区事务受理服务中心",
            "community_health_centre": "社区卫生服务中心",
            "fund_operator": "医保经办机构",
            "entrusted_operator": "委托经办机构",
        },
        entry_codes.Paper: {
            "discharge_summary": "出院小结",
            "outpatient_record": "门诊就医记录册",
            "disability_certificate": "残疾证",
        },
        entry_codes.AssessmentKind: {
            "first": "初次评估",
            "end_of_term": "期末评估",
            "change_of_condition": "状态变化评估",
            "repeat_after_dispute": "争议复评",
            "spot_check": "抽查评估",
        },
        entry_codes.AssessmentStandard: {"national": "国家标准", "shanghai_unified": "上海老年照护统一需求评估"},
        entry_codes.PublicityBody: {"intake_and_committee": "受理中心及村（居）委会", "fund_operator": "医保经办机构"},
        entry_codes.OverdueReview: {"tells": "提示", "holds_payment": "暂缓支付", "stops_benefit": "停止待遇"},
        entry_codes.LimitPeriod: {"week": "每周", "month": "每月", "year": "每年"},
        oversight_codes.CaseloadCount: {"severely_disabled": "重度失能人员", "all_clients": "全部服务对象"},
        oversight_codes.ContractRule: {
            "labour_in_working_age": "劳动年龄内签劳动合同",
            "labour_or_agreement": "劳动合同或协议",
            "labour_or_service": "劳动（或劳务）合同",
        },
        oversight_codes.LiabilityInsurance: {"optional": "可购买", "required": "须购买"},
        oversight_codes.RatingDuty: {"required": "须评价", "asked": "请评价"},
        oversight_codes.PositionVerdict: {
            "inside": "在家",
            "uncertain": "不确定",
            "outside": "不在家",
            "no_position": "无位置",
            "null_island": "零坐标",
            "stale": "定位过旧",
            "future": "定位时间超前",
            "no_home": "无居家地址",
        },
        oversight_codes.VerdictEffect: {"passes": "通过", "told": "提示", "held": "待核实"},
        oversight_codes.SupplementChoice: {
            "by_client": "服务对象自选",
            "hours_only": "只给时长",
            "cash_only": "只给现金",
        },
        oversight_codes.PriceUnit: {"hour": "每小时", "visit": "每次"},
        oversight_codes.PricedStaff: {"carer": "护理员", "nurse": "护士"},
        oversight_codes.SettlementPeriod: {"month": "按月", "quarter": "按季"},
        oversight_codes.Voucher: {"e_voucher": "医保电子凭证", "social_security_card": "社会保障卡"},
        oversight_codes.SanctionTrigger: {
            "reassessment_induced": "引导复评",
            "reassessment_violation": "复评违规查实",
            "not_rectified": "整改不力",
            "violation": "违法违规",
            "agreement_breach": "违反协议",
            "administrative_offence": "属行政处罚范畴",
            "crime": "构成犯罪",
            "benefit_fraud": "骗取待遇",
            "operator_failure": "经办机构失职",
        },
        oversight_codes.SanctionTarget: {
            "agency": "定点机构",
            "agency_head": "机构负责人",
            "carer": "服务人员",
            "insured_person": "参保人员或其他人员",
            "fund_operator": "经办机构及其人员",
        },
        oversight_codes.SanctionMeasure: {
            "talk": "约谈",
            "order_to_rectify": "责令改正",
            "withhold_settlement": "暂停结算",
            "suspend_new_clients": "暂停新增服务对象",
            "recovery": "追款（退回费用）",
            "fine": "罚款",
            "circulated_criticism": "通报批评",
            "by_agreement": "按协议处理",
            "administrative_penalty": "行政处罚",
            "criminal_referral": "追究刑事责任",
            "damages": "赔偿",
        },
        oversight_codes.InspectionWay: {
            "on_site": "实地检查",
            "video": "视频稽核",
            "data_analysis": "大数据分析",
            "third_party": "第三方抽样调查",
        },
        oversight_codes.TruthfulnessBody: {"village_committee": "村（居）委会"},
    }
)


def in_words(kind: Kind, plain: Plain) -> str:
    """Say a plain value of this kind in Chinese; numbers carry the unit that the kind's label names."""
    if plain is None:
        return NONE
    if isinstance(kind, Rows):
        rows = [_row(kind, row) for row in plain if isinstance(row, dict)] if isinstance(plain, list) else []
        return "；".join(rows) or NONE
    if isinstance(kind, Choice):
        return _chosen(kind, plain)
    if isinstance(kind, YesNo):
        return "是" if plain else "否"
    return f"{(Decimal(str(plain)) * 100).normalize():f}%" if isinstance(kind, Share) else str(plain)


def _chosen(kind: Choice, plain: Plain) -> str:
    words = WORDS[kind.of]
    if not isinstance(plain, list):
        return words[str(plain)]
    if isinstance(kind, Combinations):
        return "；".join("＋".join(words[code] for code in str(text).split("+")) for text in plain)
    return "、".join(words[str(code)] for code in plain)


def _row(kind: Rows, row: Row) -> str:
    told = [(column.kind, row[column.name]) for column in kind.columns if row[column.name] is not None]
    return "，".join(f"{each.label} {in_words(each, cell)}" for each, cell in told)
