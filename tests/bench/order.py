"""Records the functions that a send calls, and then those that keeping an event also needs, in the
order of their first call; `./dev order`.

A page fault brings in 64 KiB of the program, so functions that are close together cause fewer of
them. lld places the functions of this list before all others.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/static/metrics-event"  # it has names for the functions of the C library
LIST = ROOT / "tests/bench/start_order.txt"
EVENT = ["runner-installed", "--flavor", "small", "--duration", "12.5"]
HEAD = """\
# The functions of a send and of keeping an event, in the order of their first call, for the linker to
# keep together.
# Written by ./dev order.
"""


def names_of(profile):
  """The functions of the program in a profile of callgrind, which names each of them once."""
  known = {"fn": {}, "ob": {}}
  is_ours = False
  for line in profile.splitlines():
    match = re.match(r"(c?)(fn|ob)=(\(\d+\))(?: (.*))?$", line)
    if not match:
      continue
    of_callee, kind, key, name = match.groups()
    if name:
      known[kind][key] = re.sub(r"'\d+$", "", name)
    if not of_callee and kind == "ob":
      is_ours = known["ob"][key] == str(PROGRAM)
    elif not of_callee and is_ours:
      yield known["fn"][key]


def profile_of(arguments):
  with tempfile.NamedTemporaryFile("r") as profile:
    subprocess.run(["valgrind", "--tool=callgrind", "--quiet", "--demangle=no",
                    f"--callgrind-out-file={profile.name}", str(PROGRAM), *arguments],
                   env={"HOME": "/nonexistent"}, stderr=subprocess.DEVNULL, check=True)
    return profile.read()


def main():
  receiver = subprocess.Popen([PROGRAM, "listen", "--port", "0", "--count", "1", "--timeout", "60s"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
  with receiver:
    url = receiver.stderr.readline().split()[-1]
    profiles = [profile_of([*EVENT, "--url", url])]
  with tempfile.TemporaryDirectory() as directory:  # nothing listens on the port any more
    profiles.append(profile_of([*EVENT, "--url", url, f"--spool={directory}/spool", "--retries=0"]))
  called = dict.fromkeys(name for profile in profiles for name in names_of(profile))
  names = [name for name in called if re.fullmatch(r"[\w.$]+", name)]
  if not names:
    sys.exit("order: the profile names no function of the program")
  LIST.write_text(HEAD + "".join(name + "\n" for name in names))


if __name__ == "__main__":
  main()
