"""Measures many events: in a batch, into the spool, and out of it."""

import gzip
import os
import random
import shutil
import subprocess
import time

from measure import Case, Trouble, running, say
from spools import copy_records, make_spool, write_records
from workshop import PUSH_PATH, tool


def runs_of(count):
  """The number of runs with so many events."""
  return 3 if count <= 100_000 else 1


def sizes(most):
  """Powers of ten from a thousand up, or the only size if it is smaller."""
  return [10 ** power for power in range(3, 7) if 10 ** power <= most] or [most]


def write_events(path, count):
  """A file of events as hosts write them: the four built-in ones, a millisecond apart."""
  chance = random.Random(count)
  start = time.time_ns() // 1_000_000 - 3_600_000
  with path.open("w") as file:
    for number in range(start, start + count):
      head = f'{{"timestamp":{number // 1000}.{number % 1000:03d},"event":'
      flavor = chance.choice(("small", "medium", "large", "edge"))
      took = chance.randrange(10_000_000) / 1000
      job = (f'"flavor":"{flavor}","workflow":"build-{chance.randrange(40)}",'
             f'"repo":"example/project-{chance.randrange(200)}","github_event":"push"')
      file.write(head + chance.choice((
        f'"runner_installed","flavor":"{flavor}","duration":{took}}}\n',
        f'"runner_start",{job},"idle":{took}}}\n',
        f'"runner_stop",{job},"status":"normal","job_duration":{took}}}\n',
        f'"reconciliation","flavor":"{flavor}","crashed_runners":0,"idle_runners":'
        f'{chance.randrange(9)},"active_runners":{chance.randrange(90)},"duration":{took}}}\n',
      )))


def write_requests(bodies, port, compresses, path):
  """The input of push.c: a request for each line of bodies."""
  encoding = "Content-Encoding: gzip\r\n" if compresses else ""
  with bodies.open("rb") as lines, path.open("wb") as file:
    for line in lines:
      body = gzip.compress(line[:-1], 3, mtime=0) if compresses else line[:-1]
      head = (f"POST {PUSH_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{encoding}"
              f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
      file.write(b"%d\n" % (len(head) + len(body)) + head + body)


class Scale:
  """Measures batch, flush and the C programs with many events, in rows."""

  def __init__(self, shop, options):
    self.shop = shop
    self.options = options
    self.home = shop.home("scale")
    # Only a refusal by the receiver turns off compression.
    self.ports = {"gzip": shop.receiver(), "plain": shop.receiver("-p")}
    self.rows = []

  def url(self, encoding):
    return f"http://127.0.0.1:{self.ports[encoding]}{PUSH_PATH}"

  def measure(self):
    self.grow("events", self.batches)
    self.grow("entries", self.spools)
    return self.rows

  def grow(self, what, measure):
    """Measures growing sizes, until the next one would probably take longer than the time left."""
    started = time.monotonic()
    took = 0
    for count in sizes(getattr(self.options, what)):
      before = time.monotonic()
      likely = took * 10 * runs_of(count) / runs_of(count // 10)
      if before - started + likely > self.options.patience[what]:
        say(f"{count} {what} would take too long; --{what} {count} does it")
        break
      say(f"{count} {what}")
      measure(count)
      took = time.monotonic() - before

  def add(self, what, how, count, once, floor=None):
    """Adds the quickest of several runs, or a single long run, beside its floor."""
    best = min((once() for _ in range(runs_of(count))), key=lambda run: run.wall)
    row = {
      "what": what, "how": how, "events": count, "wall_s": best.wall, "cpu_s": best.cpu,
      "user_s": best.user, "system_s": best.system, "peak_kib": best.peak}
    if floor:
      row["ratio"] = best.wall / floor["wall_s"]
    self.rows.append(row)
    return row

  def run(self, command, source="/dev/null"):
    return self.shop.bench.once(
      Case("scale", "", [str(word) for word in command], home=self.home, input=str(source)))

  def batches(self, count):
    place = self.shop.place
    events, bodies, requests = place / "events", place / "bodies", place / "requests"
    write_events(events, count)
    with bodies.open("w") as file:
      subprocess.run([self.shop.program, "batch", "--dry-run", events], env={}, stdout=file,
                     stderr=subprocess.DEVNULL, check=True)
    for encoding, port in self.ports.items():
      # The receiver of the floor accepts both.
      write_requests(bodies, port, encoding == "gzip", requests)
      push = [self.shop.bench.program("push"), port, requests]
      floor = self.add("floor: bodies pushed in C", encoding, count, lambda: self.run(push))
      command = [self.shop.program, "batch", f"--url={self.url(encoding)}"]
      self.add("batch FILE", encoding, count, lambda: self.run([*command, events]), floor)
      self.add("batch from a pipe", encoding, count, lambda: self.run_from_pipe(command, events),
               floor)
    for file in (events, bodies, requests):
      file.unlink()

  def run_from_pipe(self, command, events):
    pipe = self.shop.place / "pipe"
    os.mkfifo(pipe)
    try:
      with running([tool("sh"), "-c", 'exec cat "$1" >"$2"', "cat", str(events), str(pipe)]):
        return self.run(command, pipe)
    finally:
      pipe.unlink()

  def spools(self, count):
    self.fill("on the disk", self.shop.place, count)
    self.fill("in memory", self.shop.memory, count)
    records = self.shop.memory / "records"
    self.empty("batch records", records, count)
    write_records(records, self.shop, self.url("gzip"), count)
    self.empty("single records", records, count)
    self.list_all(records, count)
    records.unlink()

  def fill(self, where, place, count):
    """Measures `batch` into a spool, and leaves its records."""
    events, records, spool, one = (place / name for name in ("events", "records", "spool", "one"))
    write_events(events, count)
    command = [self.shop.program, "batch", f"--spool={spool}", "--spool-max-bytes=4GiB",
               "--retries=0", f"--url={self.shop.closed_url}", events]

    def into_new(command):
      make_spool(spool)
      return self.run(command)

    into_new(command)
    copy_records(records, spool, self.shop, self.url("gzip"))
    durable = [self.shop.bench.program("durable"), spool, records]
    floor = self.add("floor: its records kept in C", where, count, lambda: into_new(durable))
    self.add("batch into the spool", where, count, lambda: into_new(command), floor)
    if where == "on the disk":
      copy = [tool("dd"), f"if={records}", f"of={one}", "bs=1M", "conv=fsync"]
      self.add("floor: its bytes in one file, dd", where, count, lambda: self.run(copy))
      one.unlink()
      records.unlink()
    events.unlink()
    shutil.rmtree(spool)

  def empty(self, what, records, count):
    """Measures the flush of RECORDS."""
    spool = self.shop.memory / "spool"

    def emptied(command):
      make_spool(spool, records, self.shop)
      run = self.run(command)
      if any((spool / "new").iterdir()):
        raise Trouble(f"{' '.join(map(str, command))}: not all entries were taken")
      return run

    drain = [self.shop.bench.program("drain"), self.ports["gzip"], spool]
    floor = self.add(f"floor: {what} sent and removed in C", "", count, lambda: emptied(drain))
    flush = [self.shop.program, "flush", f"--spool={spool}"]
    self.add(f"flush of {what}", "", count, lambda: emptied(flush), floor)
    shutil.rmtree(spool)

  def list_all(self, records, count):
    spool = self.shop.memory / "spool"
    make_spool(spool, records, self.shop)
    command = [self.shop.program, "flush", "--list", f"--spool={spool}"]
    self.add("flush --list of single records", "", count, lambda: self.run(command))
    shutil.rmtree(spool)
