import pytest

from xktcc_app.domain.callback_params import callback_query
from xktcc_app.domain.callbacks import OPEN, CallbackDeed, CallbackQuery, deed_of


@pytest.mark.parametrize(
    ("direction", "answered", "ended", "deed"),
    [
        ("inbound", False, False, None),
        ("inbound", False, True, CallbackDeed.MISSED),
        ("inbound", True, False, CallbackDeed.REACHED),
        ("inbound", True, True, CallbackDeed.REACHED),
        ("outbound", False, False, None),
        ("outbound", False, True, CallbackDeed.TRIED),
        ("outbound", True, False, CallbackDeed.REACHED),
    ],
)
def test_what_a_call_means(direction, answered, ended, deed):
    assert deed_of(direction, answered=answered, ended=ended) is deed


def test_an_address_that_asks_nothing_asks_for_the_open_ones():
    assert callback_query({}).state == OPEN
    assert callback_query({"state": "nonsense", "community": "x", "mine": "yes"}) == callback_query({})


def test_callbacks_are_asked_for_by_everything_at_once():
    asked = callback_query({"state": "all", "mine": "1", "name": " 王 ", "phone": " 138 ", "community": "7"})
    assert asked == CallbackQuery(state="", mine=True, name="王", number="138", community=7)
    assert callback_query({"community": "9" * 10}).community is None
