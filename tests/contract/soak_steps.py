"""What may happen in a soak: everything that agents, callers and phones do, sensible or not, and what breaks.

A step draws all that it needs from the given chance, and never looks at how things are: the same seed gives the same steps.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from telephony.types import AgentId, AgentState
from tests.contract.centre import Centre
from tests.contract.pbx import CALLERS, SEATS, Caller, Pbx

HOTLINES = ("96000", "96000", "96000", "96001")
NUMBERS = ("13700003333", "13700004444")
BEHAVIOURS = ("answers", "answers", "busy", "no_answer", "rejects", "unreachable")
STATES = (AgentState.READY, AgentState.READY, AgentState.READY, AgentState.BUSY, AgentState.NOT_READY)
PLAIN = (
    *("hold", "retrieve", "mute", "unmute", "hang_up", "decline", "answer", "end_wrap_up"),
    *("complete_transfer", "cancel_consultation", "conference", "log_off"),
)


@dataclass
class Scene:
    """Who takes part. ``centre`` is another one after each kill; ``calls``: who called from outside since the last calm."""

    pbx: Pbx
    centre: Centre
    begin_again: Callable[[], Awaitable[Centre]]
    calls: list[Caller] = field(default_factory=list)

    def desk(self) -> Any:
        return self.centre.desk


Step = Callable[[], Awaitable[Any]]


def draw(chance: Random, scene: Scene, *, faults: bool) -> tuple[str, Step]:
    """The next step: what it is called, and how it is done."""
    kinds = [*_KINDS, *(_FAULTS if faults else [])]
    kind = chance.choices([one for one, _ in kinds], [weight for _, weight in kinds])[0]
    return kind(chance, scene)


def _call_in(chance: Random, scene: Scene) -> tuple[str, Step]:
    caller, to = chance.choice(CALLERS), chance.choice((*HOTLINES, *SEATS[:2]))

    async def step() -> None:
        scene.calls.append(await scene.pbx.call(caller, to))

    return f"{caller} calls {to}", step


def _caller_gone(chance: Random, scene: Scene) -> tuple[str, Step]:
    place = chance.randrange(4)

    async def step() -> None:
        if place < len(scene.calls):
            await scene.calls.pop(place).hang_up()

    return f"caller {place} hangs up", step


def _at_phone(chance: Random, scene: Scene) -> tuple[str, Step]:
    seat, other = chance.sample(SEATS, 2)
    acts = (
        "refuse",
        "put_down",
        "hold",
        "take back",
        "transfer",
        "dial",
        "dial",
        "join_calls",
        "put_down_second",
        "swap",
    )
    what = chance.choice(("pick_up",) * 5 + acts)
    pbx = scene.pbx
    steps: dict[str, Step] = {
        "hold": lambda: pbx.hold(seat, on=True),
        "take back": lambda: pbx.hold(seat, on=False),
        "transfer": lambda: pbx.transfer(seat, other),
        "dial": lambda: pbx.dial(seat, other),
    }
    return f"{seat} {what} at the phone", steps.get(what) or (lambda: getattr(pbx, what)(seat))


def _everyone_picks_up(_chance: Random, scene: Scene) -> tuple[str, Step]:
    async def step() -> None:
        for seat in SEATS:
            if await scene.pbx.rings(seat):
                await scene.pbx.pick_up(seat)

    return "every phone that rings is lifted", step


def _plain(chance: Random, scene: Scene) -> tuple[str, Step]:
    seat, what = chance.choice(SEATS), chance.choice(PLAIN)
    return f"{seat} {what}", lambda: getattr(scene.desk(), what)(AgentId(seat))


def _state(chance: Random, scene: Scene) -> tuple[str, Step]:
    seat, state = chance.choice(SEATS), chance.choice(STATES)

    async def step() -> None:
        await scene.desk().log_on(AgentId(seat))
        await scene.desk().request_state(AgentId(seat), state, "meal" if state is AgentState.NOT_READY else None)

    return f"{seat} wants {state}", step


def _to_seat(chance: Random, scene: Scene) -> tuple[str, Step]:
    seat, other = chance.sample(SEATS, 2)
    what = chance.choice(("transfer", "consult", "consult"))
    return f"{seat} {what} {other}", lambda: getattr(scene.desk(), what)(AgentId(seat), AgentId(other))


def _to_number(chance: Random, scene: Scene) -> tuple[str, Step]:
    seat, number = chance.choice(SEATS), chance.choice((*NUMBERS, *NUMBERS, "call me", "1" * 30, "00852123456"))
    what = chance.choice(("dial", "dial", "transfer_out", "consult_out"))
    return f"{seat} {what} {number}", lambda: getattr(scene.desk(), what)(AgentId(seat), number)


def _digits(chance: Random, scene: Scene) -> tuple[str, Step]:
    seat, keys = chance.choice(SEATS), chance.choice(("1", "12#", "hello", ""))
    return f"{seat} presses {keys!r}", lambda: scene.desk().send_digits(AgentId(seat), keys)


def _number(chance: Random, scene: Scene) -> tuple[str, Step]:
    number, how, after_s = chance.choice(NUMBERS), chance.choice(BEHAVIOURS), chance.choice((0.1, 0.5, 2.0))
    return f"{number} {how}", lambda: scene.pbx.set_number(number, how, after_s)


def _supervisor(chance: Random, scene: Scene) -> tuple[str, Step]:
    seat = chance.choice(SEATS)
    if chance.random() < 0.5:
        return f"{seat} is cut off", lambda: scene.desk().force_clear(AgentId(seat), "2001")
    state = chance.choice((AgentState.READY, AgentState.BUSY, AgentState.LOGGED_OFF))
    return f"{seat} is forced {state}", lambda: scene.desk().force_state(AgentId(seat), state, "2001")


def _phone_gone(chance: Random, scene: Scene) -> tuple[str, Step]:
    seat, there = chance.choice(SEATS), chance.random() < 0.6
    act = scene.pbx.register if there else scene.pbx.unregister
    return f"{seat} {'registers' if there else 'unregisters'}", lambda: act(seat)


def _socket_lost(_chance: Random, scene: Scene) -> tuple[str, Step]:
    return "the event socket is lost", lambda: scene.pbx.drop_sockets(scene.centre.driver)


def _killed(_chance: Random, scene: Scene) -> tuple[str, Step]:
    async def step() -> None:
        scene.centre = await scene.begin_again()

    return "the program is killed and started again", step


def _pbx_dies(_chance: Random, scene: Scene) -> tuple[str, Step]:
    return "the PBX is restarted", scene.pbx.restart


def _slow_directory(chance: Random, scene: Scene) -> tuple[str, Step]:
    seconds = chance.choice((0.0, 0.0, 0.3, 2.0))

    async def step() -> None:
        scene.centre.records.look_up_s = seconds

    return f"the directory takes {seconds} s", step


_Kind = Callable[[Random, Scene], tuple[str, Step]]
_KINDS: list[tuple[_Kind, int]] = [
    (_call_in, 22),
    (_caller_gone, 8),
    (_everyone_picks_up, 18),
    (_at_phone, 14),
    (_plain, 20),
    (_state, 22),
    (_to_seat, 8),
    (_to_number, 8),
    (_digits, 3),
    (_number, 4),
    (_supervisor, 2),
]
_FAULTS: list[tuple[_Kind, int]] = [
    (_phone_gone, 6),
    (_socket_lost, 2),
    (_killed, 2),
    (_pbx_dies, 1),
    (_slow_directory, 2),
]
