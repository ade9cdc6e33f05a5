from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from xktcc_app.domain.dispatch_form import Choice, fen_of, find_item, initials, typed_order

ZONE = ZoneInfo("Asia/Shanghai")
ITEMS = [
    Choice(1, "送餐上门", 1800),
    Choice(2, "助浴（上门）", 8000),
    Choice(3, "助浴（站点）", 5000),
    Choice(4, "修脚", 3000),
]


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("", 0),
        ("12", 1200),
        ("12.5", 1250),
        (" ¥ 0.05 ", 5),
        ("￥１２．５", 1250),
        ("1.234", None),
        ("-1", None),
        ("x", None),
    ],
)
def test_amounts(text, fen):
    assert fen_of(text) == fen


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("送餐上门", 1),
        ("送餐", 1),
        ("sc", 1),
        ("xj", 4),
        ("站点", 3),
        ("助浴", None),
        ("zy", None),
        ("", None),
        ("飞", None),
    ],
)
def test_a_service_is_found_by_what_is_typed(text, found):
    item = find_item(text, ITEMS)
    assert (item.id if item else None) == found


def test_initials_keep_other_signs():
    assert initials("助浴A1") == "zyA1"


def test_a_form_becomes_an_order():
    fields = {"item": "sc", "quantity": "2", "subsidy": "3.5", "provider": "7", "appointment": "2026-11-23T11:30"}
    order, faults = typed_order(fields, ITEMS, ZONE)
    assert not faults
    assert (order.item_id, order.quantity, order.subsidy, order.provider_id) == (1, 2, 350, 7)
    assert order.appointment_at.astimezone(UTC) == datetime(2026, 11, 23, 3, 30, tzinfo=UTC)


def test_every_fault_is_told_by_its_field():
    fields = {"item": "助浴", "quantity": "two", "subsidy": "-1", "provider": "x", "appointment": "soon"}
    order, faults = typed_order(fields, ITEMS, ZONE)
    assert order is None
    assert faults == {
        "item": "choose",
        "quantity": "amount",
        "subsidy": "amount",
        "provider": "choose",
        "appointment": "date",
    }
    assert typed_order({}, ITEMS, ZONE)[1] == {"item": "required"}
