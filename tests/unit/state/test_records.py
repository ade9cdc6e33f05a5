"""Orders and calls between the form and the service, and between the service and the browser."""

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xktcc_app.domain.orders import OrderAction
from xktcc_app.services.call_views import CallDetail, CallRow
from xktcc_app.services.errors import BadValueError, FieldErrors
from xktcc_app.state.call_record import _moments, _seconds, minutes
from xktcc_app.state.order_detail import step_form
from xktcc_app.state.order_form import _named

BEGIN = datetime(2026, 11, 23, 1, tzinfo=UTC)


def detail(**changes: Any) -> CallDetail:
    row: dict[str, Any] = {
        "id": "c", "started_at": BEGIN, "direction": "inbound", "number": "", "elder_id": None, "name": "", "agent": "1001",
        "status": "answered", "valid": True, "corrected": False, "talk_s": 20.0, "wait_ms": 3000, "cleared_by": "external",
        "sos": False, "noted": False, "recorded": False, "editable": False,
    }  # fmt: skip
    answered = BEGIN + timedelta(seconds=3)
    whole: dict[str, Any] = {"answered_at": answered, "ended_at": answered + timedelta(seconds=20)} | changes
    return CallDetail(row=CallRow(**row), version=1, note="", cause="", timeline=(), recordings=(), **whole)


def test_a_step_is_read_as_it_was_typed():
    form = step_form("dispatch", {"provider_id": "7", "worker": " 张工 ", "remark": " 快 "})
    assert (form.action, form.provider_id, form.worker, form.remark) == (OrderAction.DISPATCH, 7, "张工", "快")
    assert step_form("rate", {"stars": "5"}).stars == 5


@pytest.mark.parametrize(
    ("fields", "fault"),
    [({"provider_id": "x"}, "provider_id"), ({"provider_id": "9" * 30}, "provider_id"), ({"stars": "6"}, "stars")],
)
def test_what_can_not_be_is_told_at_its_field(fields, fault):
    with pytest.raises(FieldErrors) as told:
        step_form("rate", fields)
    assert set(told.value.faults) == {fault}


def test_there_are_no_other_steps():
    with pytest.raises(BadValueError):
        step_form("steal", {})


@given(
    st.dictionaries(st.sampled_from(["provider_id", "stars", "worker", "remark", "follow_up"]), st.text(max_size=40))
)
def test_nothing_typed_into_a_step_fails_otherwise(fields):
    with contextlib.suppress(FieldErrors):
        assert step_form("rate", fields).stars in {None, 1, 2, 3, 4, 5}


def test_faults_stand_at_the_fields_of_the_form():
    faults = {"item_id": "not_allowed", "quantity": "amount", "subsidy": "amount", "remarks": "too_long"}
    assert _named(faults) == {
        "item": "not_allowed",
        "quantity": "quantity",
        "subsidy": "subsidy",
        "remarks": "too_long",
    }


@pytest.mark.parametrize(
    ("seconds", "told"), [(-1, ""), (0, "00:00"), (59.9, "00:59"), (222, "03:42"), (3725, "62:05")]
)
def test_talk_in_minutes(seconds, told):
    assert minutes(seconds) == told


@pytest.mark.parametrize(("seconds", "told"), [(0.0, "0"), (0.44, "0.4"), (6.0, "6"), (97.6, "98")])
def test_seconds_between_steps(seconds, told):
    assert _seconds(seconds) == told


def test_a_call_without_steps_has_those_of_its_moments():
    steps = [(step.kind, step.after_s, step.agent, step.detail) for step in _moments(detail())]
    assert steps == [("queued", 0, "", ""), ("answered", 3, "1001", ""), ("ended", 20, "", "external")]
    assert [step.kind for step in _moments(detail(answered_at=None, ended_at=None))] == ["queued"]
