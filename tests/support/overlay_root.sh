# shellcheck shell=sh
# Goes to the directory $1 and makes root/ there: this machine as it is, but what is written goes into
# upper/. For a shell in mount, network, PID, UTS and IPC namespaces of its own.
cd "$1" || exit
mkdir -p upper work root
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
mount -t proc proc root/proc
mount --bind -o ro root/proc/sys root/proc/sys
mount -t sysfs -o ro sysfs root/sys
mount -t tmpfs tmpfs root/run
mount -t tmpfs tmpfs root/dev
for device in null zero full random urandom; do
  : >"root/dev/$device"
  mount --bind "/dev/$device" "root/dev/$device"
done
ip link set lo up
rm -rf root/etc/metrics-event root/var/spool/metrics-event
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
