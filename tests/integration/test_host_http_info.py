# Copyright (c) 2026, the almashooq.redis authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module host_http_info, of services that listen on this machine."""

from __future__ import annotations

import ssl
import subprocess
import threading

import pytest

from tests.unit._host.test_answers import Server, serving

from .module_runner import converged, refused


def test_all_services_are_asked_with_one_call_also_in_check_mode() -> None:
    with serving((200, "up 1\nother 2\n")) as one, serving((200, "up 0\n")) as two:
        for check in (True, False):
            found = converged("host_http_info", {"urls": [one.url, two.url], "lines": "^up "}, check=check)
            assert [answer["text"] for answer in found["answers"]] == ["up 1\n", "up 0\n"]
            assert found["changed"] is False


def test_a_service_that_does_not_answer_is_named_with_the_remedy() -> None:
    with serving((500, "no")) as server:
        told = refused("host_http_info", {"urls": [server.url], "within": 0.2, "hint": "See its log."})["msg"]
        assert f"{server.url}: it answered 500" in told
        assert told.endswith("See its log.")


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9"])
def test_no_proxy_is_asked(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with serving((200, "here")) as server:
        assert converged("host_http_info", {"urls": [server.url], "within": 2})["answers"][0]["text"] == "here"


def test_a_certificate_of_any_name_will_do(tmp_path) -> None:
    key, certificate = str(tmp_path / "key"), str(tmp_path / "certificate")
    made_of = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    written = ["-subj", "/CN=elsewhere.example.com", "-keyout", key, "-out", certificate]
    subprocess.run(["openssl", "req", "-x509", *made_of, *written], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Server([(200, "secure")]) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        url = f"https://127.0.0.1:{server.server_port}/"
        assert converged("host_http_info", {"urls": [url]})["answers"][0]["text"] == "secure"
        server.shutdown()
