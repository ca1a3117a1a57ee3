"""A fleet of hosts through an outage of its receiver: whether each event arrives once, and when.

Each host is a UTS namespace with a name, a home and a spool of its own. The real program runs in it
under faketime(1), an event at a time; between two runs nothing is waited for, which compresses the
hours. When the receiver is back, each host's timer delivers what waits, with the delay that
metrics-event-flush.timer gives it.
"""

import argparse
import collections
import concurrent.futures
import ctypes
import datetime
import gzip
import http.server
import json
import os
import random
import re
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

from report import STYLE

HERE = Path(__file__).resolve().parent
TIMER = HERE.parent.parent / "packaging/systemd/metrics-event-flush.timer"
PUSH_PATH = "/loki/api/v1/push"
CLONE_NEWUTS, CLONE_NEWUSER = 0x04000000, 0x10000000  # of unshare(2)
LATEST = 10  # the most seconds from the moment of an event to its entry time
MOST_BEHIND = 3600  # seconds that Loki lets an entry be behind the newest one of its stream
ROOM, HEAD, HEIGHT = 680, 34, 120  # of the plot
LIBC = ctypes.CDLL(None, use_errno=True)


class Loki:
  """A receiver that answers as Loki does, at the times of the simulation: it refuses an entry that
  is too far behind its stream, and more bytes a second than a tenant may send."""

  def __init__(self, limit):
    self.limit = limit  # bytes a second; twice as many at once
    self.now = 0.0  # seconds of the simulation
    self.lock = threading.Lock()
    self.room = 2 * limit
    self.refilled = 0.0
    self.newest = {}
    self.entries = collections.Counter()
    self.load = []  # (when, bytes of the lines, bytes of the body, status)
    self.too_old = 0
    self.queries = 0
    self.handler = type("Handler", (http.server.BaseHTTPRequestHandler,), {
      "do_POST": lambda request: self.answer(request),
      "do_GET": lambda request: self.answer_query(request), "protocol_version": "HTTP/1.1",
      "log_message": lambda *_: None})
    self.port = 0
    self.open()
    self.url = f"http://127.0.0.1:{self.port}{PUSH_PATH}"

  def open(self):
    server = type("Server", (socketserver.ThreadingMixIn, http.server.HTTPServer),
                  {"daemon_threads": True, "request_queue_size": 256})
    self.server = server(("127.0.0.1", self.port), self.handler)
    self.port = self.server.server_address[1]
    threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

  def close(self):
    self.server.shutdown()
    self.server.server_close()

  def answer(self, request):
    body = request.rfile.read(int(request.headers["Content-Length"]))
    text = gzip.decompress(body) if request.headers["Content-Encoding"] == "gzip" else body
    status, reason = self.take(json.loads(text), len(body))
    request.send_response(status)
    if status != 204:
      request.send_header("Content-Length", str(len(reason)))
    request.end_headers()
    request.wfile.write(reason.encode() if status != 204 else b"")

  def answer_query(self, request):
    """What query_range of Loki returns, as JSON, of the one stream that is asked for."""
    words = urllib.parse.parse_qs(urllib.parse.urlsplit(request.path).query)
    labels = dict(re.findall(r'(\w+)="([^"]*)"', words["query"][0]))
    first, end = int(words["start"][0]), int(words["end"][0])
    stream = json.dumps(labels, sort_keys=True)
    with self.lock:
      self.queries += 1
      values = sorted([str(when), line] for of, when, line in self.entries
                      if of == stream and first <= when < end)
    result = [{"stream": labels, "values": values[:int(words["limit"][0])]}] if values else []
    body = json.dumps({"status": "success",
                       "data": {"resultType": "streams", "result": result}}).encode()
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)

  def take(self, push, size):
    with self.lock:
      values = [(json.dumps(stream["stream"], sort_keys=True), int(when), line)
                for stream in push["streams"] for when, line, *_ in stream["values"]]
      weight = sum(len(line) for _, _, line in values)
      self.room = min(2 * self.limit, self.room + (self.now - self.refilled) * self.limit)
      self.refilled = self.now
      if weight > self.room:
        return self.note(weight, size, 429,
                         f"ingestion rate limit exceeded for user fake (limit: {self.limit} "
                         f"bytes/sec) while attempting to ingest '{len(values)}' lines totaling "
                         f"'{weight}' bytes, reduce log volume or contact your Loki administrator "
                         "to see if the limit can be increased\n")
      self.room -= weight
      late = []
      for stream, when, line in values:
        newest = self.newest.get(stream, when)
        oldest = newest - MOST_BEHIND * 1_000_000_000
        if when < oldest:
          late.append((when, oldest))
        else:
          self.newest[stream] = max(newest, when)
          self.entries[stream, when, line] += 1
      self.too_old += len(late)
      if not late:
        return self.note(weight, size, 204, "")
      lines = "".join(f"entry with timestamp {moment(when)} ignored, reason: 'entry too far behind, "
                      f"entry timestamp is: {moment(when)}, oldest acceptable timestamp is: "
                      f"{moment(oldest)}',\n" for when, oldest in late[:10])
      return self.note(weight, size, 400, f"{lines}user 'fake', total ignored: {len(late)} out of "
                                          f"{len(values)} for stream: {{job=\"metrics\"}}\n")

  def note(self, weight, size, status, reason):
    self.load.append((self.now, weight, size, status))
    return status, reason


