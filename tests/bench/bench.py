"""What a send costs, beside what else would do it; `./dev bench --help`."""

import argparse
import concurrent.futures
import contextlib
import datetime
import gzip
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import report
from measure import LIMIT, Bench, Case, Trouble, output_of, running, summary

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EVENT = ["runner-installed", "--flavor", "small", "--duration", "12.5"]
PATIENCE = 100  # seconds for the batches, and again for the flushes
PUSH_PATH = "/loki/api/v1/push"
C_PROGRAMS = [  # name, source, flags
  ("floor", "floor", []),
  ("floor-static", "floor", ["-static"]),
  ("durable", "durable", []),
  ("push", "push", []),
  ("drain", "drain", []),
  ("receiver", "receiver", []),
  ("runner", "runner", ["-static"]),
]
NGINX = """daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy;
  fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    return 204;
  }}
}}
"""


def say(text):
  print(f"bench: {text}", file=sys.stderr)


def parse(arguments):
  parser = argparse.ArgumentParser(
    prog="./dev bench", description="Measures what a send costs, beside what else would do it.")
  add = parser.add_argument
  add("--quick", action="store_true", help="everything a little, in less than a minute")
  add("--readme", action="store_true", help="write the last run's figures into README and its plot")
  add("--runs", type=int, metavar="N", help="of each single send (400)")
  add("--events", type=int, metavar="N", help="the most in one batch (1000000, if time allows)")
  add("--entries", type=int, metavar="N", help="the most in the spool for one flush (100000)")
  add("--sends", type=int, metavar="N", help="by concurrent senders (1024)")
  add("--no-counts", action="store_true", help="neither instructions nor system calls")
  add("--program", type=Path, default=ROOT / "build/release/metrics-event", help=argparse.SUPPRESS)
  add("--static-program", type=Path, default=ROOT / "build/static/metrics-event", help=argparse.SUPPRESS)
  add("--output", type=Path, default=ROOT / "build", help=argparse.SUPPRESS)
  options = parser.parse_args(arguments)
  # What somebody asks for may take its time.
  options.patience = {name: PATIENCE if getattr(options, name) is None else LIMIT * 10
                      for name in ("events", "entries")}
  usual = (40, 10_000, 10_000, 256) if options.quick else (400, 1_000_000, 100_000, 1024)
  for name, value in zip(("runs", "events", "entries", "sends"), usual):
    if getattr(options, name) is None:
      setattr(options, name, value)
  return options


def first_line(command):
  try:
    return output_of(command).splitlines()[0]
  except (OSError, Trouble, IndexError):
    return "unknown"


def machine():
  """Where and with what this was measured."""
  cpus = [line.partition(": ")[2] for line in Path("/proc/cpuinfo").read_text().splitlines()
          if line.startswith("model name")]
  return {
    "cpu": cpus[0] if cpus else os.uname().machine,
    "cores": os.cpu_count(),
    "kernel": os.uname().release,
    "glibc": os.confstr("CS_GNU_LIBC_VERSION"),
    "compiler": first_line(["c++", "--version"]),
    "commit": first_line(["git", "-C", str(ROOT), "describe", "--always", "--dirty"]),
    "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
    "load": os.getloadavg()[0],
  }


def compile_c(place):
  for name, source, flags in C_PROGRAMS:
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", *flags, "-o", place / name,
                    HERE / f"{source}.c"], check=True)


def tool(name):
  path = shutil.which(name, path="/usr/sbin:/usr/bin:/bin")
  if path is None:
    raise Trouble(f"{name} is not installed")
  return path


def free_port():
  with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    return probe.getsockname()[1]


