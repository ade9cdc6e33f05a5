"""What the demo's elders need, and what is known of them: drawn apart, so that names and numbers stay as they are."""

from __future__ import annotations

from random import Random

from xktcc_app.domain.id_card import check_sign
from xktcc_app.models.elder import Elder

_CONDITIONS = ("高血压", "2 型糖尿病", "冠心病", "脑卒中后遗症", "关节炎", "慢性支气管炎", "白内障")
_MEDICATION = {
    "高血压": "氨氯地平 5 mg 每日一次",
    "2 型糖尿病": "二甲双胍 0.5 g 每日两次",
    "冠心病": "阿司匹林 100 mg 每日一次",
}
_CARERS = ("孙玉梅", "周海燕", "吴建华", "何秀芳", "郑国强")
_REMARKS = ("听力下降，通话请放慢语速、提高音量。", "子女在外地，周末来电较多。", "行动不便，上门请先电话联系。")


def add_care(elder: Elder, street: str, place: int) -> None:
    """Fill in identity, needs and health of the demo's elder number ``place``."""
    random = Random(f"care {place}")  # noqa: S311 -- sample data
    age = (elder.created_at.date() - elder.birth_date).days / 365.25 if elder.birth_date else 70
    frail = min(max((age - 60) / 40 + random.gauss(0, 0.2), 0.0), 0.99)
    elder.street = street
    elder.id_card = _id_card(elder, random)
    elder.ethnicity = "汉族" if random.random() < 0.96 else "回族"
    elder.marital_status = "widowed" if random.random() < frail else "married"
    elder.education = random.choice(("none", "primary", "primary", "middle", "middle", "high", "college"))
    elder.self_care = "able" if frail < 0.5 else "partly" if frail < 0.8 else "unable"
    elder.care_level = ("intact", "mild", "moderate", "severe", "total")[int(frail * 5)]
    elder.care_mode = random.choices(("home", "day_care", "institution"), (86, 10, 4))[0]
    elder.payment_source = random.choice(("self", "medical_insurance", "care_insurance", "government", "children"))
    elder.blood_type = random.choice(("a", "b", "o", "ab"))
    conditions = random.sample(_CONDITIONS, random.choice((0, 1, 1, 2)))
    elder.medical_history = "、".join(conditions)
    elder.medication = "；".join(_MEDICATION[one] for one in conditions if one in _MEDICATION)
    elder.allergies = "青霉素" if random.random() < 0.08 else ""
    elder.carer = random.choice(_CARERS) if frail > 0.4 else ""
    elder.remarks = random.choice(_REMARKS) if random.random() < 0.2 else ""


def _id_card(elder: Elder, random: Random) -> str:
    serial = random.randrange(499) * 2 + (elder.gender == "m")
    first = f"3301{random.randint(1, 12):02d}{elder.birth_date:%Y%m%d}{serial:03d}"
    return first + check_sign(first)
