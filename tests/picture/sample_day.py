"""An invented day of a fleet of runners, as events in chronological order."""

import json
import math
import random

FLAVORS = {  # jobs per hour, and the medians of their duration, of the wait and of an installation
  "small": (48, 240, 18, 45),
  "large": (22, 540, 55, 60),
  "gpu": (5, 1500, 210, 140),
}
REPOSITORIES = {"example/web": 30, "example/api": 26, "example/mobile": 16, "example/infra": 12,
                "example/data": 9, "example/docs": 7}
WORKFLOWS = {"build": 45, "test": 35, "lint": 14, "deploy": 6}
TRIGGERS = {"push": 52, "pull_request": 38, "schedule": 6, "workflow_dispatch": 4}
CONCLUSIONS = {"success": 87, "failure": 9, "cancelled": 4}
CODES = {137: 6, 143: 3, 502: 1}  # exit codes of runners that do not end normally
ABNORMAL = 0.03
RECONCILIATIONS = 300  # seconds between two reconciliations


def load(time):
  """The factor by which the hour of the day changes the number of jobs."""
  hour = time / 3600 % 24
  return 0.25 + 0.75 * max(0, math.sin((hour - 6) / 14 * math.pi)) if 6 <= hour <= 20 else 0.25


def sample_day(end):
  """The lines of the day that ends at a time; the same for the same time."""
  dice = random.Random(20)
  begin = end - 86_400
  events = []

  def pick(weights):
    return dice.choices(list(weights), weights.values())[0]

  def about(median, spread=0.6):
    return round(median * math.exp(dice.gauss(0, spread)), 2)

  def add(time, event, **fields):
    if begin <= time < end:
      events.append((time, {"timestamp": round(time, 3), "event": event, **fields}))

  def add_job(time, flavor):
    _, run, wait, install = FLAVORS[flavor]
    idle, took = about(90, 1), about(install, 0.3)
    job = {"flavor": flavor, "workflow": pick(WORKFLOWS), "repo": pick(REPOSITORIES),
           "github_event": pick(TRIGGERS)}
    add(time - idle, "runner_installed", flavor=flavor, duration=took)
    add(time, "runner_start", **job, idle=idle, queue_duration=about(wait * load(time) * 1.6, 0.9))
    is_normal = dice.random() > ABNORMAL
    ending = {"status": "normal" if is_normal else "abnormal"}
    if not is_normal:
      ending["status_info"] = {"code": pick(CODES)}
    duration = about(run)
    conclusion = pick(CONCLUSIONS) if is_normal else "failure"
    add(time + duration, "runner_stop", **job, **ending, job_duration=duration,
        job_conclusion=conclusion)

  for flavor, (jobs, *_) in FLAVORS.items():
    time = begin - 3600
    while (time := time + dice.expovariate(jobs / 3600)) < end:
      if dice.random() < load(time):
        add_job(time, flavor)
    expected = math.ceil(jobs / 2)
    for time in range(int(begin) + 60, int(end), RECONCILIATIONS):
      active = min(expected, round(expected * load(time) * dice.uniform(0.7, 1.1)))
      crashed = int(dice.random() < 0.02)
      add(time, "reconciliation", flavor=flavor, crashed_runners=crashed,
          idle_runners=expected - active, active_runners=active, expected_runners=expected,
          duration=about(3, 0.4))
  events.sort(key=lambda event: event[0])
  return [json.dumps(event) for _, event in events]
