"""Presents the measurements: tables for a terminal and for README.md, and a plot."""

import sys
from xml.sax.saxutils import escape


def number(value, digits=0):
  """With spaces between thousands; nothing where nothing was measured."""
  return "–" if value is None else f"{value:,.{digits}f}".replace(",", " ")


def thousands(value):
  return number(None if value is None else value / 1e3)


def table(title, head, rows):
  """A title and a table: the first column is aligned to the left, the others to the right."""
  rows = [head, *rows]
  widths = [max(len(row[column]) for row in rows) for column in range(len(head))]

  def line(row):
    first, *others = (cell.ljust(width) if column == 0 else cell.rjust(width)
                      for column, (cell, width) in enumerate(zip(row, widths)))
    return "  ".join([first, *others]).rstrip()

  return "\n".join([title, "", line(head), "-" * len(line(head)), *map(line, rows[1:])]) + "\n"


def single_rows(result):
  for row in result["single"].values():
    counts = [row.get("instructions"), row.get("instructions_without_loader")]
    yield [row["label"], number(row["minimum_us"]), number(row["median_us"]),
           number(row["p95_us"]), number(row["ratio"], 2), *map(thousands, counts),
           number(row.get("system_calls")), number(row["page_faults"]), number(row["peak_kib"])]


SINGLE_HEAD = ["", "min", "median", "p95", "× floor", "kinstr", "w/o loader", "calls", "faults",
               "peak KiB"]
SINGLE_TITLE = """\
One event, from the start of the program to its end, in µs. The factor compares the minimum with that
of the floor, which is linked in the same way. Instructions are in thousands, in user space, and also
without those of the dynamic loader. There are {runs} runs of each ({python} of python3), in turn."""


def single_table(result):
  runs = {name: row["runs"] for name, row in result["single"].items()}
  return table(SINGLE_TITLE.format(runs=runs["http"], python=runs["python"]), SINGLE_HEAD,
               single_rows(result))


SCALE_TITLE = """\
Many events: wall time, and CPU time of the client alone, in s. The factor compares the wall time with
that of the floor above. "plain" is after a 415 to gzip. Spools are in memory unless the row says that
they are on the disk, and flushes are compressed."""


def way(row):
  """The label of a row about many events."""
  return ", ".join(filter(None, (row["what"], row["how"])))


def scale_table(result):
  ways = list(dict.fromkeys(map(way, result["scale"])))
  rows = [[way(row), number(row["events"]), number(row["wall_s"], 3),
           number(row["events"] / row["wall_s"]), number(row.get("ratio"), 2),
           number(row["cpu_s"], 3), number(per_cpu_second(row)),
           number(row["peak_kib"] / 1024, 1)]
          for row in sorted(result["scale"], key=lambda row: (ways.index(way(row)), row["events"]))]
  return table(SCALE_TITLE, ["", "events", "wall", "events/s", "× floor", "CPU", "events/s of CPU",
                             "peak MiB"], rows)


def senders_table(result):
  rows = result["senders"]
  counts = sorted({row["senders"] for row in rows})
  lines = []
  for what in dict.fromkeys(row["what"] for row in rows):
    rates = {row["senders"]: row["sends"] / row["wall_s"] for row in rows if row["what"] == what}
    lines.append([what, *(number(rates[count]) for count in counts)])
  return table(f"Sends per second, by so many senders at once ({number(rows[0]['sends'])} sends).",
               ["", *map(number, counts)], lines)


def targets_table(result):
  rows = [[row["what"], row["target"], row["measured"],
           {True: "met", False: "not met", None: "not measured"}[row["met"]]]
          for row in result["targets"]]
  return table("Targets, for information.", ["", "target", "measured", ""], rows)


def about(machine):
  return (f"{machine['cpu']}, {machine['cores']} cores; Linux {machine['kernel']}, "
          f"{machine['glibc']}; {machine['compiler']}; {machine['commit']}, {machine['date']}, "
          f"load {machine['load']:.1f}")


def text(result):
  """All tables, for a terminal."""
  tables = [single_table(result), scale_table(result), senders_table(result),
            targets_table(result)]
  return about(result["machine"]) + "\n\n" + "\n".join(tables)


def per_cpu_second(row):
  return row["events"] / max(row["cpu_s"], 1e-6)


def largest(result, what, how):
  """The row with the most events."""
  return max((row for row in result["scale"] if (row["what"], row["how"]) == (what, how)),
             key=lambda row: row["events"])


def of_size(result, what, how, events):
  """The row with so many events, if there is one."""
  return next((row for row in result["scale"]
               if (row["what"], row["how"], row["events"]) == (what, how, events)), None)


