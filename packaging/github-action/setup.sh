#!/bin/sh
# Puts the program of a release on PATH for the following steps, after checking its SHA-256, and sets the
# receiver for them. action.yml runs it with its inputs in the environment. No program gets the token as an
# argument, because printf is part of the shell.
set -eu

carriage_return=$(printf '\r')

# in_command TEXT: prints TEXT with the escapes that commands to the runner need
in_command() { printf '%s' "$1" | sed "s/%/%25/g; s/$carriage_return/%0D/g"; }

warn() { printf '::warning title=metrics-event::%s\n' "$(in_command "$*")"; }

fail() {
  printf '::error title=metrics-event::%s\n' "$(in_command "$*")"
  exit 1
}

# one_line NAME TEXT: prints TEXT without trailing line ends, which a pasted secret may have. A second line
# is an error, because it would set another variable.
one_line() {
  text=$(printf '%s' "$2")
  text=${text%"$carriage_return"}
  case $text in
    *'
'*) fail "the input $1 has several lines; give one" >&2 ;;
  esac
  printf '%s' "$text"
}

# later NAME TEXT: sets a variable for the following steps, unless TEXT is empty
later() { [ -z "$2" ] || printf '%s=%s\n' "$1" "$2" >>"$GITHUB_ENV"; }

url=$(one_line url "$INPUT_URL")
username=$(one_line username "$INPUT_USERNAME")
token=$(one_line token "$INPUT_TOKEN")
flavor=$(one_line flavor "$INPUT_FLAVOR")
release=$(one_line release-url "$INPUT_RELEASE_URL")
unset INPUT_TOKEN
[ -z "$token" ] || printf '::add-mask::%s\n' "$(in_command "$token")"

case $RUNNER_OS-$RUNNER_ARCH in
  Linux-X64) program=metrics-event-linux-amd64 ;;
  Linux-ARM64) program=metrics-event-linux-arm64 ;;
  *) fail "there is no program for $RUNNER_OS on $RUNNER_ARCH; use a runner with Linux on X64 or ARM64" ;;
esac

# The runner keeps an action in _actions/OWNER/NAME/REF; github.action_ref is not reliable in a
# composite action.
if [ -z "$release" ]; then
  repository=$GITHUB_REPOSITORY
  ref=
  case $GITHUB_ACTION_PATH in
    */_actions/*/*/*/packaging/github-action)
      ref=${GITHUB_ACTION_PATH##*/_actions/}
      ref=${ref%/packaging/github-action}
      repository=${ref%"${ref#*/*/}"}
      ref=${ref#"$repository"}
      repository=${repository%/}
      ;;
  esac
  release=$GITHUB_SERVER_URL/$repository/releases
  case $ref in
    v[0-9]*.*.*) release=$release/download/$ref ;;
    *) release=$release/latest/download ;;
  esac
fi

command -v curl >/dev/null || fail 'curl, which downloads the program, is not on PATH; install it'
directory=$(mktemp -d "$RUNNER_TEMP/metrics-event-XXXXXX")

# download NAME FILE: downloads a file of the release
download() {
  curl --silent --show-error --fail --location --proto '=https' --retry 3 --connect-timeout 10 \
    --max-time 120 --output "$directory/$2" "${release%/}/$1" ||
    fail "cannot download ${release%/}/$1"
}

download SHA256SUMS SHA256SUMS
download "$program" metrics-event
expected=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$program\$/\1/p" "$directory/SHA256SUMS")
[ -n "$expected" ] || fail "SHA256SUMS of ${release%/} has no line for $program"
actual=$(sha256sum <"$directory/metrics-event")
[ "${actual%% *}" = "$expected" ] ||
  fail "$program of ${release%/} has the SHA-256 ${actual%% *}, but SHA256SUMS says $expected"
chmod 755 "$directory" "$directory/metrics-event"
"$directory/metrics-event" --version || fail "$program does not run here"
rm "$directory/SHA256SUMS"
printf '%s\n' "$directory" >>"$GITHUB_PATH"

later METRICS_EVENT_URL "$url"
later RUNNER_FLAVOR "$flavor"
if [ -n "$username" ] && [ -n "$token" ]; then
  later METRICS_EVENT_USERNAME "$username"
  later METRICS_EVENT_PASSWORD "$token"
else
  later METRICS_EVENT_BEARER_TOKEN "$token"
fi
# A pull request from a fork gets no secrets, and must not fail because of that.
[ -z "$username" ] || [ -n "$token" ] || warn 'the input token is empty, so the user name is not used'
if [ -z "$url" ] && [ -z "${METRICS_EVENT_URL:-}" ]; then
  warn 'the input url is empty, so events are validated and not sent'
  later METRICS_EVENT_DISABLED true
fi
