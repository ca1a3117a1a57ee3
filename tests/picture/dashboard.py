#!/usr/bin/python3
"""Draws the picture of the dashboard in the README from the answers of a Loki.

  dashboard.py PROGRAM URL [FILE]    sends a made-up day of events to an empty Loki at a base URL,
                                     with the program, asks it the queries of all panels, and draws
                                     dashboard.svg, or FILE

Grafana has no part in it: the picture says so, and its colours and shapes are only like Grafana's.
"""

import json
import math
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from xml.sax.saxutils import escape

from sample_day import sample_day

PICTURE = Path(__file__).resolve().parent / "dashboard.svg"
BOARD = PICTURE.parents[2] / "examples/grafana/dashboard.json"
OPENED = {"Jobs"}  # rows that are collapsed at first, and open in the picture
LIMIT = 120  # seconds until Loki returns what was sent
DAY = 86_400

# How Grafana rounds the time range divided by the width of a panel: below so many seconds, a step.
STEPS = [(15, 10), (25, 20), (45, 30), (90, 60), (210, 120), (450, 300), (750, 600), (1200, 900),
         (2700, 1800), (5400, 3600), (math.inf, 7200)]
UNITS = {"s": 1, "m": 60, "h": 3600}

COLUMN, ROW, GAP, HEAD, FOOT = 40, 31, 6, 44, 28
NAMED = {"green": "#73bf69", "red": "#f2495c", "blue": "#5794f2"}
PALETTE = ["#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#705da0",
           "#37872d", "#fade2a"]
STYLE = """\
text { font: 11px system-ui, sans-serif; fill: #ccccdc }
.title { font-weight: 600; font-size: 12px }
.board { font-weight: 600; font-size: 16px }
.quiet { fill: #8e8e9a; font-size: 10px }
.figure { font-weight: 600; font-size: 34px }
.panel { fill: #181b1f; stroke: #2c2f35 }
.grid { stroke: #2c2f35 }
.line { fill: none; stroke-width: 1.3; stroke-linejoin: round }"""


class Loki:
  """A Loki that was empty and gets the events of a day."""

  def __init__(self, url):
    self.url = url.rstrip("/")

  def ask(self, path, **parameters):
    words = urllib.parse.urlencode(parameters)
    with urllib.request.urlopen(f"{self.url}/loki/api/v1/{path}?{words}", timeout=60) as reply:
      return json.load(reply)["data"]["result"]

  def count(self):
    result = self.ask("query", query='sum(count_over_time({job="metrics"}[25h]))')
    return int(result[0]["value"][1]) if result else 0

  def fill(self, program, lines):
    if self.count():
      sys.exit("dashboard: there are events already; this takes an empty Loki")
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
      file.write("\n".join(lines) + "\n")
      file.flush()
      subprocess.run([program, "batch", "-q", "--config=none", f"--url={self.url}", "--timeout=30s",
                      file.name], check=True)
    # Events that are more than three hours old are only returned after they were flushed.
    flush = urllib.request.Request(f"{self.url}/flush", method="POST")
    urllib.request.urlopen(flush, timeout=60).close()
    deadline = time.monotonic() + LIMIT
    while self.count() != len(lines):
      if time.monotonic() > deadline:
        sys.exit(f"dashboard: Loki returns {self.count()} of {len(lines)} events")
      time.sleep(1)


def seconds(text):
  return int(text[:-1]) * UNITS[text[-1]]


