# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has a value kept its meaning?  Pure functions from what Ansible holds to sentences, never with a secret in them.

YAML and Ansible turn unquoted text into numbers, dates, booleans and nothing.  An option that takes text takes
nothing else; the other types take what converts to exactly one value.
"""

from __future__ import annotations

import dataclasses
import math
import re
import typing as t

from .model import Option, Scalar, Value, is_secret

INTEGER = re.compile(r"\s*[-+]?(0|[1-9][0-9]*)\s*")
DECIMAL = re.compile(r"\s*[-+]?[0-9]+(\.[0-9]+)?\s*")
BOOLEANS = frozenset(["yes", "no", "on", "off", "true", "false", "y", "n", "t", "f", "1", "0"])
_TRUE = frozenset(["yes", "on", "true"])
_FALSE = frozenset(["no", "off", "false"])
# Directives whose value is any text: `on` is not a way to write `yes` there.
TEXT_DIRECTIVES = frozenset(
    [
        "availability-zone",
        "bind",
        "cluster-announce-hostname",
        "cluster-announce-human-nodename",
        "cluster-announce-ip",
        "dbfilename",
        "appendfilename",
        "appenddirname",
        "logfile",
        "proc-title-template",
        "replica-announce-ip",
        "slave-announce-ip",
        "syslog-ident",
        "tls-ca-cert-dir",
        "tls-ca-cert-file",
        "tls-cert-file",
        "tls-ciphers",
        "tls-ciphersuites",
        "tls-key-file",
        "unixsocket",
        "unixsocketgroup",
    ]
)
# Directives whose digits are octal: a number with more than these digits is what YAML has made of 0770.
OCTAL_DIRECTIVES = frozenset(["unixsocketperm"])
QUOTE = "quote it"
_UNQUOTED = "because YAML reads an unquoted {} as something other than text"
NOT_A_SWITCH = f"{QUOTE}, {_UNQUOTED.format('on, yes or no')}"
NOT_A_NUMBER = f"{QUOTE}, {_UNQUOTED.format('0123, 1_000, 12:30 or 1.10')}"
NOT_A_DATE = f"{QUOTE}, {_UNQUOTED.format('2026-01-31')}"
NOT_DECIMAL = "write it in decimal digits, without a leading 0"
AS_YAML = "write it in YAML, or as JSON after --extra-vars"


def problems(path: str, value: Value, option: Option) -> t.Iterator[str]:
    """Yield what is wrong with a value, one sentence without a full stop each."""
    if value is None:
        yield f"{path} is empty: give it a value, or leave the line out; {QUOTE} if the text itself is null or ~"
    else:
        yield from _CHECKS[option.type](path, value, option)


def _text(path: str, value: Value, option: Option) -> t.Iterator[str]:
    if isinstance(value, str):
        return
    if isinstance(value, bool):
        if not option.secret and len(_meant(value, option.choices)) == 1:
            return
        yield f"{path} is {_shown(value, option)}, and takes text: {NOT_A_SWITCH}"
    elif _is_number(value):
        if isinstance(value, float) or option.secret or option.is_name:
            yield f"{path} is {_shown(value, option)}, and takes text: {NOT_A_NUMBER}"
    elif _is_list(value):
        yield f"{path} is a list, and takes text: write it as one text, its words separated by spaces"
    elif isinstance(value, dict):
        yield f"{path} is a dictionary, and takes text: {QUOTE} if its text has a colon or braces"
    else:
        yield f"{path} is {_shown(value, option)}, and takes text: {NOT_A_DATE}"


def _whole(path: str, value: Value, option: Option) -> t.Iterator[str]:
    if isinstance(value, str) and not INTEGER.fullmatch(value):
        yield f"{path} is {_shown(value, option)}, and takes a whole number: {NOT_DECIMAL}"
    elif isinstance(value, bool) or not isinstance(value, (int, str)):
        yield f"{path} is {_shown(value, option)}, and takes a whole number"


def _number(path: str, value: Value, option: Option) -> t.Iterator[str]:
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        return
    if not _is_number(value) or not math.isfinite(value):
        yield f"{path} is {_shown(value, option)}, and takes a number: write it in decimal digits"


def _switch(path: str, value: Value, option: Option) -> t.Iterator[str]:
    if not (value in (0, 1) if _is_number(value) else str(value).lower() in BOOLEANS):
        yield f"{path} is {_shown(value, option)}, and takes true or false"


def _list(path: str, value: Value, option: Option) -> t.Iterator[str]:
    if not _is_list(value):
        yield f"{path} is {_kind(value)}, and takes a list: {AS_YAML}"
        return
    element = option.element()
    for index, one in enumerate(value):
        yield from problems(f"{path}[{_label(one, index)}]", one, element)


def _dictionary(path: str, value: Value, option: Option) -> t.Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is {_kind(value)}, and takes a dictionary: {AS_YAML}"
        return
    for key, one in value.items():
        known = option.options.get(str(key))
        if not isinstance(key, str):
            yield f"{path} has the key {key!r}, which YAML has read as something other than text: {QUOTE}"
        elif known is not None:
            yield from problems(f"{path}.{key}", one, known)
        elif not option.options and not option.is_document:
            yield from _directive(f"{path}.{key}", key.lower(), one, option)


def _directive(path: str, name: str, value: Value, option: Option) -> t.Iterator[str]:
    """Check a value of a free dictionary: null leaves a directive out, and true and false are yes and no."""
    if _is_list(value):
        for index, one in enumerate(value):
            if one is None:
                yield f"{path}[{index}] is empty: give it a value, or leave the line out"
            else:
                yield from _directive(f"{path}[{index}]", name, one, option)
    elif isinstance(value, dict) and not option.secret:
        for key, one in value.items():
            yield from _directive(f"{path}.{key}", str(key).lower(), one, option)
    elif value is not None and not isinstance(value, str):
        secret = option.secret or is_secret(name)
        yield from _converted(path, name, value, dataclasses.replace(option, secret=secret))


def _converted(path: str, name: str, value: Value, option: Option) -> t.Iterator[str]:
    if option.secret or not (isinstance(value, bool) or _is_number(value)):
        yield f"{path} is {_shown(value, option)}, and takes text: {QUOTE}"
    elif isinstance(value, bool):
        if name in TEXT_DIRECTIVES:
            yield f"{path} is {_shown(value, option)}, and takes text: {NOT_A_SWITCH}"
    elif not math.isfinite(value):
        yield f"{path} is {_shown(value, option)}: {QUOTE}"
    elif name in OCTAL_DIRECTIVES and not re.fullmatch("[0-7]{3,4}", str(value)):
        yield f'{path} is the number {value}, and takes octal digits: {QUOTE}, for example "0770"'


def spelling(scalar: Scalar, option: Option) -> t.Iterator[str]:
    """Yield what is wrong with a number as it is written: YAML and Ansible would write it another way."""
    if option.secret or scalar.kind not in ("int", "float"):
        return  # what is a secret, a date or a switch is seen by its type
    if option.type == "float" and scalar.kind == "float" and ":" not in scalar.text:
        return  # 5.00 is 5.0 where a number is meant
    read = _read(scalar)
    if read != scalar.text.lstrip("+"):
        yield (
            f"{scalar.file}:{scalar.line}: {scalar.variable} is written {scalar.text}, which is read as {read}: "
            f'{QUOTE} ("{scalar.text}"), or write {read} if that is meant'
        )


def _read(scalar: Scalar) -> str:
    """Return a number of YAML 1.1 as Ansible writes it: octal, binary, hexadecimal, sexagesimal, with underscores."""
    text = scalar.text.replace("_", "").lower()
    sign = "-" if text.startswith("-") else ""
    digits = text.lstrip("+-")
    if scalar.kind == "float":
        return f"{sign}{_float(digits)}"
    if ":" in digits:
        return f"{sign}{_sexagesimal(digits)}"
    if digits != "0" and digits.startswith("0") and digits[1] in "01234567":
        return f"{sign}{int(digits, 8)}"
    return f"{sign}{int(digits, 0)}"


def _float(digits: str) -> str:
    if digits.lstrip(".") in ("inf", "nan"):
        return digits.lstrip(".")
    return str(_sexagesimal(digits) if ":" in digits else float(digits))


def _sexagesimal(digits: str) -> float | int:
    total: float | int = 0
    for part in digits.split(":"):
        total = total * 60 + (float(part) if "." in part else int(part))
    return total


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_list(value: Value) -> bool:
    return isinstance(value, (list, tuple))


def _meant(value: bool, choices: t.Iterable[str]) -> frozenset[str]:
    """Return the choices that an unquoted yes or no may stand for: appendfsync has a `no`."""
    return (_TRUE if value else _FALSE).intersection(choices)


def _label(value: Value, index: int) -> str:
    """Return how an element of a list is distinguished from the others: its name or port, where it has one."""
    if isinstance(value, dict):
        for key in ("name", "port", "set"):
            if isinstance(value.get(key), (str, int)):
                return str(value[key])
    return str(index)


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "true or false"
    if _is_number(value):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if _is_list(value) else "a dictionary" if isinstance(value, dict) else "a date"


def _shown(value: Value, option: Option) -> str:
    if option.secret or isinstance(value, dict) or _is_list(value):
        return _kind(value)
    if isinstance(value, bool):
        return str(value).lower()
    if _is_number(value):
        return f"the number {value}"
    return repr(str(value)) if isinstance(value, str) else f"the date {value}"


Check = t.Callable[[str, Value, Option], t.Iterator[str]]
_CHECKS: t.Mapping[str, Check] = {
    "str": _text,
    "path": _text,
    "int": _whole,
    "float": _number,
    "bool": _switch,
    "list": _list,
    "dict": _dictionary,
}
