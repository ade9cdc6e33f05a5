"""Every code that the program can send to a page has its words."""

from telephony import errors as telephony_errors
from telephony.types import Direction, Network, SeatState
from xktcc_app.domain.elders import ElderType
from xktcc_app.domain.passwords import PasswordFault
from xktcc_app.domain.sessions import EndReason
from xktcc_app.i18n.catalogue import family
from xktcc_app.services import errors as service_errors


def _codes_of(module):
    classes = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Exception)]
    return {value.code for value in classes if isinstance(getattr(value, "code", None), str)}


def test_states_directions_and_network_conditions():
    assert {state.value for state in SeatState} == set(family("state")["zh"])
    assert {direction.value for direction in Direction} == set(family("dir")["zh"])
    assert {network.value for network in Network} == set(family("net")["zh"]) & {network.value for network in Network}


def test_elder_types():
    assert {kind.value for kind in ElderType} == set(family("elder")["zh"])


def test_why_a_session_ended():
    assert {reason.value for reason in EndReason} <= set(family("notice")["zh"])


def test_errors_of_telephony_services_and_passwords():
    codes = _codes_of(telephony_errors) | _codes_of(service_errors)
    codes |= {f"weak_password.{fault.value}" for fault in PasswordFault}
    assert codes <= set(family("error")["zh"])
