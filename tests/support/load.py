"""Many calls at once on a real Asterisk: callers by sipp, answered by a crowd of phones."""

from __future__ import annotations

import contextlib
import json
import math
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.asterisk.plan import Plan

_ROOT = Path(__file__).parents[2]
_SCENARIO = Path(__file__).parent / "sipp" / "caller.xml"


@contextlib.contextmanager
def crowd(plan: Plan, tokens: dict[str, str], answer_ms: int) -> Iterator[subprocess.Popen[str]]:
    """The phones of ``tokens`` (device → secret), registered when the block begins."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.sip_crowd", str(plan.sip_port), str(answer_ms)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(json.dumps(tokens) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n", "the phones are registered"
        yield process
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def callers(
    plan: Plan, folder: Path, *, rate: float, count: int, talk_s: float, to: str = "96000", port: int = 0
) -> Iterator[subprocess.Popen[bytes]]:
    """``count`` callers, ``rate`` a second, who each talk ``talk_s`` once they are answered (waiting with music is that too).

    ``port``: another than the carrier's, for a second group beside the first.
    """
    folder.mkdir(exist_ok=True)
    sound = _sound(folder / "caller.alaw")
    scenario = folder / "caller.xml"
    scenario.write_text(_SCENARIO.read_text().replace("[$1]", f"{sound},-1,8,PCMA/8000"))
    with (folder / "callers.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *("sipp", f"{plan.bind}:{plan.sip_port}", "-sf", str(scenario), "-s", to, "-aa", "-nostdin"),
                *("-i", plan.trunk.host, "-p", str(port or plan.trunk.port), "-mi", plan.trunk.host),
                *("-r", f"{rate:g}", "-m", str(count), "-l", str(count), "-d", f"{talk_s * 1000:.0f}"),
                *("-trace_err", "-error_file", str(folder / "callers.errors")),
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def _sound(path: Path, pitch_hz: int = 440, seconds: int = 1) -> Path:
    """A pure tone as bare A-law (G.711), 8 kHz."""
    step = 2 * math.pi * pitch_hz / 8000
    path.write_bytes(b"".join(_alaw(int(12000 * math.sin(step * i))) for i in range(8000 * seconds)))
    return path


def _alaw(sample: int) -> bytes:
    """One sample of 16 bits by ITU-T G.711, table 1a."""
    sign, level = (0x80, sample) if sample >= 0 else (0x00, -sample - 1)
    level >>= 4  # 12 bits of magnitude, the lowest of which is half a step
    exponent = max(0, level.bit_length() - 5)
    code = level >> 1 if exponent == 0 else (exponent << 4) | ((level >> exponent) & 0x0F)
    return struct.pack("B", (sign | code & 0x7F) ^ 0x55)
