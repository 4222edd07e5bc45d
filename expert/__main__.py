"""`python -m expert` and the command `expert`."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from expert.cli import expert

    expert()


if __name__ == "__main__":
    main()
