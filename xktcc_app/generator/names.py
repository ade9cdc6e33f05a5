"""Names as elderly people in China have them. Weights of surnames per mille, after the ministry's yearly count (2020)."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

SURNAMES = {
    "王": 72, "李": 70, "张": 66, "刘": 51, "陈": 45, "杨": 30, "黄": 22, "赵": 20, "吴": 20, "周": 19, "徐": 14, "孙": 14,
    "马": 13, "朱": 12, "胡": 12, "郭": 11, "何": 11, "林": 10, "高": 10, "罗": 9, "郑": 9, "梁": 8, "谢": 7, "宋": 7, "唐": 7,
    "许": 6, "韩": 6, "邓": 6, "冯": 6, "曹": 6, "彭": 6, "曾": 6, "肖": 6, "田": 5, "董": 5, "潘": 5, "袁": 5, "蔡": 5, "蒋": 5,
    "余": 5, "于": 5, "杜": 5, "叶": 5, "程": 5, "魏": 4, "苏": 4, "吕": 4, "丁": 4, "任": 4, "卢": 4, "姚": 4, "沈": 4, "钟": 4,
    "姜": 4, "崔": 4, "谭": 4, "陆": 4, "范": 4, "汪": 4, "廖": 4, "石": 3, "金": 3, "韦": 3, "贾": 3, "夏": 3, "付": 3, "方": 3,
    "邹": 3, "熊": 3, "白": 3, "孟": 3, "秦": 3, "邱": 3, "侯": 3, "江": 3, "尹": 3, "薛": 3, "闫": 2, "段": 2, "雷": 2, "龙": 2,
    "黎": 2, "史": 2, "陶": 2, "贺": 2, "毛": 2, "郝": 2, "顾": 2, "龚": 2, "邵": 2, "万": 2, "覃": 2, "武": 2, "钱": 2, "戴": 2,
    "严": 2, "莫": 2, "孔": 2, "向": 2, "常": 2, "单": 1, "解": 1, "仇": 1, "欧阳": 1, "上官": 1, "司马": 1, "诸葛": 1,
}  # fmt: skip
_MEN = "国建华志明德文军平永庆福祥贵荣光宝金玉春生林海山东成忠义仁礼信长宗世家良才学友树根新民立强胜利和安康寿"
_WOMEN = "秀英桂兰玉珍凤芳淑华素梅春霞丽娟红艳翠莲菊香美云月娥彩琴巧玲爱莉惠敏静芬金银花珠荷雪萍燕婷慧琼瑞贞"


def draw_names(random: Generator, women: NDArray[np.bool_]) -> list[str]:
    """A name for each; one in five has a given name of one sign, as was usual."""
    count = len(women)
    weights = np.array(list(SURNAMES.values()), dtype=float)
    surnames = np.array(list(SURNAMES))[random.choice(len(SURNAMES), count, p=weights / weights.sum())]
    first, second = _given(random, women), _given(random, women)
    two = random.random(count) > 0.2
    return [
        surname + one + (other if more else "")
        for surname, one, other, more in zip(surnames, first, second, two, strict=True)
    ]


def _given(random: Generator, women: NDArray[np.bool_]) -> NDArray[np.str_]:
    # the first signs of each list are the commonest
    men, ladies = np.array(list(_MEN)), np.array(list(_WOMEN))
    share = random.random(len(women)) ** 1.5
    return np.where(women, ladies[(share * len(ladies)).astype(int)], men[(share * len(men)).astype(int)])
