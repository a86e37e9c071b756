# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be refused of an inventory's settings before any host is touched: no engine and no file is needed."""

from __future__ import annotations

import typing as t

from .._errors import Refused
from .._managed.layout import Layout
from .options import instances

# Where the files are makes no difference to what is refused here.
NOWHERE = Layout("/", "", "", "/", "/", "/", "/")


def refusal(
    given: t.Sequence[t.Mapping[str, t.Any]],
    settings: t.Mapping[str, object],
    secret_settings: t.Mapping[str, object],
) -> str:
    """Return why module instance would refuse these instances of a host; nothing where it need not."""
    params = {"instances": given, "settings": settings, "secret_settings": secret_settings}
    try:
        instances(params, NOWHERE, ("", ""))
    except Refused as error:
        return str(error)
    return ""
