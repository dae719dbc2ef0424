"""How the payment simulators of a test run fared: each process of theirs keeps its figures in one folder.

They are read as files, because the product knows nothing of the simulator's code and some of its processes were killed.
"""

import json
from pathlib import Path

VARIABLE = "SIMULATOR_HEALTH"  # read by payments/simulator/__main__.py


def summary(folder):
    """One line for the end of a run, and whether all was well; ("", True) if no simulator ran."""
    reports = [json.loads(file.read_text()) for file in sorted(Path(folder).glob("*.json"))]
    if not reports:
        return "", True
    checked = sum(sum(report["checked"].values()) for report in reports)
    violations, bugs = (sum(report[name] for report in reports) for name in ("violations", "bugs"))
    line = f"simulator: {checked:,} requests, answers and events checked against Stripe's schema, "
    line += f"{violations} violations in {len(reports)} processes"
    if bugs:
        line += f"; {bugs} bugs"
    told = [each for report in reports for each in [*report["lines"], *report["traces"]]]
    return "\n".join([line, *told[:20]]), not (violations or bugs)
