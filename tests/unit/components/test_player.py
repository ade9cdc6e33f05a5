import json

import reflex as rx

from xktcc_app.components.player import FAILURES, SPEEDS, play_button, playable, player
from xktcc_app.domain.recordings import FileState

CALL, SECONDS, STATE = (
    rx.Var(_js_expr=name, _var_type=kind).to(kind) for name, kind in (("c", str), ("s", float), ("w", str))
)


def drawn(component):
    return json.dumps(component.render(), ensure_ascii=False, default=str)


def test_only_what_can_be_heard_gets_a_player():
    assert str(playable(STATE)) == '(w === "cut" || w === "good")'


def test_the_bar_holds_what_the_script_looks_for():
    bar = drawn(player(CALL, SECONDS, STATE, downloadable=True))
    for hook in ("data-player", "data-seconds", "data-seek", "data-at", "data-length", "recordingUrl"):
        assert hook in bar
    for speed in SPEEDS:
        assert f'"{speed}' in bar
    for why in FAILURES:
        assert f"{why}" in bar
    assert "data-autoplay" not in bar
    assert "data-autoplay" in drawn(player(CALL, SECONDS, STATE, autoplay=True))


def test_every_state_has_its_word():
    button = drawn(play_button(SECONDS, STATE))
    for state in FileState:
        assert state.value in button