def targets(result):
  """The targets beside the measurements. No test asserts them, because the times depend on the machine."""
  single = result["single"]
  rows = []

  def add(what, sign, limit, value, digits=0, unit=""):
    is_met = None if value is None else value <= limit if sign == "≤" else value >= limit
    rows.append({"what": what, "target": f"{sign} {number(limit, digits)}{unit}",
                 "measured": number(value, digits) + ("" if value is None else unit),
                 "met": is_met})

  def least(what, value, limit):
    add(what, "≤", limit, value)

  def most(what, value, limit):
    add(what, "≥", limit, value)

  def memory(what, kib, limit):
    add(f"peak memory of {what}", "≤", limit, kib / 1024, 1, " MiB")

  def ratio(what, row, other, limit, of="minimum_us"):
    is_known = row is not None and other is not None and row.get(of) and other.get(of)
    add(what, "≤", limit, row[of] / other[of] if is_known else None, 3, " ×")

  def pair(what, name, other, limit):
    ratio(what, single.get(name), single.get(other), limit)

  pair("single send to the floor", "http", "floor", 1.2)
  pair("single send to the floor, static", "http-static", "floor-static", 1.2)
  pair("single send to curl", "http", "curl", 0.2)
  pair("single send to curl, static", "http-static", "curl", 0.2)
  pair("single send to python3", "http", "python", 0.01)
  pair("https to curl with https", "https", "curl-https", 0.5)
  pair("into the spool, to the same writes in C", "spool", "durable", 1.35)
  for of, words in (("instructions", "instructions"), ("system_calls", "system calls")):
    ratio(f"into the spool beside 100 000, {words}, to those of a new one",
          single.get("spool-100000"), single["spool"], 1.05, of)
  pair("100 declared events that are not used, to none", "declared", "http", 1.05)
  least("instructions without the loader's", single["http"].get("instructions_without_loader"),
        350_000)
  least("system calls", single["http"].get("system_calls"), 45)
  for name, what in (("http", "a single send"), ("https", "a single send with https")):
    memory(what, single[name]["peak_kib"], 5)
  for command in ("batch", "flush"):
    memory(f"{command}, without 24 bytes a record",
           max(row["peak_kib"] - row["events"] * 24 / 1024 * row["what"].endswith("single records")
               for row in result["scale"] if row["what"].startswith(command)), 16)
  for what in ("batch FILE", "batch from a pipe"):
    for how, limit in (("plain", 1_000_000), ("gzip", 300_000)):
      most(f"{what}, events per second of CPU, {how}", per_cpu_second(largest(result, what, how)),
           limit)

  flushed = largest(result, "flush of single records", "")
  count = flushed["events"]
  stored = largest(result, "batch into the spool", "on the disk")
  most("batch into the spool, entries per second on the disk",
       stored["events"] / stored["wall_s"], 20_000)
  most("flush of single records, entries per second", count / flushed["wall_s"], 50_000)
  for what, how in (("batch into the spool", "in memory"), ("flush of single records", "")):
    add(f"{what}, to its floor", "≤", 2, of_size(result, what, how, count)["ratio"], 3, " ×")
  ratio("flush of batch records, to batch FILE", largest(result, "flush of batch records", ""),
        of_size(result, "batch FILE", "gzip", count), 1.5, "wall_s")
  for what in ("flush of single records", "flush --list of single records"):
    ratio(f"{what}, {number(count)} to a tenth", of_size(result, what, "", count),
          of_size(result, what, "", count // 10), 11, "wall_s")
  return rows


# The bars of the plot: our program, the floors, and the tools in use today.
BARS = [
  ("floor", "floor: a socket in C", "floor"),
  ("http-static", "metrics-event, static", "own"),
  ("http", "metrics-event", "own"),
  ("floor-https", "floor: OpenSSL in C", "floor"),
  ("https", "metrics-event, https", "own"),
  ("durable", "floor of the spool: its writes in C", "floor"),
  ("spool", "metrics-event, into the spool", "own"),
  ("spool-100000", "… beside 100 000 waiting", "own"),
  ("logger", "logger, to a socket", "other"),
  ("curl", "curl", "other"),
  ("script", "sh with date and curl", "other"),
  ("curl-https", "curl, https", "other"),
  ("python", "python3 with pydantic and requests", "other"),
]
# The rows about many events that README.md and the plot show.
MANY = [
  ("floor: bodies pushed in C", "gzip", "floor"),
  ("batch FILE", "gzip", "own"),
  ("floor: its bytes in one file, dd", "on the disk", "floor"),
  ("floor: its records kept in C", "on the disk", "floor"),
  ("batch into the spool", "on the disk", "own"),
  ("floor: batch records sent and removed in C", "", "floor"),
  ("flush of batch records", "", "own"),
  ("floor: single records sent and removed in C", "", "floor"),
  ("flush of single records", "", "own"),
  ("flush --list of single records", "", "own"),
]
STYLE = """\
    text { font: 13px system-ui, sans-serif; fill: #1f2328 }
    .title { font-weight: 600; font-size: 14px }
    .quiet { fill: #59636e }
    .floor { fill: #d1d9e0 } .other { fill: #afb8c1 } .own { fill: #0969da }
    .cut { stroke: #ffffff; stroke-width: 3 }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc }
      .quiet { fill: #9198a1 }
      .floor { fill: #3d444d } .other { fill: #656c76 } .own { fill: #4493f8 }
      .cut { stroke: #0d1117 }
    }"""
WIDTH, BAR_LEFT, BAR_ROOM, HEAD, STEP, BAR = 760, 305, 375, 48, 27, 17


def plot(result):
  """Bars for the minimum of each single send and for the time of many events."""
  single = sorted((result["single"][name]["minimum_us"] / 1e3, label, kind)
                  for name, label, kind in BARS if name in result["single"])
  count = min(row["events"] for row, _ in largest_of_many(result))
  many = sorted((row["wall_s"] * 1e3, way(row), kind)
                for row, kind in largest_of_many(result, count))
  title = "One event, from the start of the program to its end"
  parts, top = chart(title, single, 0)
  more, height = chart(f"{number(count)} events", many, top)
  body = "\n  ".join(parts + more)
  return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">
  <title>{title}, and many events</title>
  <style>
{STYLE}
  </style>
  {body}
</svg>
"""


def chart(title, bars, top):
  """The parts of a chart that begins at height `top`, and the height at which it ends. A bar that dwarfs
  the others is cut."""
  longest, second = bars[-1][0], bars[-2][0]
  scale = BAR_ROOM / (second * 1.25 if longest > 3 * second else longest)
  parts = [f'<text class="title" x="{BAR_LEFT}" y="{top + 22}">{title}</text>']
  top += HEAD
  for value, label, kind in bars:
    middle = top + BAR / 2
    length = min(value * scale, BAR_ROOM)
    end = BAR_LEFT + length
    parts += [
      f'<text x="{BAR_LEFT - 10}" y="{middle}" dy=".35em" text-anchor="end">'
      f'{escape(label)}</text>',
      f'<rect class="{kind}" x="{BAR_LEFT}" y="{top}" width="{length:.1f}" height="{BAR}" rx="2"/>',
      f'<text class="quiet" x="{end + 8:.1f}" y="{middle}" dy=".35em">'
      f'{number(value, 0 if value >= 100 else 1 if value >= 10 else 2)} ms</text>']
    if value * scale > BAR_ROOM:
      parts.append(f'<path class="cut" d="M{end - 30:.1f} {top + BAR + 2}l8 -{BAR + 4}"/>')
    top += STEP
  return parts, top + 6


def largest_of_many(result, most=sys.maxsize):
  """For each row of MANY, the measurement with the most events, up to `most`, and its kind."""
  for what, how, kind in MANY:
    rows = [row for row in result["scale"]
            if (row["what"], row["how"]) == (what, how) and row["events"] <= most]
    if rows:
      yield max(rows, key=lambda row: row["events"]), kind


README_TEXT = """\
![{title}](speed.svg)

| one event | minimum | median | 95 % | × floor | instructions | system calls | page faults | \
peak memory |
|---|--:|--:|--:|--:|--:|--:|--:|--:|
{rows}

Times are in µs, from the start of the program to its end: {runs} runs of each row ({python} of python3), in
turn, to a receiver on the same machine. Instructions are in thousands, in user space; those in brackets
leave out the dynamic loader. Memory is in KiB. A floor is a C program, linked in the same way, that makes
only the system calls that cannot be avoided. The plot shows the minimum.

| many events | events | seconds | events a second | × floor | peak memory |
|---|--:|--:|--:|--:|--:|
{many}

Times are the wall time of one run, in seconds. A factor compares a row with the floor above it, a C program
that writes, synchronises, reads and sends the same bytes. Memory is in MiB. A spool is in memory (tmpfs)
unless the row says that it is on the disk.

{machine}.
"""


def markdown(result):
  """The generated part of README.md."""
  lines = []
  for label, *cells in single_rows(result):
    lowest, median, p95, ratio, counted, own, calls, faults, peak = cells
    name = label.replace("  ", "… ", 1)
    cells = [name, lowest, median, p95, ratio, f"{counted} ({own})", calls, faults, peak]
    lines.append("| " + " | ".join(cells) + " |")
  many = []
  for row, _ in largest_of_many(result):
    cells = [way(row), number(row["events"]), number(row["wall_s"], 2),
             number(row["events"] / row["wall_s"]), number(row.get("ratio"), 2),
             number(row["peak_kib"] / 1024, 1)]
    many.append("| " + " | ".join(cells) + " |")
  machine = result["machine"]
  where = (f"Measured on {machine['cpu']} with {machine['cores']} cores, {machine['glibc']}, "
           f"{machine['commit']}, {machine['date']}")
  runs = {name: row["runs"] for name, row in result["single"].items()}
  return README_TEXT.format(title="Times of one event, and of many", rows="\n".join(lines),
                            many="\n".join(many), machine=where, runs=runs["http"],
                            python=runs["python"])
