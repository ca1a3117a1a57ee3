"""Draws the picture of the dashboard from a stand-in for Loki, to see that it can be drawn.

  dashboard_test.py PROGRAM
"""

import gzip
import http.server
import itertools
import json
import re
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse
import xml.etree.ElementTree
from pathlib import Path

import dashboard

LIMIT = 120  # seconds
LABELS = {
  "flavor": ["small", "large"],
  "repo": ["example/web", "example/api"],
  "workflow": ["build"],
  "event": ["runner_start", "runner_stop"],
  "status": ["normal", "abnormal"],
  "job_conclusion": ["success", "failure", "cancelled"],
  "status_info_code": ["137"],
  "github_event": ["push", "schedule"],
}


class StandIn(http.server.BaseHTTPRequestHandler):
  """Counts what is pushed, and answers 1 for each combination of the labels in a query."""

  stored = 0

  def reply(self, status, result=None, **more):
    body = json.dumps({"data": {"result": result}, **more}).encode()
    self.send_response(status)
    self.send_header("Content-Length", str(0 if status == 204 else len(body)))
    self.end_headers()
    if status != 204:
      self.wfile.write(body)

  def do_POST(self):  # pylint: disable=invalid-name
    body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
    if self.path == "/loki/api/v1/push":
      if self.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
      StandIn.stored += sum(len(stream["values"]) for stream in json.loads(body)["streams"])
    self.reply(204)

  def do_GET(self):  # pylint: disable=invalid-name
    path, _, words = self.path.partition("?")
    asked = dict(urllib.parse.parse_qsl(words))
    if path.endswith("/buildinfo"):
      self.reply(200, version="1.2.3")
    elif "[25h]" in asked["query"]:
      self.reply(200, [{"metric": {}, "value": [0, str(StandIn.stored)]}] if StandIn.stored else [])
    else:
      groups = re.search(r"by \(([^)]*)\)", asked["query"])
      names = groups[1].split(", ") if groups else []
      self.reply(200, [self.series(asked, dict(zip(names, values)))
                       for values in itertools.product(*(LABELS[name] for name in names))])

  def series(self, asked, labels):
    if "step" not in asked:
      return {"metric": labels, "value": [int(asked["time"]), "1"]}
    moments = range(int(asked["start"]), int(asked["end"]), int(asked["step"]))
    return {"metric": labels, "values": [[moment, "1"] for moment in moments]}

  def log_message(self, *_):
    pass


class DashboardTest(unittest.TestCase):
  program = ""

  def draw(self, url, picture):
    return subprocess.run([sys.executable, "-B", dashboard.__file__, self.program, url, picture],
                          timeout=LIMIT, stderr=subprocess.PIPE, text=True, check=False)

  def test_every_open_panel_is_drawn_as_it_is_in_the_committed_picture(self):
    with (http.server.ThreadingHTTPServer(("127.0.0.1", 0), StandIn) as server,
          tempfile.TemporaryDirectory(prefix="dashboard-test-") as directory):
      threading.Thread(target=server.serve_forever, daemon=True).start()
      url = f"http://127.0.0.1:{server.server_address[1]}"
      picture = Path(directory) / "drawn.svg"
      drawn = self.draw(url, picture)
      self.assertEqual((drawn.returncode, drawn.stderr), (0, ""))
      again = self.draw(url, picture)
      self.assertIn("this takes an empty Loki", again.stderr)
      server.shutdown()
      titles = self.titles(picture)
    board = json.loads(dashboard.BOARD.read_text())
    for row, panels in dashboard.rows_of(board):
      self.assertTrue(any(title.endswith(f"  {row['title']}") for title in titles), row["title"])
      if not row["collapsed"] or row["title"] in dashboard.OPENED:
        self.assertLessEqual({panel["title"] for panel in panels}, set(titles))
    self.assertEqual(self.titles(dashboard.PICTURE), titles, "run ./dev picture URL")

  def titles(self, picture):
    """Those of the rows, panels and columns; it is XML, and says that it is a drawing."""
    svg = xml.etree.ElementTree.parse(picture)
    prefix = "{http://www.w3.org/2000/svg}"
    self.assertIn("Drawn by", svg.find(f"{prefix}desc").text)
    return [text.text for text in svg.iter(f"{prefix}text") if text.get("class") == "title"]


if __name__ == "__main__":
  DashboardTest.program = sys.argv.pop()
  unittest.main()
