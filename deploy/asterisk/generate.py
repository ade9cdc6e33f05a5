"""``python -m deploy.asterisk.generate --for-existing --out DIR``: the files for an Asterisk that is there already."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deploy.asterisk.instance import kept_password, write_for_existing
from deploy.asterisk.options import add_plan_options, plan_of
from deploy.asterisk.plan import PlanError


def main(words: list[str] | None = None) -> int:
    """Write the files; returns the exit code (2: a choice is not allowed, nothing was written)."""
    parser = argparse.ArgumentParser(prog="python -m deploy.asterisk.generate", description=__doc__)
    parser.add_argument("--for-existing", action="store_true", required=True, help="for an Asterisk of your own")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    add_plan_options(parser)
    chosen = parser.parse_args(words)
    out: Path = chosen.out.resolve()
    try:
        write_for_existing(plan_of(chosen, kept_password(out)), out)
    except (PlanError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"· written to {out}; what to do with it stands in {out / 'INSTALL.txt'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
