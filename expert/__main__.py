"""`python -m expert` and the command `expert`."""

from __future__ import annotations

import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line."""
    from expert.cli import expert

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign gets a question mark, not a crash
    expert(prog_name="expert")


if __name__ == "__main__":
    main()
