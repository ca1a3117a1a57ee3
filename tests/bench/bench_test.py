"""Runs the benchmark with next to nothing to measure, to see that it works.

  bench_test.py PROGRAM
"""

import json
import signal
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

import report

HERE = Path(__file__).resolve().parent
LIMIT = 120  # seconds


class BenchTest(unittest.TestCase):
  program = ""

  def setUp(self):
    directory = tempfile.TemporaryDirectory(prefix="bench-test-")
    self.addCleanup(directory.cleanup)
    self.output = Path(directory.name)

  def start(self, runs):
    return subprocess.Popen(
      [sys.executable, "-B", HERE / "bench.py", "--no-counts", f"--runs={runs}", "--events=1000",
       "--entries=1000", "--sends=4", f"--program={self.program}",
       f"--static-program={self.program}", f"--output={self.output}"],
      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

  def test_every_row_is_printed_kept_and_plotted(self):
    with self.start(runs=2) as bench:
      out, err = bench.communicate(timeout=LIMIT)
    self.assertEqual(bench.returncode, 0, err)
    self.assertNotIn("warning", err)

    result = json.loads((self.output / "bench.json").read_text())
    self.assertEqual(len(result["single"]), 20)
    for row in result["single"].values():
      self.assertIn(f"\n{row['label']}  ", out)
      self.assertGreater(row["minimum_us"], 0)
    self.assertEqual(len(result["scale"]), 16)
    for row in result["scale"]:
      self.assertIn(f"\n{row['what']}", out)
    self.assertEqual(len(result["senders"]), 12)
    for row in result["targets"]:
      self.assertIn(f"\n{row['what']}  ", out)

    plot = xml.etree.ElementTree.fromstring((self.output / "bench.svg").read_text())
    bars = plot.findall("{http://www.w3.org/2000/svg}rect")
    # The bar of 100 000 waiting entries is missing, because it takes a long time.
    self.assertEqual(len(bars), len(report.BARS) - 1 + len(report.MANY))
    self.assertEqual(list(self.output.glob("bench-*")), [])

    readme = (HERE / "README.md").read_text()
    names = [line.split(" | ")[0] for line in report.markdown(result).splitlines()
             if line.startswith("| ")]
    self.assertEqual([name for name in names if f"\n{name} | " not in readme], [],
                     "run ./dev bench --readme")

  def test_a_signal_ends_it_and_nothing_stays(self):
    with self.start(runs=10_000) as bench:
      line = bench.stderr.readline()
      self.assertIn("a single send", line)
      bench.send_signal(signal.SIGINT)
      bench.communicate(timeout=LIMIT)
    self.assertEqual(bench.returncode, 130)
    self.assertEqual(list(self.output.iterdir()), [])


if __name__ == "__main__":
  BenchTest.program = sys.argv.pop()
  unittest.main()
