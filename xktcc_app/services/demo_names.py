"""Made-up names for the demo: nobody in particular."""

from __future__ import annotations

from random import Random

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田"
    "董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹"
    "熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万"
)
_ELDER_WOMEN = "桂兰 秀英 玉兰 凤英 素珍 桂英 淑芬 玉梅 秀兰 月娥 金凤 素琴 惠珍 兰英 翠花 春梅 淑贞 美华 彩云 巧珍 瑞芳 文秀 佩珍 雪梅 慧兰".split()  # noqa: E501, SIM905 -- a word list reads best as words
_ELDER_MEN = "建国 德福 世荣 志远 国强 福生 永康 树林 长庚 文斌 金山 宝田 庆祥 忠义 润生 守信 家兴 学文 运来 正华 明德 广才 振华 占山 玉堂".split()  # noqa: E501, SIM905 -- a word list reads best as words
_AGENTS = "志强 雨欣 明辉 浩然 文静 晓敏 海燕 欣然 佳怡 子轩 思远 婷婷 俊杰 梦琪 雅静 嘉豪 慧敏 晨曦 丽娜 建华 宇航 静怡 若曦 天宇 诗涵 国栋 晓彤 艳红 立新 春燕".split()  # noqa: E501, SIM905 -- a word list reads best as words


def elder_name(random: Random, *, woman: bool) -> str:
    """A name of somebody born about eighty years ago."""
    return random.choice(_SURNAMES) + random.choice(_ELDER_WOMEN if woman else _ELDER_MEN)


def agent_name(place: int) -> str:
    """The name of the demo's agent at this place, from 0; the first nine hundred differ."""
    return _SURNAMES[place * 7 % len(_SURNAMES)] + _AGENTS[place * 11 % len(_AGENTS)]


def relative_name(random: Random, surname_of: str) -> str:
    """A name of somebody's child."""
    return surname_of[0] + random.choice(_AGENTS)
