"""Prints the JSON Schema of an event class as pydantic 1 writes it: operator_events.py CLASS."""

import sys
from enum import Enum
from typing import Optional

from pydantic import BaseModel, Field, NonNegativeFloat


class Event(BaseModel):
    """Base metric event.

    Attributes:
        timestamp: The UNIX time stamp of the time at which the event was originally issued.
        event: The name of the event. Will be set to the class name in snake case if not provided.
    """

    timestamp: NonNegativeFloat
    event: str


class RunnerInstalled(Event):
    """Metric event for when a runner is installed.

    Attributes:
        flavor: Describes the characteristics of the runner.
        duration: The duration of the installation in seconds.
    """

    flavor: str
    duration: NonNegativeFloat


class RunnerStart(Event):
    """Metric event for when a runner is started."""

    flavor: str
    workflow: str
    repo: str
    github_event: str
    idle: NonNegativeFloat
    queue_duration: Optional[NonNegativeFloat]


class RunnerStartOfRepo(RunnerStart):
    """Metric event for when a runner is started."""

    repo: str = Field(regex="^.+/.+$")


class CodeInformation(BaseModel):
    """Information about a status code.

    This could be e.g. an exit code or a HTTP status code.

    Attributes:
        code: The status code.
    """

    code: int


class JobConclusion(str, Enum):
    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"


class RunnerStop(Event):
    """Metric event for when a runner is stopped."""

    flavor: str
    workflow: str
    repo: str
    github_event: str
    status: str
    status_info: Optional[CodeInformation]
    job_duration: NonNegativeFloat
    job_conclusion: Optional[str]


class RunnerStopConcluded(RunnerStop):
    """Metric event for when a runner is stopped."""

    job_conclusion: Optional[JobConclusion]
    verdict: JobConclusion = Field(JobConclusion.SUCCESS, title="What we think", description="ours")


class Reconciliation(Event):
    """Base metric event for reconciliation."""

    flavor: str
    crashed_runners: int
    idle_runners: int
    active_runners: int
    expected_runners: int
    duration: NonNegativeFloat


print(globals()[sys.argv[1]].schema_json(indent=2))
