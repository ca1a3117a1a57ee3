"""Measures the cost of a send, beside that of other ways to send an event; `./dev bench --help`."""

import argparse
import concurrent.futures
import contextlib
import datetime
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import report
from measure import LIMIT, Case, Trouble, output_of, say, summary
from scale import Scale
from spools import make_names, make_spool
from workshop import HERE, PUSH_PATH, Workshop, memory, tool

ROOT = HERE.parents[1]
EVENT = ["runner-installed", "--flavor", "small", "--duration", "12.5"]
PATIENCE = 100  # seconds for the batches, and again for the spools
WAITING = (1000, 100_000)  # entries beside which another one goes into the spool


def parse(arguments):
  parser = argparse.ArgumentParser(
    prog="./dev bench", description="Measures the cost of a send, beside that of other ways to send an event.")
  add = parser.add_argument
  add("--quick", action="store_true", help="measure everything briefly, in about a minute")
  add("--readme", action="store_true",
      help="write the figures of the last run into README.md and the plot beside it")
  add("--runs", type=int, metavar="N", help="the runs of each single send (400)")
  add("--events", type=int, metavar="N", help="the most events in one batch (1000000, if time allows)")
  add("--entries", type=int, metavar="N",
      help="the most entries in the spool (100000; 1000000 takes minutes and 6 GB of memory)")
  add("--sends", type=int, metavar="N", help="the sends by concurrent senders (1024)")
  add("--no-counts", action="store_true", help="count neither instructions nor system calls")
  add("--program", type=Path, default=ROOT / "build/release/metrics-event", help=argparse.SUPPRESS)
  add("--static-program", type=Path, default=ROOT / "build/static/metrics-event",
      help=argparse.SUPPRESS)
  add("--output", type=Path, default=ROOT / "build", help=argparse.SUPPRESS)
  options = parser.parse_args(arguments)
  # Sizes that were asked for may take a long time.
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
  """The machine and the tools of the measurement."""
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


def spool_cases(shop, most, home):
  """Cases of keeping an event: in a new spool, and in spools with up to so many entries."""
  spools = {"spool": shop.place / "spool-new", "durable": shop.place / "spool-durable"}
  labels = {"spool": "metrics-event, into the spool"}
  records = shop.place / "records"
  for waiting in (count for count in WAITING if count <= most):
    name = f"spool-{waiting}"
    spools[name] = shop.place / name
    labels[name] = f"  beside {waiting:,} waiting".replace(",", " ")
    make_names(spools[name], waiting)
  record, text = shop.kept(*EVENT)
  make_spool(spools["durable"])
  records.write_text(f"{record}\n{text}")
  yield Case("durable", "floor of the spool: its writes in C",
             [shop.bench.program("durable"), str(spools["durable"]), str(records)], "durable", home,
             swept=str(spools["durable"] / "new"))
  for name, label in labels.items():
    yield Case(name, label,
               [shop.program, f"--spool={spools[name]}", "--spool-max-bytes=1GiB", "--retries=0",
                f"--url={shop.closed_url}", *EVENT], "durable", home,
               swept=str(spools[name] / "new") if name == "spool" else "-")


def single_cases(shop, most_waiting):
  """All cases of a single send, and their floors."""
  empty = shop.home("empty")
  configured = shop.home(
    "configured", types=3,
    config=f'url = "{shop.url}"\ntimeout = "10s"\n\n[label]\njob = "runners"\nenv = "prod"\n')
  declared = shop.home("declared", types=100)
  https_port = str(shop.https_receiver())
  https = f"https://127.0.0.1:{https_port}{PUSH_PATH}"
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
    Case("floor-https-static", "floor: OpenSSL in C, static",
         [shop.bench.program("floor-https-static"), https_port, authority], "floor-https-static",
         empty),
    Case("https-static", "metrics-event, https, static",
         [static, f"--url={https}", f"--ca-cert={authority}", *EVENT], "floor-https-static", empty),
    Case("floor-https", "floor: OpenSSL in C",
         [shop.bench.program("floor-https"), https_port, authority], "floor-https", empty),
    Case("https", "metrics-event, https",
         [program, f"--url={https}", f"--ca-cert={authority}", *EVENT], "floor-https", empty),
    Case("curl-https", "curl, https", [*curl, "--cacert", authority, https], "floor-https", empty),
    *spool_cases(shop, most_waiting, empty),
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
    counted.sort(key=lambda case: case.name != "python")  # it takes longest

    def count(case):
      calls = min(shop.bench.system_calls(case) for _ in range(3))  # a run that waits makes more
      total, own = shop.bench.instructions(case)
      return {"system_calls": calls, "instructions": total, "instructions_without_loader": own}

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
      for case, counts in zip(counted, pool.map(count, counted)):
        rows[case.name].update(counts)
  return rows


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
  # One directory is beside the build, where fsync costs as much as on a disk, and one is in memory, where
  # many files cost little.
  with contextlib.ExitStack() as stack:
    def temporary(where):
      return stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=where))

    in_memory = memory(options.entries)
    if not in_memory:
      say("there is not enough memory, so the spools that should be in memory are on the disk")
    shop = Workshop(options, temporary(options.output), temporary(in_memory or options.output),
                    stack)
    cases = single_cases(shop, options.entries)
    result["single"] = measure_single(shop, cases, options)
    result["senders"] = measure_senders(shop, cases, options)
    result["scale"] = Scale(shop, options).measure()
  result["targets"] = report.targets(result)
  return result


def write_readme(result):
  """Writes the figures of a run into README.md, and the plot beside it."""
  (HERE / "speed.svg").write_text(report.plot(result))
  readme = HERE / "README.md"
  begin, end = "<!-- begin speed -->\n", "<!-- end speed -->\n"
  before, _, rest = readme.read_text().partition(begin)
  _, found, after = rest.partition(end)
  if not found:
    raise Trouble(f"{readme} has no part for the speed")
  readme.write_text(before + begin + report.markdown(result) + end + after)


def main(arguments):
  options = parse(arguments)
  kept = options.output / "bench.json"
  if options.readme:
    if not kept.exists():
      raise Trouble("nothing was measured yet; run ./dev bench")
    result = json.loads(kept.read_text())
    if ("spool-100000" not in result["single"] or
        not all("instructions" in row for row in result["single"].values())):
      raise Trouble("the last run did not count everything; run ./dev bench")
    write_readme(result)
    return
  result = bench(options)
  kept.write_text(json.dumps(result, indent=2) + "\n")
  (options.output / "bench.svg").write_text(report.plot(result))
  print(report.text(result))
  say(f"{kept} has all figures, and bench.svg beside it has the plot")


if __name__ == "__main__":
  signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that started processes end too
  try:
    main(sys.argv[1:])
  except (Trouble, OSError, subprocess.CalledProcessError) as trouble:
    sys.exit(f"bench: {trouble}")
  except KeyboardInterrupt:
    sys.exit(130)
