"""A short soak on each PBX: random commands, phones, callers and faults. The long one is ``python -m tests.contract.soak``."""

import os
import signal
from random import Random

import pytest

from tests.contract.centre import Centre
from tests.contract.pbx import AsteriskPbx, Pbx
from tests.contract.soak import STEPS, Soak
from tests.contract.soak_steps import Scene, draw

SEED, ROUNDS = 20261127, 2


@pytest.fixture
async def soaked(pbx: Pbx) -> Soak:
    return Soak(pbx, SEED)


async def test_nothing_is_stuck_and_nothing_is_left(soaked: Soak) -> None:
    await soaked.run(rounds=ROUNDS)
    assert soaked.rounds == ROUNDS
    assert soaked.calls > 0
    assert soaked.refused < ROUNDS * STEPS * 0.9, "nearly everything was refused: it would prove nothing"


@pytest.mark.asterisk
async def test_a_crash_of_the_pbx_is_told_and_leaves_nothing_either(real: AsteriskPbx) -> None:
    told: list[str] = []

    def tell(words: str) -> None:
        told.append(words)
        if words.startswith("round 1:"):
            assert real.pid is not None
            os.kill(real.pid, signal.SIGSEGV)

    soak = Soak(real, SEED, say=tell)
    await soak.run(rounds=2)
    assert soak.crashes == 1
    assert any("the PBX crashed in round 1" in words for words in told)


async def test_the_same_seed_gives_the_same_steps(pbx: Pbx) -> None:
    def steps(seed: int) -> list[str]:
        chance, scene = Random(seed), Scene(pbx, Centre(pbx), None)  # type: ignore[arg-type] - nothing is carried out
        return [draw(chance, scene, faults=True)[0] for _ in range(500)]

    assert steps(1) == steps(1)
    assert steps(1) != steps(2)
