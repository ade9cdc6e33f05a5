"""What is said of elders by code, and how their types weigh in the queue."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum


class ElderType(StrEnum):
    """Why an elder gets particular care; one may be several. 普通 空巢 独居 失独 高龄 失能 低保 特困 优抚 重残."""

    ORDINARY = "ordinary"
    EMPTY_NEST = "empty_nest"
    LIVES_ALONE = "lives_alone"
    LOST_ONLY_CHILD = "lost_only_child"
    VERY_OLD = "very_old"
    DISABLED = "disabled"
    LOW_INCOME = "low_income"
    DESTITUTE = "destitute"
    PREFERENTIAL = "preferential"
    SEVERELY_HANDICAPPED = "severely_handicapped"


class PhoneKind(StrEnum):
    """Whose number it is: the elder's own, their SOS device's, or an emergency contact's."""

    PHONE = "phone"
    SOS = "sos"
    CONTACT = "contact"


class Gender(StrEnum):
    """男 女."""

    MALE = "m"
    FEMALE = "f"


class MaritalStatus(StrEnum):
    """未婚 已婚 丧偶 离异."""

    SINGLE = "single"
    MARRIED = "married"
    WIDOWED = "widowed"
    DIVORCED = "divorced"


class Education(StrEnum):
    """文盲 小学 初中 高中 大专 本科及以上."""

    NONE = "none"
    PRIMARY = "primary"
    MIDDLE = "middle"
    HIGH = "high"
    COLLEGE = "college"
    UNIVERSITY = "university"


class SelfCare(StrEnum):
    """Ability to care for oneself. 自理 半自理 失能."""

    ABLE = "able"
    PARTLY = "partly"
    UNABLE = "unable"


class CareLevel(StrEnum):
    """Level of care needed, from an assessment (GB/T 42195-2022). 能力完好 轻度 中度 重度 完全失能."""

    INTACT = "intact"
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"
    TOTAL = "total"


class CareMode(StrEnum):
    """Where one is cared for. 居家 社区日照 机构."""

    HOME = "home"
    DAY_CARE = "day_care"
    INSTITUTION = "institution"


class PaymentSource(StrEnum):
    """Who pays for care. 自费 医保 长护险 政府补贴 子女."""

    SELF = "self"
    MEDICAL_INSURANCE = "medical_insurance"
    CARE_INSURANCE = "care_insurance"
    GOVERNMENT = "government"
    CHILDREN = "children"


class BloodType(StrEnum):
    """A B AB O, or a rare one."""

    A = "a"
    B = "b"
    AB = "ab"
    O = "o"  # noqa: E741 -- it is the blood type's name
    RARE = "rare"


ROUTING_WEIGHTS: Mapping[str, int] = {
    ElderType.DISABLED: 3,
    ElderType.SEVERELY_HANDICAPPED: 3,
    ElderType.LIVES_ALONE: 2,
    ElderType.LOST_ONLY_CHILD: 2,
    ElderType.VERY_OLD: 1,
}
"""Elder type to weight among those who wait; the heaviest of an elder's types counts, any other weighs nothing."""


def age_on(birth_date: date | None, day: date) -> int | None:
    """Full years on ``day``; born on 29 February counts from 1 March in other years. ``None`` when the birth is unknown."""
    if birth_date is None:
        return None
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


_TYPE_ORDER = tuple(ElderType)


def type_bits(types: Iterable[str]) -> int:
    """Several types as one number, a bit each; unknown codes are passed over."""
    given = set(types)
    return sum(1 << place for place, kind in enumerate(_TYPE_ORDER) if kind in given)


def types_of(bits: int) -> tuple[ElderType, ...]:
    """The types in a number made by ``type_bits``."""
    return tuple(kind for place, kind in enumerate(_TYPE_ORDER) if bits >> place & 1)


def born_between(day: date, youngest: int | None, oldest: int | None) -> tuple[date | None, date | None]:
    """First and last birth date of those who are ``youngest`` to ``oldest`` years old on ``day``; ``None``: no bound."""
    first = None if oldest is None else _years_before(day, oldest + 1) + timedelta(days=1)
    last = None if youngest is None else _years_before(day, youngest)
    return first, last


def _years_before(day: date, years: int) -> date:
    year = max(day.year - years, 1)
    # one born on 29 February turns a year older on 1 March, so 28 February is the last day that counts
    last = 28 if (day.month, day.day) == (2, 29) and not calendar.isleap(year) else day.day
    return date(year, day.month, last)
