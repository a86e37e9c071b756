# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the alerts of which the webhook has not been notified yet, in this state, since a line of the webhook's file.

missing_alerts.py FILE SINCE STATE ALERT[@INSTANCE-OR-HOST]...    prints what is missing
"""

import json
import pathlib
import sys

file, since, state, *wanted = sys.argv[1:]
path = pathlib.Path(file)
lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
seen = set()
for line in lines[int(since) :]:
    alert = json.loads(line)
    if alert["status"] == state:
        labels = alert["labels"]
        seen |= {labels["alertname"]} | {f"{labels['alertname']}@{labels.get(name)}" for name in ("instance", "host")}
print("\n".join(one for one in wanted if one not in seen))