def moment(nanoseconds):
  seconds, rest = divmod(nanoseconds, 1_000_000_000)
  when = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
  return when.strftime("%Y-%m-%dT%H:%M:%S") + (f".{rest:09d}".rstrip("0") if rest else "") + "Z"


def timer_delay():
  """The most seconds by which systemd delays a run of the timer at random."""
  return int(re.search(r"^RandomizedDelaySec=(\d+)s$", TIMER.read_text(), re.M)[1])


class Fleet:
  def __init__(self, options, place):
    self.options = options
    self.place = place
    self.chance = random.Random(options.seed)
    self.loki = Loki(options.limit)
    self.start = int(time.time()) - options.seconds
    self.sent = {}
    self.is_up = True
    self.statuses = collections.Counter()
    self.delay = timer_delay()
    self.faketime = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    for host in range(options.hosts):
      (place / name_of(host)).mkdir()

  def run(self, host, at, *words):
    """Runs the program on a host at a time, in seconds of the simulation."""
    def enter():
      if LIBC.unshare(CLONE_NEWUTS | (0 if os.geteuid() == 0 else CLONE_NEWUSER)) != 0:
        raise OSError(ctypes.get_errno(), "cannot enter a namespace")
      socket.sethostname(name_of(host))
    home = self.place / name_of(host)
    since = datetime.datetime.fromtimestamp(self.start + at, datetime.timezone.utc)
    environment = {
      "HOME": str(home), "LD_PRELOAD": str(self.faketime), "TZ": "UTC",
      "FAKETIME": since.strftime("@%Y-%m-%d %H:%M:%S.%f"), "FAKETIME_DONT_FAKE_MONOTONIC": "1",
      "METRICS_EVENT_LABEL": "job=metrics\nhost=%H", "METRICS_EVENT_URL": self.loki.url,
      "METRICS_EVENT_SPOOL": str(home / "spool")}
    return subprocess.run([self.options.program, *words], env=environment, preexec_fn=enter,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

  def waits(self, host):
    new = self.place / name_of(host) / "spool/new"
    return new.is_dir() and any(new.iterdir())

  def schedule(self):
    """What happens, in its order: (when, what, host)."""
    options = self.options
    for host in range(options.hosts):
      phase = self.chance.uniform(0, options.every)
      for number in range(int((options.seconds - phase) / options.every) + 1):
        yield phase + number * options.every, "event", host
      for minute in range(0, options.seconds, 60):
        is_down = options.before <= minute < options.before + options.outage
        # While the receiver is down a run of the timer reaches nobody; a few of them show it.
        if not is_down or minute % options.sample == 0:
          yield minute + self.chance.uniform(0, self.delay), "timer", host

  def do(self, at, what, host):
    if what == "timer":
      if self.waits(host):
        self.note(what, host, at, self.run(host, at, "flush"), (0, 68, 69, 75))
    else:
      number = f"{host}-{at:.6f}"
      done = self.run(host, at, "send", "job-done", f"id={number}")
      self.sent[number] = (host, at)
      self.note(what, host, at, done, (0,))

  def note(self, what, host, at, done, usual):
    self.statuses[what, done.returncode] += 1
    if done.returncode not in usual:
      print(f"{what} of {name_of(host)} at {at:.1f} s: {done.returncode}: {done.stderr}",
            file=sys.stderr)

  def simulate(self):
    options = self.options
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
      running = {}  # of each host, one after the other
      for at, what, host in sorted(self.schedule()):
        if host in running:
          running.pop(host).result()
        while len(running) >= options.jobs:
          done, _ = concurrent.futures.wait(running.values(),
                                            return_when=concurrent.futures.FIRST_COMPLETED)
          for other in [one for one, future in running.items() if future in done]:
            running.pop(other).result()
        is_up = not options.before <= at < options.before + options.outage
        if is_up != self.is_up:
          for other in list(running):
            running.pop(other).result()
          self.loki.open() if is_up else self.loki.close()
          self.is_up = is_up
        with self.loki.lock:
          self.loki.now = max(self.loki.now, at)
        running[host] = pool.submit(self.do, at, what, host)
      for future in running.values():
        future.result()
    return time.monotonic() - began

  def verdict(self):
    copies = collections.Counter()
    moved = 0
    for (_, when, line), count in self.loki.entries.items():
      number = json.loads(line)["id"]
      copies[number] += count
      _, at = self.sent[number]
      moved += not 0 <= when / 1e9 - self.start - at < LATEST
    return {
      "sent": len(self.sent), "stored once": sum(copies[one] == 1 for one in self.sent),
      "stored twice": sum(copies[one] > 1 for one in self.sent),
      "missing": sum(copies[one] == 0 for one in self.sent), "with another entry time": moved,
      "refused as too far behind": self.loki.too_old,
      "pushes": len(self.loki.load), "queries": self.loki.queries,
      "refused for their rate": sum(status == 429 for *_, status in self.loki.load),
      "streams": len(self.loki.newest),
      "most pushes in a minute": max(pushes_a_minute(self.loki.load).values()),
      "bytes of a line": round(sum(len(line) for *_, line in self.loki.entries)
                               / len(self.loki.entries)),
      "bytes of a body": round(sum(size for *_, size, _ in self.loki.load)
                               / len(self.loki.load))}


def pushes_a_minute(load):
  return collections.Counter(int(when // 60) for when, *_ in load)


def name_of(host):
  return f"runner-{host:03d}"


def plot(fleet, title):
  """The load over time: pushes and bytes of lines a minute."""
  options = fleet.options
  minutes = options.seconds // 60
  counted = pushes_a_minute(fleet.loki.load)
  pushes, volume = [counted[minute] for minute in range(minutes + 1)], [0] * (minutes + 1)
  for when, weight, _, status in fleet.loki.load:
    volume[int(when // 60)] += weight / 1024 if status == 204 else 0
  parts = []
  top = 0
  for what, values, unit in (("Pushes a minute", pushes, ""),
                             ("Lines stored a minute", volume, " KiB")):
    most = max(values)
    left, bottom = 60 + ROOM * options.before / options.seconds, top + HEAD + HEIGHT
    parts += [
      f'<text class="title" x="60" y="{top + 22}">{what}</text>',
      f'<rect class="floor" x="{left:.1f}" y="{top + HEAD}" height="{HEIGHT}" '
      f'width="{ROOM * options.outage / options.seconds:.1f}"/>',
      f'<text class="quiet" x="{left + 8:.1f}" y="{top + HEAD + 18}">nothing answers</text>',
      f'<text class="quiet" x="52" y="{top + HEAD + 10}" text-anchor="end">'
      f'{most:.0f}{unit}</text>']
    width = ROOM / len(values)
    parts += [f'<rect class="own" x="{60 + minute * width:.1f}" width="{width * .8:.1f}" '
              f'y="{bottom - value / most * HEIGHT:.1f}" height="{value / most * HEIGHT:.1f}"/>'
              for minute, value in enumerate(values) if value]
    parts += [f'<text class="quiet" x="{60 + ROOM * minute * 60 / options.seconds:.1f}" '
              f'y="{bottom + 18}" text-anchor="middle">{minute} min</text>'
              for minute in range(0, minutes + 1, 20)]
    top = bottom + 30
  body = "\n  ".join(parts)
  return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {60 + ROOM + 40} {top}" role="img">
  <title>{title}</title>
  <style>
{STYLE}
  </style>
  {body}
</svg>
"""


def options_of(arguments):
  parser = argparse.ArgumentParser(
    prog="./dev fleet", description=__doc__.partition("\n")[0],
    formatter_class=argparse.ArgumentDefaultsHelpFormatter)
  parser.add_argument("program", help=argparse.SUPPRESS)
  for name, usual, text in (
    ("hosts", 200, "how many there are"),
    ("every", 600, "seconds between two events of a host"),
    ("before", 1200, "seconds before the outage"),
    ("outage", 7237, "seconds in which nothing answers"),
    ("after", 1163, "seconds after the outage"),
    ("sample", 1800, "seconds between two runs of a timer in the outage, which reach nobody"),
    ("limit", 16384, "bytes of lines a second that the receiver takes"),
    ("jobs", 4, "runs of the program at a time"),
    ("seed", 1, "of the random times")):
    parser.add_argument(f"--{name}", type=int, metavar="N", default=usual, help=text)
  parser.add_argument("--plot", metavar="FILE", help="where to draw the load")
  options = parser.parse_args(arguments)
  options.seconds = options.before + options.outage + options.after
  return options


def main():
  options = options_of(sys.argv[1:])
  with tempfile.TemporaryDirectory(prefix="fleet-") as place:
    fleet = Fleet(options, Path(place))
    took = fleet.simulate()
  verdict = fleet.verdict()
  hours = f"{options.hosts} hosts, {options.seconds / 3600:.1f} hours"
  print(f"{hours} in {took:.0f} s, {options.seconds / took:.0f} times as fast as they pass")
  for what, count in verdict.items():
    print(f"{what}: {count}")
  for (what, status), count in sorted(fleet.statuses.items()):
    print(f"{what} that ended with {status}: {count}")
  if options.plot:
    Path(options.plot).write_text(plot(fleet, f"The load of {hours}, two of them without receiver"))
  return 0 if verdict["stored once"] == verdict["sent"] else 1


if __name__ == "__main__":
  sys.exit(main())
