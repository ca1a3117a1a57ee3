#!/bin/sh
# Boots cloud-init with a user data: cloud_init_boot.sh DIRECTORY, in mount, network, PID, UTS and IPC
# namespaces of its own. In DIRECTORY are seed/ for the data source NoCloud, and a curl that knows where
# package.deb is.
#
# It prints what arrives at http://loki.example.com:3100, where a receiver is up after the boot only.
set -eu
# shellcheck disable=SC1091 # is looked at by itself
. "${0%/*}/overlay_root.sh"
hostname runner-17
echo '127.0.0.1 localhost loki.example.com' >root/etc/hosts

rm -rf root/etc/cloud/cloud.cfg.d root/var/lib/cloud
mkdir -p root/var/lib/cloud/seed
cp -R seed root/var/lib/cloud/seed/nocloud
cp package.deb root/
cp curl root/usr/local/bin/
# Without the modules that would look for disks and make keys.
cat >root/etc/cloud/cloud.cfg <<'END'
datasource_list: [NoCloud]
network: { config: disabled }
cloud_init_modules: [write-files]
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts-user]
END

chroot root cloud-init init --local >&2
chroot root cloud-init modules --mode config >&2
status=0
chroot root cloud-init modules --mode final >&2 || status=$?
echo "the final stage ends with $status"

[ -x root/usr/bin/metrics-event ] || exit 0
# shellcheck disable=SC2016 # it is dpkg's
chroot root dpkg-query --show --showformat 'the package is ${db:Status-Status}\n' metrics-event
printf 'enabled for the runner: '
readlink root/etc/systemd/system/timers.target.wants/metrics-event-flush@runner.timer
mkfifo started
chroot root metrics-event listen --port 3100 --count 1 --timeout 20s --output json 2>started &
receiver=$!
read -r _ <started
flushed=$(chroot root metrics-event flush)
wait "$receiver"
echo "$flushed"
