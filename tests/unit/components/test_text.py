import pytest
import reflex as rx

from xktcc_app.components.text import t, word


def test_both_languages_are_built_in_and_chosen_by_the_browser():
    js = str(t("state.ready"))
    assert '"空闲"' in js
    assert '"Ready"' in js
    assert "ui_lang" in js


def test_the_text_follows_the_language_that_a_parent_hands_down():
    js = str(t("state.ready", rx.Var("lang").to(str)))
    assert "ui_lang" not in js


def test_values_are_filled_in_where_each_language_wants_them():
    js = str(t("kpi.seats", online=rx.Var("a"), total=7))
    assert "`坐席 · 在线 ${a} / ${7}`" in js
    assert "`Seats · online ${a} / ${7}`" in js


def test_an_unknown_key_is_an_error():
    with pytest.raises(KeyError):
        t("no.such.key")


def test_a_missing_value_is_an_error():
    with pytest.raises(KeyError):
        t("kpi.seats", online=1)


def test_a_code_becomes_its_word_and_an_unknown_one_the_default():
    js = str(word("error", rx.Var("code"), default="unknown"))
    assert "texts[code]" in js
    assert 'texts["unknown"]' in js
