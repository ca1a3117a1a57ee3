"""What many events take: in a batch, and out of the spool."""

import gzip
import os
import random
import shutil
import subprocess
import time

from measure import Case, Trouble, running, say
from workshop import PUSH_PATH, entry_of, tool


def runs_of(count):
  """How many times so many are measured."""
  return 3 if count <= 10_000 else 1


def sizes(most):
  """Powers of ten from a thousand on, or the one size that is less."""
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
  """What push.c sends: a request for each line of bodies."""
  encoding = "Content-Encoding: gzip\r\n" if compresses else ""
  with bodies.open("rb") as lines, path.open("wb") as file:
    for line in lines:
      body = gzip.compress(line[:-1], 6, mtime=0) if compresses else line[:-1]
      head = (f"POST {PUSH_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{encoding}"
              f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
      file.write(b"%d\n" % (len(head) + len(body)) + head + body)


def fill_spool(directory, sample, count):
  """Makes a spool of so many entries, each like a sample that the program has written."""
  name, text = sample
  then, _, rest = name.partition(".")
  attempts = rest.partition(",A=")[2]
  before, after = text.split(then)
  for box in ("", "refused", "new", "tmp"):
    (directory / box).mkdir(mode=0o700)
  start = time.time_ns() // 1_000_000 - 3_600_000
  for entry in range(start, start + count):
    entry_time = f"{entry}000000"
    line = after.replace("1700000000.001", f"{entry // 1000}.{entry % 1000:03d}")
    record = before + entry_time + line
    name = f"{entry_time}.{entry:016x},S={len(record)},A={attempts}"
    descriptor = os.open(directory / "new" / name, os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(descriptor, record.encode())
    os.close(descriptor)


class Scale:
  """Many events: rows of what batch, flush and push.c take for them."""

  def __init__(self, shop, options):
    self.shop = shop
    self.options = options
    self.home = shop.home("scale")
    self.spool = shop.place / "spool-scale"
    self.sample = entry_of(shop.make_spool("sample"))
    # Nothing but a receiver's refusal turns the compression off.
    self.ports = {"gzip": shop.receiver(), "plain": shop.receiver("-p")}
    self.rows = []

  def url(self, encoding):
    return f"http://127.0.0.1:{self.ports[encoding]}{PUSH_PATH}"

  def measure(self):
    self.grow("events", self.batches)
    self.grow("entries", self.flushes)
    return self.rows

  def grow(self, what, measure):
    """Measures more and more, until the next is likely to take more time than is left."""
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

  def flushes(self, count):
    for encoding in self.ports:
      command = [self.shop.program, "flush", f"--spool={self.spool}"]
      self.add("flush", encoding, count, lambda: self.empty_spool(encoding, count, command))
    drain = [self.shop.bench.program("drain"), str(self.spool / "new")]
    self.add("floor: entries read and removed in C", "", count,
             lambda: self.empty_spool("plain", count, drain))

  def add(self, what, encoding, count, once):
    """Adds the quickest of some runs, or the only one of a long one."""
    best = min((once() for _ in range(runs_of(count))), key=lambda run: run.wall)
    self.rows.append({
      "what": what, "encoding": encoding, "events": count, "wall_s": best.wall,
      "cpu_s": best.cpu, "user_s": best.user, "system_s": best.system, "peak_kib": best.peak})

  def run(self, command, source="/dev/null"):
    return self.shop.bench.once(Case("scale", "", command, home=self.home, input=source))

  def batches(self, count):
    place = self.shop.place
    events, bodies, requests = place / "events", place / "bodies", place / "requests"
    write_events(events, count)
    with bodies.open("w") as file:
      subprocess.run([self.shop.program, "batch", "--dry-run", events], env={}, stdout=file,
                     stderr=subprocess.DEVNULL, check=True)
    for encoding, port in self.ports.items():
      command = [self.shop.program, "batch", f"--url={self.url(encoding)}"]
      self.add("batch FILE", encoding, count, lambda: self.run([*command, str(events)]))
      self.add("batch from a pipe", encoding, count, lambda: self.run_from_pipe(command, events))
      # The floor's receiver takes either.
      write_requests(bodies, port, encoding == "gzip", requests)
      push = [self.shop.bench.program("push"), str(port), str(requests)]
      self.add("floor: bodies pushed in C", encoding, count, lambda: self.run(push))
    for file in (events, bodies, requests):
      file.unlink()

  def run_from_pipe(self, command, events):
    pipe = self.shop.place / "pipe"
    os.mkfifo(pipe)
    try:
      with running([tool("sh"), "-c", 'exec cat "$1" >"$2"', "cat", str(events), str(pipe)]):
        return self.run(command, str(pipe))
    finally:
      pipe.unlink()

  def empty_spool(self, encoding, count, command):
    # The entries are in the cache, or the disk would be measured.
    name, text = self.sample
    text = text.replace(self.shop.closed_url, self.url(encoding))
    fill_spool(self.spool, (name, text), count)
    run = self.run(command)
    if any((self.spool / "new").iterdir()):
      raise Trouble(f"{' '.join(command)}: not all entries were taken")
    shutil.rmtree(self.spool)
    return run


