"""Prints every query of the dashboard and of the alerts in a directory; `./dev docs`.

The variables of the dashboard, and Grafana's own, are what they are at first, so that Loki takes each
query as it stands. What uses a query is named above it.
"""

import json
import re
import sys
from pathlib import Path

import yaml

HEAD = """\
# Every query of the dashboard and of the alerts, with the variables as they are at first.
# Written by ./dev docs.
"""


def all_panels(board):
  """The panels in the order of the dashboard; a collapsed row contains its panels."""
  for panel in board["panels"]:
    yield from panel["panels"] if panel["type"] == "row" else [panel]


def panel_queries(board):
  for panel in all_panels(board):
    for target in panel["targets"]:
      legend = target.get("legendFormat", "")
      which = "" if not legend or legend.startswith("{") else f", {legend}"
      yield f"# dashboard.json: {panel['title']}{which}\n", target["expr"]


def alert_queries(rules):
  for group in rules["groups"]:
    for rule in group["rules"]:
      yield f"# rules.yaml: {rule['alert']}\n", rule["expr"]


def main():
  directory = Path(sys.argv[1])
  board = json.loads((directory / "dashboard.json").read_text())
  rules = yaml.safe_load((directory / "rules.yaml").read_text())
  variables = {"__interval": "1h", "__range": "1h"}
  for variable in board["templating"]["list"]:
    variables[variable["name"]] = variable["current"].get("value", "")
  users = {}
  for user, query in (*panel_queries(board), *alert_queries(rules)):
    filled = re.sub(r"\$(\w+)", lambda name: variables[name[1]], query)
    users[filled] = users.get(filled, "") + user
  print(HEAD, *(f"{names}{query}\n" for query, names in users.items()), sep="\n", end="")


if __name__ == "__main__":
  main()
