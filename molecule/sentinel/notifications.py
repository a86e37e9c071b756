# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print what people and applications of this host were notified of, as JSON."""

import json
from pathlib import Path

APPLICATION = Path("/var/lib/testbed")


def lines(path: Path) -> list[str]:
    """Return a file's lines, none where there is no file."""
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


print(
    json.dumps(
        {
            "env": lines(Path("/etc/testbed-app/redis.env")),
            "starts": lines(APPLICATION / "starts"),
            "webhook": [json.loads(line) for line in lines(APPLICATION / "webhook")],
        }
    )
)
