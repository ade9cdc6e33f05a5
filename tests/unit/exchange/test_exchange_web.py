import pytest

from telephony.exchange.api.lab import require_loopback
from telephony.exchange.api.web import NO_CONTENT, Request, Response, Router, make_request
from telephony.exchange.errors import BadRequestError, ForbiddenError, MethodError, UnknownError


def test_parameters_come_from_the_query_and_from_the_body() -> None:
    body = b'{"endpoint": "PJSIP/1001", "timeout": 5, "mute": true, "channel": ["a", "b"], "variables": {"X": {"value": "1"}}}'
    request = make_request("POST", "/x?app=xktcc&media=a&media=b&endpoint=PJSIP%2F1002&empty=", {}, body, "")
    assert request.text("endpoint") == "PJSIP/1002"
    assert request.items("media") == ["a", "b"]
    assert request.items("channel") == ["a", "b"]
    assert request.number("timeout", 30) == 5
    assert request.number("empty", 30) == 30
    assert request.flag("mute")
    assert not request.flag("absent")
    assert request.variables() == {"X": "1"}
    with pytest.raises(BadRequestError):
        request.number("app", 0)
    with pytest.raises(BadRequestError):
        request.required("empty", "missing")


def test_a_form_is_a_body_too_and_anything_else_is_refused() -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert make_request("POST", "/x", form, b"value=1", "").text("value") == "1"
    with pytest.raises(BadRequestError):
        make_request("POST", "/x", {}, b"{", "")


@pytest.mark.parametrize("variables", [["X"], {"X": 1}, {"X": {"value": 1}}])
def test_variables_must_be_strings(variables: object) -> None:
    with pytest.raises(BadRequestError):
        Request("POST", "/x", {}, {}, {"variables": variables}).variables()


def test_routes_are_found_by_path_then_method() -> None:
    router = Router()

    def one(request: Request, thing: str) -> Response:
        return Response(200, f"{request.method} {thing}".encode())

    def rest(request: Request, name: str) -> Response:
        assert request.path
        return Response(200, name.encode())

    router.add("GET", "/things/{thing}", one)
    router.add("POST", "/things/{thing}/act", lambda _request, **_segments: NO_CONTENT)
    router.add("GET", "/files/{name+}", rest)
    assert router.dispatch(Request("GET", "/things/PJSIP%2F1", {}, {})).content == b"GET PJSIP/1"
    assert router.dispatch(Request("GET", "/files/a/b", {}, {})).content == b"a/b"
    with pytest.raises(MethodError):
        router.dispatch(Request("DELETE", "/things/1", {}, {}))
    with pytest.raises(UnknownError):
        router.dispatch(Request("GET", "/things", {}, {}))


@pytest.mark.parametrize("peer", ["192.0.2.7", "", "2001:db8::1"])
def test_the_lab_is_for_this_machine(peer: str) -> None:
    with pytest.raises(ForbiddenError):
        require_loopback(Request("GET", "/lab/state", {}, {}, peer=peer))
    require_loopback(Request("GET", "/lab/state", {}, {}, peer="127.0.0.1"))
    require_loopback(Request("GET", "/lab/state", {}, {}, peer="::1"))
