"""Says what was measured: tables for a terminal and for README, and a plot."""

from xml.sax.saxutils import escape


def number(value, digits=0):
  """With spaces between thousands; nothing where nothing was measured."""
  return "–" if value is None else f"{value:,.{digits}f}".replace(",", " ")


def thousands(value):
  return number(None if value is None else value / 1e3)


def table(title, head, rows):
  """A title, and columns: the first one to the left, the others to the right."""
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
One event, from the start of the program to its end: µs; the minimum, to that of its floor, which
is linked the same way; thousands of instructions in user space, and without those of the dynamic
loader; system calls; page faults; peak memory. {runs} runs each, in turn ({python} of python3)."""


def single_table(result):
  runs = {name: row["runs"] for name, row in result["single"].items()}
  return table(SINGLE_TITLE.format(runs=runs["http"], python=runs["python"]), SINGLE_HEAD, single_rows(result))


SCALE_TITLE = """\
Many events: wall time, and CPU time of the client alone, in s; plain is after a 415 to gzip; the
entries of a flush are still in the cache of the disk."""


def scale_table(result):
  rows = [[", ".join(filter(None, (row["what"], row["encoding"]))), number(row["events"]), number(row["wall_s"], 3),
           number(row["events"] / row["wall_s"]), number(row["cpu_s"], 3),
           number(per_cpu_second(row)), number(row["peak_kib"] / 1024, 1)]
          for row in sorted(result["scale"], key=lambda row: (row["what"], row["encoding"]))]
  return table(SCALE_TITLE,
               ["", "events", "wall", "events/s", "CPU", "events/s of CPU", "peak MiB"], rows)


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
  """All of it, for a terminal."""
  tables = [single_table(result), scale_table(result), senders_table(result),
            targets_table(result)]
  return about(result["machine"]) + "\n\n" + "\n".join(tables)


def per_cpu_second(row):
  return row["events"] / max(row["cpu_s"], 1e-6)


def targets(result):
  """What was aimed at, and what was measured; asserted nowhere, since machines have moods."""
  single = result["single"]
  scale = result["scale"]
  rows = []

  def ratio(what, name, floor, limit):
    least("ratio", what, single[name]["minimum_us"] / single[floor]["minimum_us"], limit, 3)

  def least(kind, what, value, limit, digits=0):
    rows.append({"what": what, "target": "≤ " + number(limit, digits) + unit(kind),
                 "measured": number(value, digits) + (unit(kind) if value is not None else ""),
                 "met": None if value is None else value <= limit})

  def most(what, value, limit):
    rows.append({"what": what, "target": "≥ " + number(limit), "measured": number(value),
                 "met": value >= limit})

  def unit(kind):
    return {"ratio": " ×", "memory": " MiB"}.get(kind, "")

  def largest(what, encoding):
    return max((row for row in scale if (row["what"], row["encoding"]) == (what, encoding)),
               key=lambda row: row["events"])

  def peak(rows):
    return max(row["peak_kib"] for row in rows) / 1024

  many = [row for row in scale if not row["what"].startswith("floor")]
  ratio("single send to the floor", "http", "floor", 1.2)
  ratio("single send to the floor, static", "http-static", "floor-static", 1.2)
  ratio("single send to curl", "http", "curl", 0.2)
  ratio("single send to curl, static", "http-static", "curl", 0.2)
  ratio("single send to python3", "http", "python", 0.01)
  ratio("https to curl with https", "https", "curl-https", 0.5)
  ratio("into the spool, to the same writes in C", "spool", "durable", 1.2)
  ratio("100 declared events that are not used, to none", "declared", "http", 1.05)
  least("", "instructions without the loader's", single["http"].get("instructions_without_loader"),
        350_000)
  least("", "system calls", single["http"].get("system_calls"), 45)
  for name, what in (("http", "a single send"), ("https", "a single send with https")):
    least("memory", f"peak memory of {what}", peak([single[name]]), 5, 1)
  least("memory", "peak memory of batch and flush", peak(many), 16, 1)
  for way in ("batch FILE", "batch from a pipe"):
    for encoding, limit in (("plain", 1_000_000), ("gzip", 300_000)):
      most(f"{way}, events per second of CPU, {encoding}",
           per_cpu_second(largest(way, encoding)), limit)
  flush = largest("flush", "gzip")
  most(f"flush, entries per second, of {number(flush['events'])}",
       flush["events"] / flush["wall_s"], 50_000)
  tenth = [row["wall_s"] * 10 for row in scale
           if (row["what"], row["encoding"], row["events"] * 10) == ("flush", "gzip", flush["events"])]
  least("ratio", "flush, time to ten times that of a tenth",
        flush["wall_s"] / tenth[0] if tenth else None, 1.2, 3)
  return rows


# The bars of the plot: what is ours, what is a floor, what people use today.
BARS = [
  ("floor", "floor: a socket in C", "floor"),
  ("http-static", "metrics-event, static", "own"),
  ("http", "metrics-event", "own"),
  ("https", "metrics-event, https", "own"),
  ("spool", "metrics-event, into the spool", "own"),
  ("logger", "logger, to a socket", "other"),
  ("curl", "curl", "other"),
  ("script", "sh with date and curl", "other"),
  ("curl-https", "curl, https", "other"),
  ("python", "python3 with pydantic and requests", "other"),
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
WIDTH, BAR_LEFT, BAR_ROOM, TOP, STEP, BAR = 760, 265, 415, 48, 27, 17


def plot(result):
  """The minimum of each way of a single send, as bars; one that dwarfs the others is cut."""
  bars = sorted((result["single"][name]["minimum_us"] / 1e3, label, kind)
                for name, label, kind in BARS)
  longest, second = bars[-1][0], bars[-2][0]
  is_cut = longest > 3 * second
  scale = BAR_ROOM / (second * 1.25 if is_cut else longest)
  parts = []
  for index, (value, label, kind) in enumerate(bars):
    top = TOP + index * STEP
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
  height = TOP + len(bars) * STEP + 6
  title = "One event, from the start of the program to its end"
  body = "\n  ".join(parts)
  return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">
  <title>{title}</title>
  <style>
{STYLE}
  </style>
  <text class="title" x="{BAR_LEFT}" y="22">{title}</text>
  {body}
</svg>
"""


README_TEXT = """\
![{title}](tests/bench/speed.svg)

| one event | minimum | median | 95 % | × floor | instructions | system calls | page faults | \
peak memory |
|---|--:|--:|--:|--:|--:|--:|--:|--:|
{rows}

Times in µs from the start of the program to its end, in {runs} runs each ({python} of python3), in turn, to
a receiver on the same machine; thousands of instructions in user space, and in brackets without those of
the dynamic loader; memory in KiB. A floor is a C program that makes the system calls that must be made
and nothing else, linked the same way; the plot shows the minimum.

{machine}.
"""


def markdown(result):
  """The part of README."""
  lines = []
  for label, *cells in single_rows(result):
    lowest, median, p95, ratio, counted, own, calls, faults, peak = cells
    name = label.replace("  ", "… ", 1)
    cells = [name, lowest, median, p95, ratio, f"{counted} ({own})", calls, faults, peak]
    lines.append("| " + " | ".join(cells) + " |")
  machine = result["machine"]
  where = (f"Measured on {machine['cpu']} with {machine['cores']} cores, {machine['glibc']}, "
           f"{machine['commit']}, {machine['date']}")
  return README_TEXT.format(title="Times of one event", rows="\n".join(lines), machine=where,
                            runs=result["single"]["http"]["runs"],
                            python=result["single"]["python"]["runs"])
