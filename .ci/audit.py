"""Known vulnerabilities of what is installed, by pip-audit; where no advisory source answers, say so.

Without a source pip-audit ends well and says "No known vulnerabilities found" while it has skipped every package:
such a run is printed as skipped and never as passed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

AUDIT = (sys.executable, "-m", "pip_audit", "--skip-editable", "--format", "json", "--progress-spinner", "off")
UNREACHABLE = ("ConnectionError", "ServiceError", "Could not connect", "Max retries", "HTTPError", "Timeout")


def main() -> int:
    """Return 1 when a vulnerability is known or pip-audit broke, else 0."""
    try:
        run = subprocess.run([*AUDIT, "--timeout", "10"], check=False, capture_output=True, text=True, timeout=180)
    except subprocess.TimeoutExpired:
        return skipped()
    if not run.stdout.strip():
        if any(word in run.stderr for word in UNREACHABLE):
            return skipped()
        print(run.stderr, file=sys.stderr)
        return 1
    return report(json.loads(run.stdout)["dependencies"])


def report(dependencies: list[dict[str, Any]]) -> int:
    """Print what was checked and found; a package that the source does not know counts as not checked."""
    checked = [each for each in dependencies if "skip_reason" not in each]
    if not checked:
        return skipped()
    found = [(each["name"], each["version"], bug["id"]) for each in checked for bug in each["vulns"]]
    for vulnerability in found:
        print("vulnerable:", *vulnerability)
    print(f"pip-audit: {len(checked)} of {len(dependencies)} packages checked, {len(found)} vulnerabilities known")
    return 1 if found else 0


def skipped() -> int:
    print("pip-audit: skipped: no advisory source")
    return 0


if __name__ == "__main__":
    sys.exit(main())
