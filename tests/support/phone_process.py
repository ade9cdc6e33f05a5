"""The tests' end of ``sip_phones``: phones as a process, asked by JSON lines."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]


class PhoneProcess:
    """Real phones. Usable from any event loop."""

    def __init__(self, folder: Path, pbx_port: int, carrier_port: int) -> None:
        self._one_at_a_time = threading.Lock()
        self._log = folder / "phones.log"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.sip_phones", str(folder), str(pbx_port), str(carrier_port)],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log.open("w"),
            text=True,
        )

    async def do(self, command: str, /, **how: Any) -> Any:
        """Carry a command out; ``RuntimeError`` when a phone could not."""
        return await asyncio.to_thread(self._ask, {"do": command, **how})

    def _ask(self, command: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
            line = ""
            while not line.startswith("{"):  # pjsua2 says a few words of its own at its start
                line = self._process.stdout.readline()
                assert line, f"the phones' process ended: {self._log.read_text()[-800:]}"
        reply = json.loads(line)
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply["result"]

    def close(self) -> None:
        """End it. It is killed: what it would tidy up at its end is of no use to anybody."""
        self._process.kill()
        self._process.communicate()
