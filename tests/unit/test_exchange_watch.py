"""The embedded exchange is started again when it dies, not faster than is good."""

from collections.abc import Callable

from xktcc_app.config import ConfigError
from xktcc_app.exchange_watch import FIRST_PAUSE_S, LONGEST_PAUSE_S, LOOK_EVERY_S, STEADY_S, ExchangeWatch


class Scene:
    """An exchange, and time that passes only by waiting. ``lives`` are the seconds that each start lasts."""

    def __init__(self, lives: list[float], *, fails: bool = False) -> None:
        self.now = 0.0
        self.starts: list[float] = []
        self._lives = lives
        self._fails = fails
        self._dies_at = lives.pop(0)

    def is_alive(self) -> bool:
        return self.now < self._dies_at

    def revive(self, cancelled: Callable[[], bool]) -> None:
        del cancelled
        self.starts.append(self.now)
        if self._fails:
            raise ConfigError("no port")
        self._dies_at = self.now + self._lives.pop(0)

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return not self._lives or len(self.starts) > 10

    def watched(self) -> list[float]:
        ExchangeWatch(self, clock=lambda: self.now, wait=self.wait).watch()
        return [round(after - before, 1) for before, after in zip([0.0, *self.starts], self.starts, strict=False)]


def test_one_that_lives_is_left_alone() -> None:
    scene = Scene([10.0, 1.0])
    scene.watched()
    assert scene.starts[0] >= 10


def test_one_that_dies_again_and_again_is_started_later_each_time() -> None:
    gaps = Scene([0.0] * 20, fails=False).watched()
    assert gaps[0] == FIRST_PAUSE_S + LOOK_EVERY_S
    assert gaps[1] == 2 * FIRST_PAUSE_S + LOOK_EVERY_S
    assert max(gaps) == LONGEST_PAUSE_S + LOOK_EVERY_S


def test_one_that_ran_well_for_long_is_started_soon() -> None:
    scene = Scene([0.0, 0.0, 0.0, STEADY_S + 5, 1.0, 1.0])
    gaps = scene.watched()
    assert gaps[3] < STEADY_S + 5 + 2 * FIRST_PAUSE_S + LOOK_EVERY_S


def test_a_start_that_fails_is_tried_again() -> None:
    assert len(Scene([0.0, 1.0], fails=True).watched()) > 5
