"""Sends metric events from Python through metrics-event.

This module has the public names of the one that posted events to Promtail itself, so it can replace
that module without changes to the callers. pydantic 1 or 2 validates an event when it is made, and
metrics-event delivers it. The environment variables and configuration files of metrics-event set the
receiver, labels and credentials, and whether an event that cannot be delivered is kept in a spool.

    issue_event(RunnerInstalled(timestamp=time.time(), flavor="small", duration=12.5))
"""

import logging
import os
import re
import subprocess
from typing import Any, Dict, Optional

from pydantic import BaseModel, NonNegativeFloat

_DEFAULT_URL = "http://localhost:3100/loki/api/v1/push"

# A URL that is assigned to this name takes precedence over every setting of metrics-event. With the
# default, those settings decide.
PROMTAIL_PUSH_API_URL = _DEFAULT_URL

logger = logging.getLogger(__name__)


class IssueMetricEventError(OSError):
    """An event was neither delivered nor kept in a spool.

    Like the errors of requests, it is an OSError.

    Attributes:
        exit_status: The exit status of metrics-event, or None if it could not be started. 65 means
            that the event itself was refused; metrics-event(1) lists all of them.
    """

    def __init__(self, message: str, exit_status: Optional[int] = None) -> None:
        super().__init__(message)
        self.exit_status = exit_status


class Event(BaseModel):
    """Base class for metric events.

    Attributes:
        timestamp: When it happened, in UNIX seconds.
        event: The name of the event; by default that of its class in snake_case.
    """

    timestamp: NonNegativeFloat
    event: str

    def __init__(self, **data: Any) -> None:
        data.setdefault("event", re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower())
        super().__init__(**data)


class RunnerInstalled(Event):
    """A runner was installed and is ready.

    Attributes:
        flavor: The type of runner, such as its size.
        duration: How long the installation took, in seconds.
    """

    flavor: str
    duration: NonNegativeFloat


def issue_event(event: Event) -> None:
    """Deliver an event.

    This takes no longer than the timeout of metrics-event, or twice as long while older events wait
    in its spool and are delivered first. The event's entry time is the present, whatever its
    timestamp is. Warnings from metrics-event, for example that the event is kept in the spool, are
    logged.

    Raises:
        IssueMetricEventError: If the event was neither delivered nor kept.
    """
    try:
        ended = subprocess.run(
            ["metrics-event", "batch", "--entry-time", "now", "-"],
            input=_json(event),
            stderr=subprocess.PIPE,
            env=_environment(),
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise IssueMetricEventError(f"cannot start metrics-event: {error}") from error
    if ended.returncode != 0:
        said = ended.stderr.strip() or "metrics-event failed"
        raise IssueMetricEventError(said, ended.returncode)
    for line in ended.stderr.splitlines():
        logger.warning("%s", line)


def _json(event: Event) -> str:
    # pydantic 2 has renamed the method, and warns of the old name.
    to_json = event.model_dump_json if hasattr(event, "model_dump_json") else event.json
    return to_json(exclude_none=True) + "\n"


def _environment() -> Optional[Dict[str, str]]:
    if PROMTAIL_PUSH_API_URL == _DEFAULT_URL:
        return None  # that of this process
    # A URL may hold a password, which everybody could read among the arguments.
    return {**os.environ, "METRICS_EVENT_URL": PROMTAIL_PUSH_API_URL}
