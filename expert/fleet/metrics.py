"""A night in the text format of Prometheus, for the node exporter's textfile collector."""

from __future__ import annotations

from collections import Counter

from expert.fleet.report import Report
from expert.knowledge import SEVERITIES

_CLOSED = ("resolved", "suppressed")


def prometheus(report: Report, finished: float) -> str:
    """Gauges: findings by severity and state, runs by verdict, failures, and when the night was done (seconds)."""
    severities = Counter(entry.row.severity for entry in report.entries if entry.row.state not in _CLOSED)
    states = Counter(entry.row.state for entry in report.entries)
    verdicts = [(_label("verdict", verdict), n) for verdict, n in sorted(report.verdicts.items())]
    by_state = [(_label("state", state), n) for state, n in sorted(states.items())]
    gauges: list[tuple[str, str, list[tuple[str, float]]]] = [
        ("findings", "Open findings", [(_label("severity", s), severities[s]) for s in SEVERITIES]),
        ("finding_states", "Findings by what became of them", [*by_state]),
        ("runs", "Runs", [*verdicts]),
        ("unjudged_places", "Logs that could not be judged", [("", len(report.failures))]),
        ("last_success_timestamp_seconds", "When the last night was done", [("", finished)]),
    ]
    lines = []
    for name, help_, samples in gauges:
        lines += [f"# HELP training_expert_{name} {help_}.", f"# TYPE training_expert_{name} gauge"]
        lines += [f"training_expert_{name}{label} {value:.15g}" for label, value in samples]
    return "\n".join(lines) + "\n"


def _label(name: str, value: str) -> str:
    return f'{{{name}="{value}"}}'
