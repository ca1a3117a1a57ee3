"""Does as a service in Python would: a model validates the event, and requests posts it.

  issue_event.py URL
"""

import sys
import time

import requests
from pydantic import BaseModel, NonNegativeFloat


class Event(BaseModel):
  timestamp: NonNegativeFloat
  event: str


class RunnerInstalled(Event):
  flavor: str
  duration: NonNegativeFloat


def issue_event(event, url):
  values = [[str(time.time_ns()), event.json(exclude_none=True)]]
  push = {"streams": [{"stream": {"job": "metrics"}, "values": values}]}
  reply = requests.post(url, json=push, timeout=5)
  reply.raise_for_status()


if __name__ == "__main__":
  issue_event(
    RunnerInstalled(timestamp=time.time(), event="runner_installed", flavor="small", duration=12.5),
    sys.argv[1])
