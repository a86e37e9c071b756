# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask Prometheus for every panel: panels.py URL DIRECTORY prints those without data, or with an error."""

import json
import pathlib
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

url, directory = sys.argv[1:]
for path in sorted(pathlib.Path(directory).glob("*.json")):
    for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
        for target in panel["targets"]:
            query = target["expr"].replace("$__rate_interval", "30s")
            query = re.sub(r"\$(deployment|host|instance)\b", ".*", query)
            try:
                with urllib.request.urlopen(f"{url}/api/v1/query?{urllib.parse.urlencode({'query': query})}") as answer:
                    found = json.load(answer)["data"]["result"]
                said = "" if found else "no data"
            except urllib.error.HTTPError as error:
                said = error.read().decode()
            if said:
                print(f"{path.stem}: {panel['title']}: {query}: {said}")
