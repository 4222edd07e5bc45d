"""What people and machines are told of a night."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from xml.etree import ElementTree

import pytest

from expert.fleet import feed, message, metrics, notices
from tests.fleet.fleets import healthy, overfitted, put, take


@pytest.fixture
def root(tmp_path):
    put(tmp_path / "runs" / "ann" / "log.csv", overfitted())
    (tmp_path / "runs" / "ann" / "config.json").write_text('{"owner": "ann"}')
    put(tmp_path / "runs" / "bob" / "log.csv", overfitted())
    (tmp_path / "runs" / "bob" / "config.json").write_text('{"owner": "bob"}')
    put(tmp_path / "runs" / "good" / "log.csv", healthy())
    return tmp_path / "runs"


@pytest.fixture
def webhook():
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}", received
    server.shutdown()


def test_each_owner_hears_of_their_own_runs(root):
    told = notices.messages(take(root), [], {"ann": "json://a", "bob": "json://b", "eve": "json://e"})
    assert [address for address, _, _ in told] == ["json://a", "json://b"]
    assert all("ann" in text and "bob" not in text for address, _, text in told if address == "json://a")


def test_nobody_is_told_when_nothing_changed(root):
    take(root)
    assert notices.messages(take(root, day=1), ["json://all"], {"ann": "json://a"}) == []


def test_a_message_reaches_a_real_webhook(root, webhook):
    address, received = webhook
    for told in notices.messages(take(root), [address], {}):
        notices.send(*told)
    assert "new or worse" in received[0]["title"]


def test_an_address_that_is_none_is_said_without_its_secrets():
    with pytest.raises(notices.NoticeError) as error:
        notices.send("nonsense://user:secret@host", "title", "text")
    assert "secret" not in str(error.value)


def test_the_feed_is_atom_with_an_entry_for_each_news(root):
    told = take(root)
    entries = list(ElementTree.fromstring(feed.atom(told)).iter("{http://www.w3.org/2005/Atom}entry"))
    assert len(entries) == len(told.of("new"))


def test_prometheus_counts_open_findings(root):
    told = take(root)
    lines = metrics.prometheus(told, 1.0).splitlines()
    counted = sum(float(line.split()[1]) for line in lines if line.startswith("training_expert_findings{"))
    assert counted == len(told.entries)


def test_the_message_names_what_is_new_first(root):
    text = message.text(take(root))
    assert text.index("ann/log.csv") < len(text)
    assert text.startswith("Night 2026-11-01: 2 findings new or worse in 3 runs (the first night)")
