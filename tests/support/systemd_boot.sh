#!/bin/sh
# Boots systemd: systemd_boot.sh DIRECTORY, in mount, network, PID, UTS, IPC and cgroup namespaces of
# its own, as PID 1. It knows only the units in DIRECTORY/units, has the program there as metrics-event
# and the files below DIRECTORY/files, and writes events into DIRECTORY/upper/events. It ends when a
# unit says so.
set -eu
# shellcheck disable=SC1091 # is looked at by itself
. "${0%/*}/overlay_root.sh"
mount -t cgroup2 cgroup2 root/sys/fs/cgroup
mount --make-shared root/run # credentials are mounted there in another namespace
: >console
: >root/dev/console
mount --bind console root/dev/console
mkdir root/dev/pts root/dev/shm
ln -s pts/ptmx root/dev/ptmx # without it there is no PrivateDevices=
cp metrics-event root/usr/bin/
cp -R units root/units
mkdir root/etc/metrics-event
echo 'url = "file:///events"' >root/etc/metrics-event/config.toml
[ ! -d files ] || cp -a files/. root/
exec env -i container=test SYSTEMD_UNIT_PATH=/units "PATH=$PATH" \
  chroot root /lib/systemd/systemd --log-target=console --show-status=no
