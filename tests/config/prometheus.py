"""What the rules of docs/alerts.yml say about series of numbers, by Prometheus's own program."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = ROOT / "docs" / "alerts.yml"
SITE = {"instance": "site", "job": "broadsheet"}

needs_promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed: prometheus")


def series(name: str, **labels: str) -> str:
    """The name of a series as Prometheus stores what it scrapes from the site."""
    return name + "{" + ",".join(f"{label}={json.dumps(value)}" for label, value in (SITE | labels).items()) + "}"


def scraped(text: str) -> dict[str, float]:
    """Each series of a scrape, with its value."""
    found = {}
    for name, labels, value in re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", text, re.MULTILINE):
        found[series(name, **dict(re.findall(r'(\w+)="([^"]*)"', labels)))] = float(value)
    return found


def check(folder: Path, *cases: tuple[dict[str, str], str, set[str]]) -> str:
    """Returns what promtool says if, of any case, other alerts fire than expected; "" if it is right.

    A case is the values of each series in promtool's notation, one a minute, when the alerts are looked at, and those
    that must fire.
    """
    tests = [
        {
            "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in numbers.items()],
            "promql_expr_test": [
                {
                    "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                    "eval_time": at,
                    "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in sorted(firing)],
                }
            ],
        }
        for numbers, at, firing in cases
    ]
    file = folder / "rules_test.yml"  # JSON is YAML, too
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}))
    run = subprocess.run(["promtool", "test", "rules", file], capture_output=True, text=True, check=False)
    return run.stdout + run.stderr if run.returncode else ""
