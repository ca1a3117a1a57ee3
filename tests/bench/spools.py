"""Makes spools with many records, to measure filling and emptying them.

RECORDS, a file that durable.c reads, holds two lines for each record: its name and its text.
"""

import os
import shutil
import subprocess
import time

SAMPLE = ["runner-stop", "--timestamp=1700000000.001", "--flavor=small", "--workflow=build",
          "--repo=example/project", "--github-event=push", "--status=normal", "--job-duration=12.5"]


def write_records(path, shop, url, count):
  """RECORDS with so many entries for a receiver, each in a separate record as the program writes it."""
  name, text = shop.kept(*SAMPLE)
  then = name.partition(".")[0]
  # The length is constant, because all ports that the kernel chooses have five digits.
  before, after = text.replace(shop.closed_url, url).split(then)
  start = time.time_ns() // 1_000_000 - 3_600_000
  with path.open("w") as file:
    for entry in range(start, start + count):
      line = after.replace("1700000000.001", f"{entry // 1000}.{entry % 1000:03d}")
      file.write(f"{entry}000000.{entry:016x},{name.partition(',')[2]}\n"
                 f"{before}{entry}000000{line}")


def copy_records(path, spool, shop, url):
  """RECORDS of a spool, with the URL of a receiver."""
  with path.open("w") as file:
    for record in sorted((spool / "new").iterdir()):
      file.write(f"{record.name}\n{record.read_text().replace(shop.closed_url, url)}")


def make_spool(spool, records=None, shop=None):
  """Makes a new spool, which is empty or contains RECORDS."""
  shutil.rmtree(spool, ignore_errors=True)
  for box in ("", "refused", "new", "trying", "tmp"):
    (spool / box).mkdir(mode=0o700)
  if records:
    subprocess.run([shop.bench.program("durable"), "-n", spool, records], check=True)


def make_names(spool, count):
  """Makes a spool with so many entries for commands that read none of them. The files are empty, because
  some disks take minutes to free a block for each."""
  make_spool(spool)
  start = time.time_ns()
  for entry in range(start, start + count):
    os.mknod(spool / "new" / f"{entry}.{entry:016x},S=379,N=1,A=1.json", 0o600)
