"""Services that a city offers its elders, and who carries them out. Prices in fen."""

from __future__ import annotations

from xktcc_app.domain.orders import ServiceCategory as C

ITEMS: tuple[tuple[str, C, int, str, int], ...] = (
    ("送餐上门", C.MEALS, 1_500, "份", 30), ("社区食堂午餐", C.MEALS, 1_200, "份", 20),
    ("营养配餐", C.MEALS, 2_200, "份", 8),
    ("上门做饭", C.MEALS, 4_500, "次", 6), ("助浴（上门）", C.BATHING, 12_000, "次", 9),
    ("助浴（站点）", C.BATHING, 6_000, "次", 6),
    ("洗头理发", C.BATHING, 3_000, "次", 10), ("修脚", C.BATHING, 4_000, "次", 4),
    ("日常保洁", C.CLEANING, 5_000, "小时", 25),
    ("厨房清洗", C.CLEANING, 12_000, "次", 5), ("擦玻璃", C.CLEANING, 8_000, "次", 5),
    ("衣物清洗", C.CLEANING, 3_500, "次", 8),
    ("陪同就医", C.MEDICAL, 6_000, "小时", 12), ("代取药品", C.MEDICAL, 2_000, "次", 10),
    ("上门测血压", C.MEDICAL, 1_500, "次", 14),
    ("上门护理", C.MEDICAL, 9_000, "次", 6), ("预约挂号", C.MEDICAL, 500, "次", 7),
    ("紧急救助", C.EMERGENCY, 0, "次", 4),
    ("紧急开锁", C.EMERGENCY, 10_000, "次", 1), ("跌倒救助", C.EMERGENCY, 0, "次", 2),
    ("陪同出行", C.MOBILITY, 4_000, "小时", 6),
    ("轮椅租借", C.MOBILITY, 1_000, "天", 2), ("接送服务", C.MOBILITY, 5_000, "次", 5),
    ("代购日用品", C.SHOPPING, 1_000, "次", 12),
    ("代购蔬菜", C.SHOPPING, 1_000, "次", 9), ("代缴费用", C.SHOPPING, 500, "次", 6),
    ("肢体康复训练", C.REHABILITATION, 15_000, "次", 4),
    ("中医推拿", C.REHABILITATION, 8_000, "次", 5), ("康复评估", C.REHABILITATION, 10_000, "次", 2),
    ("精神慰藉", C.COMPANIONSHIP, 3_000, "小时", 5),
    ("电话关怀", C.COMPANIONSHIP, 0, "次", 9), ("读书读报", C.COMPANIONSHIP, 2_500, "小时", 2),
    ("家电维修", C.OTHER, 8_000, "次", 5),
    ("管道疏通", C.OTHER, 10_000, "次", 4), ("适老化改造咨询", C.OTHER, 0, "次", 1),
)  # fmt: skip
"""Name, category, price, unit, weight."""

_PLACES = ("康宁", "福寿", "夕阳红", "爱心", "安康", "暖阳", "孝亲", "和乐", "长青", "颐和")
_KINDS = ("养老服务中心", "家政服务部", "护理站", "助老食堂", "社会工作服务社", "社区日照中心")
PROVIDERS: tuple[str, ...] = tuple(place + kind for place in _PLACES for kind in _KINDS)
