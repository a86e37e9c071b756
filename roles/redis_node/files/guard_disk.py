# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an instance's files contain: its settings, its place in a cluster, and how much of its data is on disk."""

from __future__ import annotations

import contextlib
import json
import os
import re
import typing as t

import guard_rules

Settings = t.Mapping[str, str]

STATE = "start-guard.json"
BOOT_ID = "/proc/sys/kernel/random/boot_id"
AUX = 0xFA
# Auxiliary fields stand before all else in a snapshot.
HEADER_BYTES = 4096


def settings(*paths: str) -> dict[str, str]:
    """Return the directives of configuration files, later ones over earlier ones."""
    found: dict[str, str] = {}
    for path in paths:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            for line in stream:
                name, _blank, value = line.strip().partition(" ")
                if name and not name.startswith("#"):
                    found[name.lower()] = _plain(value.strip())
    return found


def _plain(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("\\'", "'")
    return text


def members(text: str) -> tuple[guard_rules.Member, ...]:
    """Return the lines of CLUSTER NODES or of a nodes file; what is not such a line is passed over."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) < 8 or not re.fullmatch(r"[0-9a-f]{40}", words[0]):
            continue
        host, _colon, port = words[1].split(",")[0].split("@")[0].rpartition(":")
        found.append(
            guard_rules.Member(
                id=words[0],
                address=(host, int(port) if port.isdigit() else 0),
                flags=frozenset(words[2].split(",")),
                primary="" if words[3] == "-" else words[3],
                epoch=int(words[6]) if words[6].isdigit() else 0,
                slots=frozenset(slot for word in words[8:] for slot in _slots(word)),
            )
        )
    return tuple(found)


def _slots(word: str) -> t.Iterable[int]:
    first, _dash, last = word.partition("-")
    # [slot->-id] is a slot on its way.
    return range(int(first), int(last or first) + 1) if first.isdigit() and (last or first).isdigit() else ()


def nodes_file(given: Settings) -> str:
    """Return the content of the nodes file, empty where there is none."""
    return _text(os.path.join(given.get("dir", "."), given.get("cluster-config-file", "nodes.conf")))


def disk(given: Settings) -> guard_rules.Disk:
    """Return how much of an instance's data is on its disk."""
    directory = given.get("dir", ".")
    if given.get("appendonly") == "yes":
        files = append_only_files(given)
        there = bool(files) and all(os.path.exists(path) for path in files)
        # What a killed server has written the kernel still writes; after a crash of the host the last second may lack.
        whole = given.get("appendfsync") == "always" or last_boot(directory) in ("", boot())
        return guard_rules.Disk(complete=there and whole, empty=not there)
    path = os.path.join(directory, given.get("dbfilename", "dump.rdb"))
    try:
        with open(path, "rb") as stream:
            fields = snapshot_fields(stream.read(HEADER_BYTES))
    except OSError:
        return guard_rules.Disk()
    offset = fields.get("repl-offset", "")
    return guard_rules.Disk(
        empty=False, replid=fields.get("repl-id", ""), offset=int(offset) if offset.isdigit() else -1
    )


def append_only_files(given: Settings) -> list[str]:
    """Return the files that an append-only file is made of, none where there is no such file."""
    directory = given.get("dir", ".")
    name = given.get("appendfilename", "appendonly.aof")
    parts = os.path.join(directory, given.get("appenddirname", "appendonlydir"))
    manifest = os.path.join(parts, f"{name}.manifest")
    listed = [line.split() for line in _text(manifest).splitlines() if line.startswith("file ")]
    if listed:
        return [os.path.join(parts, _plain(words[1])) for words in listed if len(words) > 1 and "h" not in words[-1:]]
    # One file, as of engines before 7.0, which later ones take over.
    single = os.path.join(directory, name)
    return [single] if os.path.exists(single) else []


def snapshot_fields(header: bytes) -> dict[str, str]:
    """Return the auxiliary fields of a snapshot (rdb.c, rdbSaveInfoAuxFields), as far as they can be read."""
    found: dict[str, str] = {}
    position = 9  # REDIS0010, VALKEY080
    with contextlib.suppress(IndexError, ValueError):
        while header[position] == AUX:
            name, position = _string(header, position + 1)
            found[name], position = _string(header, position)
    return found


def _string(data: bytes, position: int) -> tuple[str, int]:
    kind, low = data[position] >> 6, data[position] & 0x3F
    if kind == 3:
        if low > 2:
            raise ValueError("compressed")
        end = position + 1 + (1 << low)
        return str(int.from_bytes(data[position + 1 : end], "little", signed=True)), end
    if kind == 2:
        raise ValueError("longer than what stands in a header")
    size, start = (low, position + 1) if kind == 0 else ((low << 8) | data[position + 1], position + 2)
    if start + size > len(data):
        raise ValueError("cut off")
    return data[start : start + size].decode(errors="replace"), start + size


def boot() -> str:
    """Return what names this boot of the host."""
    return _text(BOOT_ID).strip()


def last_boot(directory: str) -> str:
    """Return in which boot the instance was started last, empty where that is not known."""
    try:
        return str(json.loads(_text(os.path.join(directory, STATE)))["boot"])
    except (ValueError, KeyError, TypeError):
        return ""


def started_before(given: Settings) -> bool:
    """Return whether this instance has been started here before, or has data."""
    directory = given.get("dir", ".")
    names = (STATE, given.get("dbfilename", "dump.rdb"), given.get("appenddirname", "appendonlydir"))
    return any(os.path.exists(os.path.join(directory, name)) for name in names)


def remember_boot(given: Settings) -> None:
    """Keep in which boot the instance is started."""
    replace(os.path.join(given.get("dir", "."), STATE), json.dumps({"boot": boot()}) + "\n", 0o600)


def follow(engine_file: str, primary: guard_rules.Address) -> None:
    """Make the engine's own file name the primary that the instance follows, as CONFIG REWRITE after REPLICAOF does."""
    text = _text(engine_file)
    kept = [line for line in text.splitlines() if line.split(" ")[0].lower() not in ("replicaof", "slaveof")]
    lines = [*kept, f"replicaof {primary[0]} {primary[1]}"]
    replace(engine_file, "".join(f"{line}\n" for line in lines), os.stat(engine_file).st_mode & 0o777)


def replace(path: str, text: str, mode: int) -> None:
    """Write a file in one step."""
    temporary = f"{path}.guard"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(temporary)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as stream:
        os.fchmod(descriptor, mode)
        stream.write(text)
        stream.flush()
        os.fsync(descriptor)
    os.replace(temporary, path)


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as stream:
            return stream.read()
    except OSError:
        return ""
