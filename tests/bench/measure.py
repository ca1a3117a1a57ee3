"""Runs programs and measures their cost."""

import contextlib
import dataclasses
import os
import re
import signal
import statistics
import subprocess
import sys
from pathlib import Path

LIMIT = 600  # seconds for any program


class Trouble(Exception):
  """An error, with a message for people."""


def say(text):
  print(f"bench: {text}", file=sys.stderr)


@dataclasses.dataclass
class Case:
  """A command and the surroundings in which it runs."""
  name: str
  label: str
  command: list
  floor: str = ""  # the name of the case to compare it with
  home: str = "/nonexistent"
  input: str = "/dev/null"
  swept: str = "-"  # a directory that is emptied before each run
  every: int = 1  # runs once in so many rounds

  @property
  def environment(self):
    return {"PATH": "/usr/bin:/bin", "HOME": self.home}

  def plan(self):
    environment = [f"{name}={value}" for name, value in self.environment.items()]
    words = [str(self.every), self.input, self.swept, *environment, "--", *self.command]
    return "\t".join(words) + "\n"


@dataclasses.dataclass
class Run:
  """The cost of one run: seconds, counts, KiB."""
  wall: float
  user: float
  system: float
  faults: int
  peak: int

  @property
  def cpu(self):
    return self.user + self.system


@contextlib.contextmanager
def running(command, **options):
  """A process that ends with the block, together with its children."""
  with subprocess.Popen(command, start_new_session=True, **options) as process:
    try:
      yield process
    finally:
      if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def output_of(command, text="", **options):
  """The output of a command, which must succeed in time."""
  pipe = subprocess.PIPE
  with running(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, **options) as process:
    try:
      out, err = process.communicate(text, timeout=LIMIT)
    except subprocess.TimeoutExpired:
      raise Trouble(f"{command[0]}: not at its end after {LIMIT} s") from None
  if process.returncode != 0:
    raise Trouble(f"{' '.join(map(str, command))}: {err.strip() or f'status {process.returncode}'}")
  return out


class Bench:
  """Measures cases with the programs of a directory, in which they also run."""

  def __init__(self, place):
    self.place = Path(place)

  def program(self, name):
    return str(self.place / name)

  def rounds(self, cases, rounds, seconds):
    """The runs of each case by its name: all of them in turn, until the rounds or the time end."""
    plan = "".join(case.plan() for case in cases)
    command = [self.program("runner"), "rounds", str(rounds), str(seconds)]
    runs = {case.name: [] for case in cases}
    for line in output_of(command, plan, cwd=self.place).splitlines():
      index, wall, user, system, faults, peak = map(int, line.split())
      runs[cases[index].name].append(Run(wall / 1e9, user / 1e6, system / 1e6, faults, peak))
    return runs

  def once(self, case):
    return self.rounds([case], 1, LIMIT)[case.name][0]

  def crowd(self, case, senders, count):
    """The seconds that so many runs take, so many at once."""
    command = [self.program("runner"), "crowd", str(senders), str(count)]
    return int(output_of(command, case.plan(), cwd=self.place)) / 1e9

  def instructions(self, case):
    """The instructions in user space, and how many of them are outside the dynamic loader."""
    self._sweep(case)
    profiles = self.place / f"{case.name}.callgrind"
    self._run(case, ["valgrind", "--tool=callgrind", "--trace-children=yes",
                     f"--callgrind-out-file={profiles}.%p"])
    total = loader = 0
    for profile in self.place.glob(f"{profiles.name}.*"):
      for name, cost in costs_by_object(profile.read_text(errors="replace")).items():
        total += cost
        loader += cost if re.search(r"/ld-linux[^/]*$", name) else 0
      profile.unlink()
    return total, total - loader

  def system_calls(self, case):
    """All system calls up to exit_group, without the execve that starts the program."""
    self._sweep(case)
    trace = self.place / f"{case.name}.strace"
    self._run(case, ["strace", "-f", "-qq", "-e", "signal=none", "-o", str(trace)])
    lines = trace.read_text(errors="replace").splitlines()
    trace.unlink()
    return sum("resumed>" not in line for line in lines) - 1

  def _run(self, case, tool):
    output_of([*tool, *case.command], env=case.environment, cwd=self.place)

  def _sweep(self, case):
    if case.swept != "-":
      for file in Path(case.swept).iterdir():
        file.unlink()


def costs_by_object(profile):
  """The self cost of each program and library in a profile of callgrind."""
  costs = {}
  names = {}
  at = ""
  is_call = False
  for line in profile.splitlines():
    if match := re.match(r"(c?)ob=(\(\d+\))(?: (.*))?", line):
      callee, number, name = match.groups()
      names.setdefault(number, name)
      at = at if callee else names[number]
    elif line.startswith("calls="):
      is_call = True  # the next line has the cost of the callee
    elif line[:1] in "0123456789+-*" and line:
      if not is_call:
        costs[at] = costs.get(at, 0) + int(line.split()[1])
      is_call = False
  return costs


def summary(runs):
  """A summary of the runs of a single send, in µs and KiB."""
  walls = sorted(run.wall * 1e6 for run in runs)
  return {
    "runs": len(runs),
    "minimum_us": round(walls[0], 1),
    "median_us": round(statistics.median(walls), 1),
    "p95_us": round(walls[min(len(walls) - 1, int(len(walls) * 0.95))], 1),
    "page_faults": round(statistics.median(run.faults for run in runs)),
    "peak_kib": max(run.peak for run in runs),
  }
