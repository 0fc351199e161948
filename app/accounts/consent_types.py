"""Consents (个人信息处理同意): what a person is asked, in which words, and what he answers. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ConsentPurpose(StrEnum):
    """What personal data are used for; each is asked for on its own."""

    LOCATION = "location"  # 签到时的位置
    SENSITIVE_HEALTH = "sensitive_health"  # 健康信息
    FACE = "face"  # 人脸核验
    PHOTOS = "photos"  # 服务照片
    SHARING_FAMILY = "sharing_family"  # 向家属展示


class AskedPerson(StrEnum):
    """Whose consent it is."""

    CARER = "carer"
    CLIENT = "client"


class ConsentGiver(StrEnum):
    """Who gave or withdrew it."""

    SELF = "self"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The words of one version; a new version is a new question."""

    purpose: ConsentPurpose
    version: int
    asked_of: tuple[AskedPerson, ...]
    title: str
    text: str
    without: str  # what becomes of the care without the consent
    digest: str


@dataclass(frozen=True, slots=True)
class ConsentAct:
    """Give or withdraw the consent for a purpose; `version` is that of the words that were read."""

    purpose: ConsentPurpose
    version: int
    is_given: bool


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """The last thing a person said about a purpose."""

    version: int
    is_given: bool
    giver: ConsentGiver
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A purpose with its present words and the last answer, if any. `holds` is what the system goes by."""

    text: ConsentText
    answer: ConsentAnswer | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Consents:
    """Each purpose that a person is asked about."""

    items: tuple[ConsentView, ...]


@dataclass(frozen=True, slots=True)
class PersonAsked:
    """Whose consents, as whom he is asked."""

    person_id: UUID | None
    asked: AskedPerson


def holds(answer: ConsentAnswer | None, *, version: int) -> bool:
    """Whether a consent holds: given to the present words, and not withdrawn since."""
    return answer is not None and answer.is_given and answer.version == version


def is_withdrawn(answer: ConsentAnswer | None) -> bool:
    """Whether a person has said no, whatever the words were: who was never asked has not."""
    return answer is not None and not answer.is_given


def views(
    texts: Iterable[ConsentText], answers: Mapping[ConsentPurpose, ConsentAnswer], *, asked: AskedPerson
) -> Consents:
    """Each purpose that such a person is asked about, with what he said last."""
    return Consents(
        tuple(
            ConsentView(text, answers.get(text.purpose), holds(answers.get(text.purpose), version=text.version))
            for text in texts
            if asked in text.asked_of
        )
    )
