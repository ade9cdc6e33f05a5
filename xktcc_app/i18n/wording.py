"""The words of tables that go out and come in as files, in one language."""

from __future__ import annotations

from collections.abc import Mapping

from xktcc_app.domain.elder_form import CODES
from xktcc_app.i18n.catalogue import family

Words = tuple[dict[str, str], dict[str, dict[str, str]]]
"""Heads by field, and words by field and code."""


def language_of(text: str) -> str:
    """``en`` or, whatever else was asked, ``zh``."""
    return "en" if text == "en" else "zh"


def elder_words(language: str) -> Words:
    """Of elders' fields."""
    heads = dict(family("field")[language])
    heads["phone"] = heads["main_phone"]
    codes = {name: family(name)[language] for name in CODES} | {"types": family("elder")[language]}
    return heads, codes


def order_words(language: str) -> Words:
    """Of orders' fields."""
    codes = {"status": family("order_status"), "category": family("category"), "payment": family("payment")}
    return dict(family("order_field")[language]), _in(language, codes)


def call_words(language: str) -> Words:
    """Of calls' fields."""
    codes = {"status": family("call_status"), "direction": family("dir")}
    codes |= {"valid": family("validity"), "cleared_by": family("cleared_by")}
    return dict(family("call_field")[language]), _in(language, codes)


def _in(language: str, codes: Mapping[str, dict[str, dict[str, str]]]) -> dict[str, dict[str, str]]:
    return {field: texts[language] for field, texts in codes.items()}
