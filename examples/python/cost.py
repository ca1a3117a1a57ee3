"""Prints the cost of a call of issue_event on this machine, beside that of a post with requests.

    python3 cost.py [CALLS]

Both post to `metrics-event listen` on this machine, from a process that is already running, as in a
service. The last row is the start of a program that does nothing.
"""

import functools
import json
import statistics
import subprocess
import sys
import time

import metrics

try:
    import requests
except ImportError:
    requests = None


def installed():
    return metrics.RunnerInstalled(timestamp=time.time(), flavor="small", duration=12.5)


def issue():
    metrics.issue_event(installed())


def post(session, url):
    values = [[str(time.time_ns()), json.dumps(dict(installed()))]]
    push = {"streams": [{"stream": {"job": "metrics"}, "values": values}]}
    session.post(url, json=push, timeout=5).raise_for_status()


def start():
    subprocess.run(["true"], stderr=subprocess.PIPE, check=True)


def milliseconds(call, count):
    call()  # which opens a connection, and reads files for the first time
    times = []
    for _ in range(count):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)


def report(name, times):
    row = times[0], statistics.median(times), times[int(0.95 * (len(times) - 1))]
    print(f"{name:25}" + "".join(f"{value:8.2f}" for value in row))


def measure(count, url):
    metrics.PROMTAIL_PUSH_API_URL = url
    print(f"{'ms, ' + str(count) + ' calls each':25} minimum  median    95 %")
    report("issue_event", milliseconds(issue, count))
    if requests is not None:
        with requests.Session() as session:
            call = functools.partial(post, session, url)
            report("requests, one session", milliseconds(call, count))
    report("start of a program", milliseconds(start, count))


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    listen = ["metrics-event", "listen", "--port", "0"]
    with subprocess.Popen(
        listen, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as receiver:
        try:
            measure(count, receiver.stderr.readline().split()[-1])
        finally:
            receiver.terminate()


if __name__ == "__main__":
    main()