def answers(loki, board, panel, end):
  """The answers of Loki to the queries of a panel, as (legend, result), and the step."""
  begin = end - DAY if panel.get("timeFrom") != "now/d" else end - end % DAY
  wide = panel["gridPos"]["w"] * COLUMN - 20
  step = next(step for most, step in STEPS if (end - begin) / wide < most)
  step = max(step, seconds(panel.get("interval", "1s")))
  names = {variable["name"]: variable["current"].get("value") for variable in
           board["templating"]["list"]}
  names |= {"__interval": f"{step}s", "__range": f"{end - begin}s"}
  found = []
  for target in panel["targets"]:
    query = re.sub(r"\$(\w+)", lambda name, names=names: names[name[1]], target["expr"])
    if target["queryType"] == "instant":
      result = loki.ask("query", query=query, time=end)
    else:
      result = loki.ask("query_range", query=query, start=begin // step * step, end=end, step=step)
    found += [(legend(target, series), series) for series in result]
  if not found:
    sys.exit(f"dashboard: {panel['title']}: Loki returns nothing")
  return found, step


def legend(target, series):
  labels = series.get("metric", {})
  return re.sub(r"\{\{(\w+)\}\}", lambda name: labels.get(name[1], ""),
                target.get("legendFormat", ""))


def shown(value, unit, decimals=None):
  if unit == "percentunit":
    return f"{value * 100:.{decimals or 0}f}%"
  if unit == "s":
    size, name = next(((size, name) for size, name in ((3600, "h"), (60, "min")) if value >= size),
                      (1, "s"))
    return f"{value / size:.3g} {name}"
  return f"{value:g}"


def color_of(panel, name, index):
  for change in panel["fieldConfig"]["overrides"]:
    if change["matcher"]["options"] == name:
      color = change["properties"][0]["value"]["fixedColor"]
      return NAMED.get(color, color)
  return PALETTE[index % len(PALETTE)]


def limits_of(panel):
  return panel["fieldConfig"]["defaults"].get("thresholds", {"steps": []})["steps"]


def text(x, y, words, kind="", **more):
  attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
  kind = f' class="{kind}"' if kind else ""
  return f'<text{kind} x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(words)}</text>'


def ticks(most):
  """About four round values from 0 to at least the maximum."""
  size = 10 ** math.floor(math.log10(most / 4)) if most > 0 else 1
  step = next(size * factor for factor in (1, 2, 5, 10) if size * factor * 4.5 >= most)
  return [step * i for i in range(math.ceil(most / step - 1e-9) + 1)]


class Plot:
  """The places of the values of a panel in the picture."""

  def __init__(self, panel, box, end, most):
    self.unit = panel["fieldConfig"]["defaults"].get("unit")
    x, y, wide, high = box
    self.left, self.right, self.top, self.bottom = x + 46, x + wide - 10, y + 32, y + high - 40
    self.begin, self.end = end - DAY, end
    self.ticks = ticks(most)

  def x(self, moment):
    part = (float(moment) - self.begin) / (self.end - self.begin)
    return self.left + min(max(part, 0), 1) * (self.right - self.left)

  def y(self, value):
    return self.bottom - value / self.ticks[-1] * (self.bottom - self.top)

  def axes(self):
    for value in self.ticks:
      yield f'<path class="grid" d="M{self.left} {self.y(value):.1f}H{self.right}"/>'
      yield text(self.left - 5, self.y(value) + 3, shown(value, self.unit), "quiet",
                 text_anchor="end")
    hours = 4 if self.right - self.left > 300 else 8
    for moment in range(self.begin - self.begin % 3600 + 3600, self.end, 3600):
      if moment // 3600 % hours == 0:
        yield text(self.x(moment), self.bottom + 14, time.strftime("%H:%M", time.gmtime(moment)),
                   "quiet", text_anchor="middle")


def values_of(series):
  return {moment: float(value) for moment, value in series["values"]}


def bars(panel, found, step, box, end):
  """Stacked bars, each a stroke that starts at the end of the one below it."""
  rows = [(name, values_of(series)) for name, series in found]
  heights = {}
  for _, values in rows:
    for moment, value in values.items():
      heights[moment] = heights.get(moment, 0) + value
  plot = Plot(panel, box, end, max(heights.values()))
  yield from plot.axes()
  wide = max(0.6, (plot.right - plot.left) * step / DAY * 0.8)
  bases = dict.fromkeys(heights, 0)
  for index, (name, values) in enumerate(rows):
    strokes = ""
    for moment, value in sorted(values.items()):
      low, high = plot.y(bases[moment]), plot.y(bases[moment] + value)
      strokes += f"M{plot.x(moment - step / 2):.1f} {low:.1f}V{high:.1f}"
      bases[moment] += value
    yield f'<path d="{strokes}" stroke="{color_of(panel, name, index)}" stroke-width="{wide:.2f}"/>'


def lines(panel, found, step, box, end):
  """A line breaks if two values are further apart than the panel allows."""
  rows = [(name, values_of(series)) for name, series in found]
  plot = Plot(panel, box, end, max(max(values.values()) for _, values in rows))
  yield from plot.axes()
  gap = panel["fieldConfig"]["defaults"]["custom"]["spanNulls"] / 1000
  for index, (name, values) in enumerate(rows):
    path, before = "", -math.inf
    for moment, value in sorted(values.items()):
      path += f"{'ML'[moment - before <= max(gap, step)]}{plot.x(moment):.1f} {plot.y(value):.1f}"
      before = moment
    color = color_of(panel, name, index)
    yield f'<path class="line" d="{path}" stroke="{color}"/>'
    points = re.sub(r"[ML]([\d.]+ [\d.]+)", r"M\1h0", path)
    yield f'<path d="{points}" stroke="{color}" stroke-width="4" stroke-linecap="round"/>'
  for limit in limits_of(panel)[1:]:
    if limit["value"] <= plot.ticks[-1]:
      yield (f'<path d="M{plot.left} {plot.y(limit["value"]):.1f}H{plot.right}" stroke-width="1.3" '
             f'stroke="{NAMED[limit["color"]]}" stroke-dasharray="6 4"/>')


def names_below(panel, found, box):
  """A count stands for the names that do not fit."""
  x, y, wide, high = box
  left = x + 14
  for index, (name, _) in enumerate(found):
    if left + 5.8 * len(name) + 20 > x + wide:
      yield text(left, y + high - 10, f"+{len(found) - index}", "quiet")
      return
    yield (f'<path d="M{left} {y + high - 14}h12" stroke="{color_of(panel, name, index)}" '
           'stroke-width="4" stroke-linecap="round"/>')
    yield text(left + 19, y + high - 10, name)
    left += 5.8 * len(name) + 28


def timeseries(panel, found, step, box, end):
  defaults = panel["fieldConfig"]["defaults"]
  draw = bars if defaults["custom"].get("drawStyle") == "bars" else lines
  yield from draw(panel, found, step, box, end)
  yield from names_below(panel, found, box)


def figure(panel, found, box):
  x, y, wide, high = box
  defaults = panel["fieldConfig"]["defaults"]
  value = float(found[0][1]["value"][1])
  color = [step["color"] for step in limits_of(panel) if value >= (step["value"] or 0)][-1]
  yield text(x + wide / 2, y + high / 2 + 22,
             shown(value, defaults["unit"], defaults.get("decimals")), "figure",
             text_anchor="middle", style=f"fill: {NAMED[color]}")


def table(panel, found, box):
  x, y, wide, high = box
  rows = sorted((series for _, series in found), key=lambda series: -float(series["value"][1]))
  names = sorted(rows[0]["metric"])
  words = {}
  for change in panel.get("fieldConfig", {"overrides": []})["overrides"]:
    words = {word: look["color"]
             for word, look in change["properties"][1]["value"][0]["options"].items()}
  places = [x + 12 + wide * 0.42 * i for i in range(len(names))]
  for place, name in zip(places, names):
    yield text(place, y + 44, name, "title")
  yield text(x + wide - 12, y + 44, "jobs", "title", text_anchor="end")
  for line, series in enumerate(rows[:int((high - 60) / 19)]):
    down = y + 64 + 19 * line
    yield f'<path class="grid" d="M{x + 8} {down - 14}H{x + wide - 8}"/>'
    for place, name in zip(places, names):
      word = series["metric"][name]
      color = words.get(word)
      more = {"style": f"fill: {NAMED.get(color, color)}"} if color else {}
      yield text(place, down, word, **more)
    yield text(x + wide - 12, down, series["value"][1], text_anchor="end")


def draw_panel(panel, found, step, down, end):
  grid = panel["gridPos"]
  box = (grid["x"] * COLUMN + GAP / 2, down + GAP / 2, grid["w"] * COLUMN - GAP,
         grid["h"] * ROW - GAP)
  x, y, wide, high = box
  yield f'<rect class="panel" x="{x}" y="{y}" width="{wide}" height="{high}" rx="3"/>'
  yield text(x + 12, y + 20, panel["title"], "title")
  if panel["type"] == "timeseries":
    yield from timeseries(panel, found, step, box, end)
  elif panel["type"] == "stat":
    yield from figure(panel, found, box)
  else:
    yield from table(panel, found, box)


def rows_of(board):
  """Each row with its panels, which follow an open row and are inside a collapsed one."""
  rows = []
  for panel in board["panels"]:
    if panel["type"] == "row":
      rows.append((panel, list(panel["panels"])))
    else:
      rows[-1][1].append(panel)
  return rows


def draw(board, found, end, version):
  parts, down = [], HEAD
  for row, panels in rows_of(board):
    is_open = not row["collapsed"] or row["title"] in OPENED
    sign = "\u2304" if is_open else "\u203a"
    parts.append(text(GAP + 2, down + 20, f"{sign}  {row['title']}", "title"))
    down += ROW
    if is_open:
      first = panels[0]["gridPos"]["y"]
      for panel in panels:
        place = down + (panel["gridPos"]["y"] - first) * ROW
        parts += draw_panel(panel, *found[panel["id"]], place, end)
      last = panels[-1]["gridPos"]
      down += (last["y"] + last["h"] - first) * ROW
  day = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(end))
  about = (f"Drawn by tests/picture/dashboard.py from the answers of Loki {version} to the queries "
           "of these panels; the events are made up, and Grafana's own drawing differs.")
  wide, high = 24 * COLUMN, down + FOOT
  body = "\n".join(parts)
  return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img">
<title>The dashboard {board["title"]}</title>
<desc>{escape(about)}</desc>
<style>
{STYLE}
</style>
<rect width="{wide}" height="{high}" rx="6" fill="#111217"/>
{text(GAP + 4, 28, board["title"], "board")}
{text(wide - GAP - 4, 28, f"the 24 hours until {day}", "quiet", text_anchor="end")}
{body}
{text(GAP + 4, high - 10, about, "quiet")}
</svg>
"""


def main():
  program, url, *files = sys.argv[1:]
  board = json.loads(BOARD.read_text())
  loki = Loki(url)
  end = int(time.time()) // 60 * 60
  loki.fill(program, sample_day(end))
  with urllib.request.urlopen(f"{loki.url}/loki/api/v1/status/buildinfo", timeout=60) as reply:
    version = json.load(reply)["version"]
  found = {panel["id"]: answers(loki, board, panel, end)
           for _, panels in rows_of(board) for panel in panels}
  picture = Path(files[0]) if files else PICTURE
  picture.write_text(draw(board, found, end, version))


if __name__ == "__main__":
  main()
