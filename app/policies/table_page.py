"""All rules as one page in Chinese for policy officers: what holds where, and on what it rests."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.policies.kinds import Plain
from app.policies.registry import GROUPS, REGISTRY, Term
from app.policies.report import cite
from app.policies.rules import PolicyBook
from app.policies.texts import explain_policy
from app.policies.types import DatedValue, Explained, Layer, LayerKind, Policy
from app.policies.words import GROUP_WORDS, in_words

INTRODUCTION = """# 各统筹区政策一览

由 `make policy-table` 按政策文件生成，不手工修改。键的写法见 [policies.md](policies.md)。

格内先是数值，括号里是依据：条款号（文件见第二部分）；“二手”指只见过对规定的转述；“假定”指文件没有写，
由经办机构假定，理由见第二部分。没有自己规定的键沿用上一层。
"""
OWN = {
    LayerKind.NATION: "国家层",
    LayerKind.PROVINCE: "省层",
    LayerKind.FUND: "基金层",
    LayerKind.DISTRICT: "区县层",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A fund or district with the newest rules its document has."""

    name: str
    policy: Policy
    values: dict[str, Explained]


def table_page(book: PolicyBook) -> str:
    """Lay out what holds in every fund and district, key by key, then what each file itself says and why."""
    places = tuple(_places(book))
    parts = [INTRODUCTION, "## 一、各地数值\n", _heads(places)]
    for group in GROUPS:
        parts.append(f"### {GROUP_WORDS[group]} `{group}`\n")
        parts.append(_matrix([term for term in REGISTRY.values() if term.group == group], places))
    parts.append("## 二、各文件所写与依据\n")
    for layer in sorted(book.layers, key=lambda each: (list(LayerKind).index(each.kind), each.file)):
        parts += [f"### {layer.name}（{OWN[layer.kind]}，`{layer.file}`）\n", _validity(layer), _origins(layer)]
    return "\n".join(parts)


def _places(book: PolicyBook) -> Iterator[Place]:
    names = {(each.region, each.code if each.kind is LayerKind.DISTRICT else None): each.name for each in book.layers}
    for (region, district), timeline in sorted(book.timelines.items(), key=lambda each: (each[0][0], each[0][1] or "")):
        in_force = [each for each in timeline if each.expires_on is None or each.valid_from < each.expires_on]
        policy = in_force[-1]
        yield Place(names[region, district], policy, {each.key: each for each in explain_policy(policy)})


def _heads(places: Sequence[Place]) -> str:
    rows = [(place.name, _days(place.policy), _end(place.policy)) for place in places]
    return _table(("地方", "本表所取的日子", "文件失效日"), rows)


def _end(policy: Policy) -> str:
    return policy.expires_on.isoformat() if policy.expires_on else "未写"


def _matrix(terms: Iterable[Term], places: Sequence[Place]) -> str:
    rows = [
        (f"{term.kind.label}<br>`{term.key}`", *(_cell(term, place.values[term.key]) for place in places))
        for term in terms
    ]
    return _table(("项目", *(place.name for place in places)), rows)


def _cell(term: Term, explained: Explained) -> str:
    return f"{_words(term, explained.value)}（{_mark(explained)}）"


def _words(term: Term, value: Plain) -> str:
    return in_words(term.kind, value).replace("；", "；<br>")


def _mark(explained: Explained) -> str:
    source = explained.source
    if source is None:
        return "假定"
    return f"二手 {source.clause or ''}".strip() if source.document.secondary else source.clause or ""


def _validity(layer: Layer) -> str:
    return f"有效期：{_days(layer)}。依据：{_origin(layer)}\n"


def _origins(layer: Layer) -> str:
    rows = [
        (
            f"{REGISTRY[key].kind.label}<br>`{key}`",
            _words(REGISTRY[key], value.value),
            _days(value),
            _origin(value),
        )
        for key in REGISTRY
        for value in layer.values.get(key, ())
    ]
    return _table(("项目", "数值", "有效期", "依据或假定的理由"), rows) if rows else "本层没有写任何数值。\n"


def _origin(found: Layer | DatedValue) -> str:
    return cite(found.source) if found.source else f"假定：{found.reason}"


def _days(period: Layer | Policy | DatedValue) -> str:
    end = f"{period.valid_to} 前" if period.valid_to else "未写终止"
    return f"{period.valid_from} 起，{end}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join(_line(row) for row in (heads, ["---"] * len(heads), *rows))


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
