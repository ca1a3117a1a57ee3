"""The equipment of a benchmark run: C programs, receivers, homes and spools."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from measure import Bench, Trouble, output_of, running

HERE = Path(__file__).resolve().parent
PUSH_PATH = "/loki/api/v1/push"
OPENSSL = ["-lssl", "-lcrypto"]
C_PROGRAMS = [  # name, source, flags
  ("floor", "floor", []),
  ("floor-static", "floor", ["-static"]),
  # Linked like metrics-event, with OpenSSL inside, at a fixed address.
  ("floor-https", "floor_https", ["-no-pie", "-Wl,-Bstatic", *OPENSSL, "-Wl,-Bdynamic"]),
  ("floor-https-static", "floor_https", ["-static", *OPENSSL]),
  ("durable", "durable", []),
  ("push", "push", []),
  ("drain", "drain", ["-lz"]),
  ("receiver", "receiver", []),
  ("runner", "runner", ["-static"]),
]
MEMORY = Path("/dev/shm")  # a tmpfs
ROOM_OF_ENTRY = 6 * 1024  # bytes for the file of an entry and its name
NGINX = """daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy;
  fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    return 204;
  }}
}}
"""


def compile_c(place):
  for name, source, flags in C_PROGRAMS:
    # The warnings of the linker about a static OpenSSL do not matter.
    output_of(["cc", "-O2", "-Wall", "-Wextra", "-o", place / name, HERE / f"{source}.c", *flags])


def tool(name):
  path = shutil.which(name, path="/usr/sbin:/usr/bin:/bin")
  if path is None:
    raise Trouble(f"{name} is not installed")
  return path


def memory(entries):
  """A directory in memory with room for so many entries, or nothing."""
  has_room = (os.access(MEMORY, os.W_OK) and
              shutil.disk_usage(MEMORY).free > entries * ROOM_OF_ENTRY)
  return MEMORY if has_room else None


def free_port():
  with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    return probe.getsockname()[1]


class Workshop:
  """The scratch directory with the programs, the homes and the receivers of a run, and another one
  in memory."""

  def __init__(self, options, scratch, memory, stack):
    self.place = Path(scratch).resolve()
    self.memory = Path(memory).resolve()
    self.bench = Bench(self.place)
    self.program = str(options.program.resolve())
    self.static_program = str(options.static_program.resolve())
    self.stack = stack
    compile_c(self.place)
    self.port = self.receiver("-l", "log.sock")
    self.url = f"http://127.0.0.1:{self.port}{PUSH_PATH}"
    closed = stack.enter_context(socket.socket())  # bound, so that nothing else listens there
    closed.bind(("127.0.0.1", 0))
    self.closed_url = f"http://127.0.0.1:{closed.getsockname()[1]}{PUSH_PATH}"

  def receiver(self, *options):
    """Starts a receiver and returns its port."""
    process = self.stack.enter_context(running(
      [self.bench.program("receiver"), *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
      cwd=self.place, text=True))
    return int(process.stdout.readline())

  def https_receiver(self):
    """Starts nginx with a new certificate and returns its port."""
    port = free_port()
    (self.place / "nginx.conf").write_text(NGINX.format(port=port))
    output_of(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
               "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
               "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "certificate.pem"],
              cwd=self.place)
    log = (self.place / "nginx.log").open("w")
    nginx = self.stack.enter_context(running(
      [tool("nginx"), "-p", str(self.place), "-c", "nginx.conf", "-e", "stderr"], stderr=log))
    for _ in range(200):
      with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return port
      if nginx.poll() is not None:
        break
      time.sleep(0.02)
    raise Trouble(f"nginx: {(self.place / 'nginx.log').read_text().strip()}")

  def home(self, name, types=0, config=""):
    """A home with a configuration file and so many declared events, or an empty one."""
    home = self.place / f"home-{name}"
    settings = home / ".config/metrics-event"
    (settings / "events.d" if types else settings if config else home).mkdir(parents=True)
    if config:
      (settings / "config.toml").write_text(config)
    for number in range(types):
      (settings / f"events.d/backup-{number:03d}.json").write_text(json.dumps({
        "description": "a backup is finished",
        "type": "object",
        "properties": {
          "target": {"description": "where to", "type": "string", "minLength": 1},
          "kind": {"enum": ["full", "incremental"], "default": "incremental"},
          "size": {"description": "in bytes", "type": "integer", "minimum": 0},
          "took": {"type": "number", "minimum": 0, "x-unit": "seconds", "x-measured": "duration"},
        },
        "required": ["target", "took"],
        "additionalProperties": False,
      }))
    return str(home)

  def kept(self, *event):
    """The name and the text of the record in which the program keeps an event."""
    with tempfile.TemporaryDirectory(dir=self.place) as directory:
      subprocess.run([self.program, f"--spool={directory}/spool", "--retries=0",
                      f"--url={self.closed_url}", *event], env={}, stderr=subprocess.DEVNULL,
                     check=True)
      record = next(Path(directory, "spool/new").iterdir())
      return record.name, record.read_text()
