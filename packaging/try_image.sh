#!/bin/sh
# usage: try_image.sh ARCH
# Tries the image: unpacks it and runs its program in a chroot, with the user and the environment of the
# image, against receivers in an otherwise empty network. An image for another architecture runs under qemu.
# It needs root.
set -eu
cd "$(dirname "$0")/.."
arch=$1
[ "${2:-}" = isolated ] || exec unshare --net packaging/try_image.sh "$arch" isolated
ip link set lo up
version=$(sed -n 's/^project(metrics-event VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
scratch=$(mktemp -d)
root=$scratch/bundle/rootfs
receiver=
nginx=

say() { printf 'try_image: %s\n' "$*"; }

clean_up() {
  [ -z "$receiver" ] || kill "$receiver" 2>/dev/null || true
  [ -z "$nginx" ] || kill "$nginx" 2>/dev/null || true
  rm -rf "$scratch"
}
trap clean_up EXIT

# expect WHAT COMMAND...: fails with WHAT unless COMMAND succeeds
expect() {
  what=$1
  shift
  "$@" || {
    say "failed: $what"
    exit 1
  }
  say "ok: $what"
}

# configured FILTER: prints a part of the configuration of the image
configured() { jq --raw-output "$1" "$scratch/bundle/config.json"; }

# inside [NAME=VALUE]... [ARGUMENT]...: runs the entry point in a container with these variables
inside() {
  environment=
  while :; do
    case ${1:-} in
      [A-Z]*=*) environment="$environment $1" && shift ;;
      *) break ;;
    esac
  done
  # shellcheck disable=SC2046,SC2086 # words
  env -i HOME=/ $(configured '.process.env[]') $environment \
    /usr/sbin/chroot --userspec="$user" "$root" $emulator $(configured '.process.args[]') "$@"
}

# event FLAVOR [NAME=VALUE]...: sends an event from a container with these variables
event() {
  flavor=$1
  shift
  inside "$@" runner-installed --flavor "$flavor" --duration 12.5
}

# listen: starts a receiver of one event in another container
listen() {
  mkfifo "$scratch/announcement"
  inside listen --count 1 --timeout 60s >"$scratch/arrived" 2>"$scratch/announcement" &
  receiver=$!
  read -r _ <"$scratch/announcement"
  rm "$scratch/announcement"
}

# arrived FLAVOR: waits for the receiver, and looks for the event that it got
arrived() {
  wait "$receiver"
  receiver=
  grep -qF "\"flavor\":\"$1\",\"duration\":12.5" "$scratch/arrived"
}

# ends STATUS TEXT COMMAND...: checks that COMMAND ends with STATUS and that its stderr contains TEXT
ends() {
  expected=$1
  text=$2
  shift 2
  status=0
  "$@" 2>"$scratch/said" || status=$?
  if [ "$status" -ne "$expected" ] || ! grep -qF "$text" "$scratch/said"; then
    printf 'exit status %s\n' "$status" >&2
    cat "$scratch/said" >&2
    return 1
  fi
}

# authorities: prints a line for each certificate in the bundle of the image
authorities() {
  openssl crl2pkcs7 -nocrl -certfile "$bundle" | openssl pkcs7 -print_certs -noout | grep '^subject'
}

# start_tls: starts nginx in front of the receiver, with a certificate of a private authority
start_tls() {
  (
    cd "$scratch"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj /CN=ours \
      -keyout authority.key -out authority.pem
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj /CN=receiver \
      -keyout server.key -out server.csr
    printf 'subjectAltName = DNS:receiver.example.com\n' >server.ext
    openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial \
      -extfile server.ext -out server.pem
  ) 2>"$scratch/openssl.log"
  cat >"$scratch/nginx.conf" <<'END'
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy;
  fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {
    listen 127.0.0.1:443 ssl;
    ssl_certificate server.pem;
    ssl_certificate_key server.key;
    location / { proxy_pass http://127.0.0.1:3100; }
  }
}
END
  /usr/sbin/nginx -p "$scratch" -c nginx.conf -e error.log &
  nginx=$!
  # nginx listens before it writes this file.
  until [ -s "$scratch/nginx.pid" ]; do kill -0 "$nginx"; done
}

mkdir "$scratch/layout"
tar --extract --file "build/packages/metrics-event-$version-linux-$arch.oci.tar" --directory "$scratch/layout"
umoci unpack --image "$scratch/layout:metrics-event:$version" "$scratch/bundle"
user=$(configured '"\(.process.user.uid):\(.process.user.gid)"')
state=$root/var/lib/metrics-event

(cd "$root" && find . ! -type d | LC_ALL=C sort) >"$scratch/files"
cat >"$scratch/expected" <<'END'
./etc/ssl/certs/ca-certificates.crt
./usr/bin/metrics-event
./usr/share/doc/ca-certificates/copyright
./usr/share/doc/metrics-event/LGPL-2.1
./usr/share/doc/metrics-event/LICENSE
./usr/share/doc/metrics-event/copyright
END
expect 'it contains the program, the authorities and their licences, and nothing else' diff "$scratch/expected" "$scratch/files"
bundle=$root/etc/ssl/certs/ca-certificates.crt
expect 'it contains each authority of Debian' test "$(authorities | wc -l)" -eq \
  "$(find /usr/share/ca-certificates/mozilla -name '*.crt' | wc -l)"
expect 'its files belong to root, and only root can write to them' \
  test -z "$(find "$root" ! -path "$state" \( ! -user 0 -o ! -group 0 -o -perm /022 \))"
expect 'the state belongs to its user' test "$(stat --format '%u:%g %a' "$state")" = '65532:65532 700'
expect 'its user is a number other than that of root' test "$user" = 65532:65532
expect 'its entry point is the program' \
  test "$(configured '.process.args | join(" ")')" = /usr/bin/metrics-event

emulator=
if [ "$arch" != "$(dpkg --print-architecture)" ]; then
  emulator=/usr/bin/qemu-aarch64
  for file in "$emulator" $(ldd "$emulator" | grep -o '/[^ ]*'); do
    cp --parents --dereference "$file" "$root"
  done
fi
printf '127.0.0.1 localhost receiver.example.com\n' >"$root/etc/hosts" # as a runtime does
expect 'the program runs' test "$(inside --version | cut -d ' ' -f 1,2)" = "metrics-event $version"

listen
expect 'an event is sent' event small METRICS_EVENT_URL=http://receiver.example.com:3100
expect 'and arrives' arrived small

start_tls
https=METRICS_EVENT_URL=https://receiver.example.com
expect 'an authority that the image does not know is rejected' \
  ends 76 'authority' event small "$https"
cat "$scratch/authority.pem" >>"$bundle"
listen
expect 'an authority that is added to the image is trusted' event medium "$https"
expect 'and the event arrives' arrived medium

printf 'url = "http://127.0.0.1:3100"\nspool = true\nretries = 0\n' >"$root/etc/metrics-event/config.toml"
expect 'an event that cannot be delivered is kept' ends 0 'spool' event large
expect 'and is in /var/lib/metrics-event' test -n "$(find "$state/spool/new" -type f)"
listen
expect 'another container with that directory flushes it' inside flush
expect 'and it arrives' arrived large
