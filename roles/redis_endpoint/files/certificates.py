# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates: the one that is served, anew when its files have changed, and when each one ends."""

from __future__ import annotations

import binascii
import datetime
import os
import ssl
import threading
import typing as t

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
LARGEST = 1 << 20  # bytes of a file that are read
SEQUENCE, CONTEXT_0, UTC_TIME, GENERALIZED_TIME = 0x30, 0xA0, 0x17, 0x18


class Served:
    """The service's own certificate and key."""

    def __init__(self, certificate: str, key: str) -> None:
        self._certificate, self._key = certificate, key
        self._lock = threading.Lock()
        self._stamp = self._files()
        self._context = self._load()

    def context(self) -> ssl.SSLContext:
        """Return what connections are negotiated with: the files as they are, or as they last fitted together."""
        with self._lock:
            try:
                stamp = self._files()
                if stamp != self._stamp:
                    self._context, self._stamp = self._load(), stamp
            except OSError:
                pass  # the two files are just being exchanged; the next connection looks again
            return self._context

    def _files(self) -> list[tuple[int, int]]:
        return [(one.st_mtime_ns, one.st_ino) for one in map(os.stat, (self._certificate, self._key))]

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._certificate, self._key)
        return context


def ends(paths: t.Iterable[str]) -> list[tuple[str, float]]:
    """Return when the certificate of each file ends, in seconds since 1970; 0 where it cannot be read."""
    return [(path, _end_of_file(path)) for path in paths]


def _end_of_file(path: str) -> float:
    try:
        with open(path, encoding="ascii", errors="replace") as stream:
            return end(stream.read(LARGEST))
    except (OSError, ValueError, IndexError):
        return 0.0


def end(pem: str) -> float:
    """Return when the first certificate of a text ends; ValueError or IndexError when there is none.

    RFC 5280: Certificate { TBSCertificate { [0] version, serialNumber, signature, issuer, validity { from, to } ... } }
    """
    start = pem.index(BEGIN)
    der = binascii.a2b_base64(pem[start + len(BEGIN) : pem.index(END, start)])
    fields = _inside(_expect(_inside(_expect(_inside(der)[0], SEQUENCE))[0], SEQUENCE))
    validity = _expect(fields[4 if fields[0][0] == CONTEXT_0 else 3], SEQUENCE)
    tag, text = _inside(validity)[1]
    if tag not in (UTC_TIME, GENERALIZED_TIME):
        raise ValueError("no time")
    digits = text.decode("ascii")
    if tag == UTC_TIME:
        digits = ("20" if digits < "5" else "19") + digits
    moment = datetime.datetime.strptime(digits, "%Y%m%d%H%M%SZ")
    return moment.replace(tzinfo=datetime.timezone.utc).timestamp()


def _expect(element: tuple[int, bytes], tag: int) -> bytes:
    if element[0] != tag:
        raise ValueError(f"tag {element[0]:#x} where {tag:#x} is expected")
    return element[1]


def _inside(der: bytes) -> list[tuple[int, bytes]]:
    """Return tag and content of each element, one after the other."""
    found = []
    at = 0
    while at < len(der):
        tag, length = der[at], der[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(der[at : at + size], "big"), at + size
        if at + length > len(der):
            raise ValueError("cut off")
        found.append((tag, der[at : at + length]))
        at += length
    return found