class Workshop:
  """The scratch directory with the programs, the homes and the receivers of a run."""

  def __init__(self, options, scratch, stack):
    self.place = Path(scratch).resolve()
    self.bench = Bench(self.place)
    self.program = str(options.program.resolve())
    self.static_program = str(options.static_program.resolve())
    self.stack = stack
    compile_c(self.place)
    self.port = self.receiver("-l", "log.sock")
    self.url = f"http://127.0.0.1:{self.port}{PUSH_PATH}"
    closed = stack.enter_context(socket.socket())  # taken, so that nobody listens there
    closed.bind(("127.0.0.1", 0))
    self.closed_url = f"http://127.0.0.1:{closed.getsockname()[1]}{PUSH_PATH}"

  def receiver(self, *options):
    """Starts one, and gives its port."""
    process = self.stack.enter_context(running(
      [self.bench.program("receiver"), *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
      cwd=self.place, text=True))
    return int(process.stdout.readline())

  def https_receiver(self):
    """Starts nginx with a certificate made for it, and gives its URL."""
    port = free_port()
    (self.place / "nginx.conf").write_text(NGINX.format(port=port))
    output_of(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
               "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
               "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "certificate.pem"],
              cwd=self.place)
    log = (self.place / "nginx.log").open("w")
    nginx = self.stack.enter_context(running(
      [tool("nginx"), "-p", str(self.place), "-c", "nginx.conf", "-e", "stderr"], stderr=log))
    for _ in range(200):
      with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return f"https://127.0.0.1:{port}{PUSH_PATH}"
      if nginx.poll() is not None:
        break
      time.sleep(0.02)
    raise Trouble(f"nginx: {(self.place / 'nginx.log').read_text().strip()}")

  def home(self, name, types=0, config=""):
    """A home with a configuration file and so many declared events."""
    home = self.place / f"home-{name}"
    settings = home / ".config/metrics-event"
    (settings / "events.d").mkdir(parents=True)
    if config:
      (settings / "config.toml").write_text(config)
    for number in range(types):
      (settings / f"events.d/backup-{number:03d}.json").write_text(json.dumps({
        "description": "a backup is finished",
        "type": "object",
        "properties": {
          "target": {"description": "where to", "type": "string", "minLength": 1},
          "kind": {"enum": ["full", "incremental"], "default": "incremental"},
          "size": {"description": "in bytes", "type": "integer", "minimum": 0},
          "took": {"type": "number", "minimum": 0, "x-unit": "seconds", "x-measured": "duration"},
        },
        "required": ["target", "took"],
        "additionalProperties": False,
      }))
    return str(home)

  def make_spool(self, name):
    """A new spool with one entry."""
    directory = self.place / f"spool-{name}"
    subprocess.run(
      [self.program, f"--spool={directory}", "--retries=0", f"--url={self.closed_url}",
       "runner-stop", "--timestamp=1700000000.001", "--flavor=small", "--workflow=build",
       "--repo=example/project", "--github-event=push", "--status=normal", "--job-duration=12.5"],
      env={}, stderr=subprocess.DEVNULL, check=True)
    return directory


def entry_of(spool):
  """The name and the text of the one entry."""
  entry = next((spool / "new").iterdir())
  return entry.name, entry.read_text()


def single_cases(shop):
  """All ways of a single send, and what is near them."""
  empty = shop.home("empty")
  configured = shop.home(
    "configured", types=3,
    config=f'url = "{shop.url}"\ntimeout = "10s"\n\n[label]\njob = "runners"\nenv = "prod"\n')
  declared = shop.home("declared", types=100)
  spool, durable = shop.make_spool("single"), shop.make_spool("durable")
  name, record = entry_of(durable)
  https = shop.https_receiver()
  authority = str(shop.place / "certificate.pem")
  program, static = shop.program, shop.static_program
  body = output_of([program, *EVENT, "--dry-run"], env={}).strip()
  curl = [tool("curl"), "-fsS", "-H", "Content-Type: application/json", "--data-binary", body]
  line = json.loads(body)["streams"][0]["values"][0][1]
  return [
    Case("floor-static", "floor: a socket in C, static",
         [shop.bench.program("floor-static"), str(shop.port)], "floor-static", empty),
    Case("http-static", "metrics-event, static",
         [static, f"--url={shop.url}", *EVENT], "floor-static", empty),
    Case("floor", "floor: a socket in C",
         [shop.bench.program("floor"), str(shop.port)], "floor", empty),
    Case("http", "metrics-event", [program, f"--url={shop.url}", *EVENT], "floor", empty),
    Case("configured", "  with a configuration and 3 declared events",
         [program, *EVENT], "floor", configured),
    Case("declared", "  with 100 declared events",
         [program, f"--url={shop.url}", *EVENT], "floor", declared),
    Case("dry-run", "metrics-event --dry-run",
         [program, "--dry-run", f"--url={shop.url}", *EVENT], "floor", empty),
    Case("version", "metrics-event --version", [program, "--version"], "floor", empty),
    Case("https-static", "metrics-event, https, static",
         [static, f"--url={https}", f"--ca-cert={authority}", *EVENT], "floor-static", empty),
    Case("https", "metrics-event, https",
         [program, f"--url={https}", f"--ca-cert={authority}", *EVENT], "floor", empty),
    Case("curl-https", "curl, https", [*curl, "--cacert", authority, https], "floor", empty),
    Case("durable", "floor of the spool: its writes in C",
         [shop.bench.program("durable"), str(durable), name, record.strip()], "durable", empty,
         swept=str(durable / "new")),
    Case("spool", "metrics-event, into the spool",
         [program, f"--spool={spool}", "--retries=0", f"--url={shop.closed_url}", *EVENT],
         "durable", empty, swept=str(spool / "new")),
    Case("logger", "logger, to a socket",
         [tool("logger"), "--socket", "log.sock", "--tag", "metrics", line], "floor", empty),
    Case("curl", "curl", [*curl, shop.url], "floor", empty),
    Case("script", "sh with date and curl",
         [tool("sh"), str(HERE / "send.sh"), shop.url], "floor", empty),
    Case("python", "python3 with pydantic and requests",
         ["/usr/bin/python3", str(HERE / "issue_event.py"), shop.url], "floor", empty, every=2),
  ]


def measure_single(shop, cases, options):
  say(f"a single send in {len(cases)} ways, {options.runs} runs each")
  runs = shop.bench.rounds(cases, options.runs, 150)
  rows = {case.name: {"label": case.label, "floor": case.floor, **summary(runs[case.name])}
          for case in cases}
  for row in rows.values():
    row["ratio"] = round(row["minimum_us"] / rows[row["floor"]]["minimum_us"], 3)
  if not options.no_counts:
    say("instructions and system calls")
    counted = [case for case in cases if not (options.quick and case.name == "python")]
    counted.sort(key=lambda case: case.name != "python")  # which takes longest

    def count(case):
      calls = min(shop.bench.system_calls(case) for _ in range(3))  # one that waits makes more
      total, own = shop.bench.instructions(case)
      return {"system_calls": calls, "instructions": total, "instructions_without_loader": own}

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
      for case, counts in zip(counted, pool.map(count, counted)):
        rows[case.name].update(counts)
  return rows


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
      if before - started + took * 10 > self.options.patience[what]:
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
    best = min((once() for _ in range(3 if count <= 10_000 else 1)), key=lambda run: run.wall)
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


def measure_senders(shop, cases, options):
  say(f"{options.sends} sends by concurrent senders")
  rows = []
  for senders in (1, 8, 64, 512):
    for case in cases:
      if case.name in ("floor", "http", "curl"):
        wall = shop.bench.crowd(case, senders, options.sends)
        rows.append({"senders": senders, "what": case.label, "name": case.name,
                     "sends": options.sends, "wall_s": wall})
  return rows


def bench(options):
  """Measures everything."""
  result = {"machine": machine()}
  options.output.mkdir(parents=True, exist_ok=True)
  # Beside the build, where fsync costs what it costs on a disk.
  with contextlib.ExitStack() as stack:
    scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=options.output))
    shop = Workshop(options, scratch, stack)
    cases = single_cases(shop)
    result["single"] = measure_single(shop, cases, options)
    result["senders"] = measure_senders(shop, cases, options)
    result["scale"] = Scale(shop, options).measure()
  result["targets"] = report.targets(result)
  return result


def write_readme(result):
  """Puts the figures of a run where people read them."""
  (HERE / "speed.svg").write_text(report.plot(result))
  readme = ROOT / "README.md"
  begin, end = "<!-- begin speed -->\n", "<!-- end speed -->\n"
  before, _, rest = readme.read_text().partition(begin)
  _, found, after = rest.partition(end)
  if not found:
    raise Trouble("README.md has no part for the speed")
  readme.write_text(before + begin + report.markdown(result) + end + after)


def main(arguments):
  options = parse(arguments)
  kept = options.output / "bench.json"
  if options.readme:
    if not kept.exists():
      raise Trouble("nothing was measured yet; run ./dev bench")
    write_readme(json.loads(kept.read_text()))
    return
  result = bench(options)
  kept.write_text(json.dumps(result, indent=2) + "\n")
  (options.output / "bench.svg").write_text(report.plot(result))
  print(report.text(result))
  say(f"{kept} has all of it, and bench.svg beside it the plot")


if __name__ == "__main__":
  signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started ends too
  try:
    main(sys.argv[1:])
  except (Trouble, OSError, subprocess.CalledProcessError) as trouble:
    sys.exit(f"bench: {trouble}")
  except KeyboardInterrupt:
    sys.exit(130)
