#!/usr/bin/python3
"""Draws the picture of a session in the README from a real session.

  picture.py PROGRAM            runs the session and draws session.svg
  picture.py PROGRAM --check    runs it, and fails if the picture shows something else
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from xml.sax.saxutils import escape

PICTURE = Path(__file__).resolve().parent / "session.svg"
LIMIT = 30  # seconds
COLUMNS = 100

INSTALL = "#!/bin/sh\nsleep 0.2\n"
RECEIVER = "metrics-event listen &"
# The typed lines, and the number of lines that the receiver then prints.
SESSION = [
  (RECEIVER, 0),
  ("metrics-event runner-installed --flavor small --duration 12.5", 1),
  ("metrics-event runner-installed --flavor small -- ./install.sh", 1),
  ("metrics-event runner-instaled --flavor small --duration 12.5; echo $?", 0),
  ("metrics-event runner-installed --flavor small --duration 12,5; echo $?", 0),
  ("kill %1", 0),
  ("metrics-event --spool=./waiting runner-installed --flavor small --duration 12.5; echo $?", 0),
  (RECEIVER, 0),
  ("metrics-event --spool=./waiting flush", 1),
]

COLUMN, ROW, MARGIN, BAR = 7.8, 19, 18, 34
COLOURS = {"typed": "#ffffff", "said": "#f0b866", "printed": "#b8c2cc", "arrived": "#7ee2a8"}
DOTS = ["#ff5f57", "#febc2e", "#28c840"]


class Receiver:
  """`metrics-event listen`, which prints its URL in its first line."""

  def __init__(self, environment, port):
    self.process = subprocess.Popen(
      ["metrics-event", "listen", "--port", port], env=environment, text=True,
      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    self.announcement = self.process.stderr.readline().rstrip()
    self.port = re.search(r":(\d+)/", self.announcement)[1]

  def lines(self, count):
    return [self.process.stdout.readline().rstrip() for _ in range(count)]

  def stop(self):
    self.process.terminate()
    self.process.communicate()


def run_session(program):
  """Yields (kind, line) in the order of the terminal."""
  with tempfile.TemporaryDirectory(prefix="session-") as home:
    (Path(home) / "install.sh").write_text(INSTALL)
    (Path(home) / "install.sh").chmod(0o755)
    environment = {
      "HOME": home, "METRICS_EVENT_CONFIG": os.devnull,
      "PATH": f"{Path(program).resolve().parent}:/usr/bin:/bin"}
    os.chdir(home)
    receiver, port, shown = None, "0", []
    try:
      for typed, arrivals in SESSION:
        shown.append(("typed", f"$ {typed}"))
        if typed == RECEIVER:
          receiver = Receiver(environment, port)
          port = receiver.port
          environment["METRICS_EVENT_URL"] = f"http://127.0.0.1:{port}"
          shown.append(("said", receiver.announcement))
        elif typed == "kill %1":
          receiver.stop()
        else:
          output = subprocess.run(["sh", "-c", typed], env=environment, text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
          shown += [("arrived", line) for line in receiver.lines(arrivals)]
          shown += [("said" if line.startswith("metrics-event: ") else "printed", line)
                    for line in output.stdout.splitlines()]
    finally:
      if receiver is not None:
        receiver.stop()
      os.chdir("/")
  # Any port would do for the session; the picture shows 3100, which needs no setting.
  return [(kind, line.replace(f"127.0.0.1:{port}", "127.0.0.1:3100")) for kind, line in shown]


def rows(shown):
  for kind, line in shown:
    for part in textwrap.wrap(line, COLUMNS, break_on_hyphens=False):
      yield kind, part


def draw(shown):
  lines = list(rows(shown))
  width = 2 * MARGIN + COLUMNS * COLUMN
  height = BAR + len(lines) * ROW + MARGIN
  svg = [
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
    f'width="{width:g}" height="{height:g}" role="img">',
    "<title>A session with metrics-event</title>",
    f'<rect width="{width:g}" height="{height:g}" rx="8" fill="#0d1117"/>',
  ]
  svg += [f'<circle cx="{MARGIN + 4 + 20 * i}" cy="17" r="6" fill="{dot}"/>'
          for i, dot in enumerate(DOTS)]
  svg.append('<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,\'DejaVu Sans Mono\','
             'monospace" font-size="13" xml:space="preserve">')
  for i, (kind, line) in enumerate(lines):
    # An explicit length keeps a line on the grid, whatever the font.
    svg.append(f'<text x="{MARGIN}" y="{BAR + 13 + i * ROW}" fill="{COLOURS[kind]}" '
               f'textLength="{len(line) * COLUMN:g}">{escape(line)}</text>')
  svg += ["</g>", "</svg>", ""]
  return "\n".join(svg)


def settled(picture):
  """Without what differs from one run to the next: the times, and where their lengths count."""
  picture = re.sub(r'"(timestamp|duration)":[\d.]+', r'"\1":…', picture)
  return re.sub(r'textLength="[\d.]+"', "", picture)


def main():
  signal.alarm(LIMIT)
  program, *options = sys.argv[1:]
  picture = draw(run_session(program))
  if options == ["--check"]:
    if settled(picture) != settled(PICTURE.read_text()):
      sys.exit(f"{PICTURE.name} shows another session; redraw it with: ./dev picture")
  else:
    PICTURE.write_text(picture)


if __name__ == "__main__":
  main()
