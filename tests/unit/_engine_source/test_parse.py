# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What texts and lists of members mean."""

from __future__ import annotations

import pytest
from ansible_collections.almashooq.redis.plugins.module_utils._engine_source import parse
from ansible_collections.almashooq.redis.plugins.module_utils._engine_source.checks import (
    Member,
    checksum,
    top_directory,
)
from ansible_collections.almashooq.redis.plugins.module_utils._engine_source.model import Manifest
from ansible_collections.almashooq.redis.plugins.module_utils._errors import Refused

VALKEY_HEADER = '#define SERVER_NAME "valkey"\n#define VALKEY_VERSION "9.1.2"\n#define REDIS_VERSION "7.2.4"\n'


@pytest.mark.parametrize(
    ("header", "identity"),
    [
        ('#define REDIS_VERSION "8.0.6"\n#define REDIS_VERSION_NUM 0x00080006\n', ("redis", "8.0.6")),
        (VALKEY_HEADER, ("valkey", "9.1.2")),
        ('#define OTHER_VERSION "1"\n', None),
        ("", None),
    ],
)
def test_which_engine_a_source_is(header: str, identity: tuple[str, str] | None) -> None:
    assert parse.identity(header) == identity


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Redis server v=8.0.6 sha=0:0 malloc=libc bits=64 build=1", ("redis", "8.0.6")),
        ("Valkey server v=9.1.2 sha=0:0", ("valkey", "9.1.2")),
        ("./x: error while loading shared libraries", None),
    ],
)
def test_what_a_server_says_it_is(text: str, told: tuple[str, str] | None) -> None:
    assert parse.reported_version(text) == told


@pytest.mark.parametrize(
    ("os_release", "platform"),
    [
        ('ID=debian\nVERSION_ID="12"\n', "debian-12-x86_64"),
        ('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\n', "ubuntu-22.04-x86_64"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n', "el-9-x86_64"),
        ('ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.5"\n', "el-9-x86_64"),
        ("ID=fedora\nVERSION_ID=42\n", "fedora-42-x86_64"),
        ("", "linux-0-x86_64"),
    ],
)
def test_what_binaries_can_be_handed_on_between(os_release: str, platform: str) -> None:
    assert parse.platform(os_release, "x86_64") == platform


def test_libraries_and_those_that_are_missing() -> None:
    said = """\tlinux-vdso.so.1 (0x00007ffc)
\tlibssl.so.3 => /lib/x86_64-linux-gnu/libssl.so.3 (0x00007f)
\tlibsystemd.so.0 => not found
\t/lib64/ld-linux-x86-64.so.2 (0x00007f)
"""
    assert parse.libraries(said) == (("libssl.so.3", "libsystemd.so.0"), ("libsystemd.so.0",))


def test_a_manifest_reads_as_it_was_written() -> None:
    one = Manifest("redis", "8.0.6", "debian-12-x86_64", "a" * 64, "b" * 64, ("libssl.so.3",), ("MALLOC=libc",))
    assert parse.manifest(parse.manifest_text(one), "x") == one


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"engine": "redis"}'])
def test_what_is_no_manifest_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="x is not a build manifest"):
        parse.manifest(text, "x")


@pytest.mark.parametrize("digits", ["", "a" * 63, "a" * 65, "g" * 64])
def test_what_is_no_checksum_is_refused(digits: str) -> None:
    for text in (digits, f"sha1:{digits}", f"sha256:{digits}"):
        with pytest.raises(Refused, match="is not a checksum of the form sha256:HEX"):
            checksum(text)


HARMLESS = [Member("redis/", "directory"), Member("./redis/a", "file"), Member("redis/b/c", "link", target="../a")]


def test_the_one_directory_of_an_archive() -> None:
    assert top_directory(HARMLESS, "x") == "redis"


@pytest.mark.parametrize(
    ("member", "why"),
    [
        (Member("/redis/a", "file"), "lies outside of it"),
        (Member("redis/../a", "file"), "lies outside of it"),
        (Member("./", "directory"), "lies outside of it"),
        (Member("other/a", "file"), "2 directories at its top"),
        (Member("redis/a", "other"), "neither file, directory nor link"),
        (Member("redis/a", "link", target="/etc/passwd"), "points outside of it"),
        (Member("redis/a", "link", target="../other"), "points outside of it"),
        (Member("redis/b/a", "link", target="../../../etc"), "points outside of it"),
        (Member("redis/a", "file", size=3 * 1024**3), "more than 2048 MiB"),
    ],
)
def test_an_archive_that_could_write_elsewhere_is_refused(member: Member, why: str) -> None:
    with pytest.raises(Refused, match=why):
        top_directory([*HARMLESS, member], "x")
