"""Telling people, only when something changed: one message a night for each owner, through apprise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from expert.fleet import message
from expert.fleet.report import Report
from expert.fleet.states import NEWS

_TOLD = (*NEWS, "resolved")


class NoticeError(RuntimeError):
    """A message that could not be sent; says to whom and why."""


def messages(report: Report, everyone: Iterable[str], owners: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Whom to tell what: address, title and text; none where nothing changed.

    `everyone` are addresses that hear of all findings, `owners` those that hear of their own.
    """
    heard = [(address, report) for address in everyone]
    heard += [(address, _of(report, owner)) for owner, address in sorted(owners.items())]
    return [(address, _title(told), message.markdown(told)) for address, told in heard if told.of(*_TOLD)]


def send(address: str, title: str, text: str) -> None:
    """Send one message to an address of apprise, as in `mailto://…`, `slack://…`, `json://host`.

    Raises NoticeError, which names the kind of address but none of its secrets.
    """
    kind = address.split(":", 1)[0]
    try:
        import apprise
    except ImportError as error:
        raise NoticeError("messages are sent by apprise; pip install 'training-expert[notify]' brings it") from error
    service = apprise.Apprise()
    if not service.add(address):
        raise NoticeError(f"apprise knows no address like the one that begins with {kind}://")
    if not service.notify(body=text, title=title, body_format=apprise.NotifyFormat.MARKDOWN):
        raise NoticeError(f"the message to {kind}://… could not be delivered")


def _of(report: Report, owner: str) -> Report:
    return replace(report, entries=tuple(entry for entry in report.entries if entry.owner == owner), failures=())


def _title(report: Report) -> str:
    return f"Training runs, night {report.night}: {len(report.of(*NEWS))} new or worse"
