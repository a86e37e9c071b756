# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a server did not start, in the engine's own words and without secrets."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._managed.start_output import reason, with_users

from .instances import an_instance

FATAL = """
1:C 23 Nov 2026 16:00:00.000 * Reading config from stdin

*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***
Reading the configuration file, at line 6
>>> 'maxmemroy 6gb'
Bad directive or wrong number of arguments
"""


UNRESOLVED = """
1:C 23 Nov 2026 16:46:36.618 * Configuration loaded
1:M 23 Nov 2026 16:46:36.621 # Unresolved Configuration(s) Detected:
1:M 23 Nov 2026 16:46:36.621 # >>> 'maxmemroy 6gb'
1:M 23 Nov 2026 16:46:36.621 # aborting
"""


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (FATAL, "'maxmemroy 6gb': Bad directive or wrong number of arguments"),
        (UNRESOLVED, "Unresolved Configuration(s) Detected: | 'maxmemroy 6gb' | aborting"),
        ("one\n\ntwo\n", "one | two"),
        ("", "it ended without a word"),
        ("*** FATAL CONFIG FILE ERROR ***\n>>> 'masterauth \"replication secret\"'\nno", "'masterauth ********': no"),
    ],
)
def test_the_reason_is_the_engines_own(output, expected):
    assert reason(output, an_instance()) == expected


def test_a_user_is_named_and_not_the_line_of_a_file_that_is_gone():
    said = (
        "Aborting Redis startup because of ACL errors: /run/redis-probe-1-x/users.acl:2: Error in applying operation "
        "'+nosuch': Unknown command or category name in ACL. WARNING: ACL errors detected, no change was performed"
    )
    assert with_users(said, "user default off\nuser shop on +nosuch\n") == (
        "user 'shop': Error in applying operation '+nosuch': Unknown command or category name in ACL."
    )
    assert with_users("Bad directive", "user shop on") == "Bad directive"
