"""The index of several runs: one row each, the worst first, with links to their pages."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from expert.plan import Plan

VERDICTS = ("Broken", "At risk", "Could be better", "No problem found", "Not judged")

_STYLE = """:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:thin solid}
td{overflow-wrap:anywhere}"""


def index(plans: Sequence[Plan], pages: Sequence[str]) -> str:
    """The page; `pages` are the file names of the runs' pages, in the order of `plans`."""
    from base64 import b64encode
    from hashlib import sha256
    from urllib.parse import quote

    rows = []
    for plan, page in sorted(zip(plans, pages, strict=True), key=lambda p: (worst_first(p[0]), p[1])):
        link = f'<a href="{escape(quote(page))}">{escape(plan.run.name)}</a>'
        cells = (
            link,
            escape(plan.verdict),
            escape(", ".join(f.diagnosis.id for f in plan.findings)),
            escape(first(plan)),
        )
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    digest = b64encode(sha256(_STYLE.encode()).digest()).decode()
    count = f"{len(plans)} training runs"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{digest}'">
<title>{count}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{count}</h1>
<table>
<thead>
<tr><th scope="col">Run</th><th scope="col">Verdict</th><th scope="col">Findings</th><th scope="col">Do first</th></tr>
</thead>
<tbody>
{chr(10).join(rows)}
</tbody>
</table>
</main>
</body>
</html>
"""


def worst_first(plan: Plan) -> int:
    """The place of a plan's verdict among all verdicts."""
    return VERDICTS.index(plan.verdict)


def first(plan: Plan) -> str:
    """What to do first, or why nothing could be judged."""
    if plan.items:
        return plan.items[0].title
    return plan.not_judged[0].how if plan.verdict == "Not judged" and plan.not_judged else ""
