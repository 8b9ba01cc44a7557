#!/bin/sh
# Installs the files of a kiosk; may be run again. Run as root on the kiosk, with varco itself
# in /opt/varco (npm ci there makes dist/). The kiosk's own config is never changed.
#
#   install.sh [--root DIR] [--dry-run]
#
# --root DIR   into a folder, such as an image that is being made: creates no users, reloads no daemon
# --dry-run    only prints what goes where
#
# Not run on real hardware yet: see README.md in this folder.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=
dry=

usage() {
  echo "usage: install.sh [--root DIR] [--dry-run]" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --root) [ $# -ge 2 ] || usage; root=$2; shift 2 ;;
    --dry-run) dry=1; shift ;;
    *) usage ;;
  esac
done

# Source and target of each file; none is secret, and only root may change them.
files='
systemd/varco-kiosk.service etc/systemd/system/varco-kiosk.service
systemd/varco-browser.service etc/systemd/system/varco-browser.service
systemd/no-core.conf etc/systemd/coredump.conf.d/varco.conf
udev/60-varco.rules etc/udev/rules.d/60-varco.rules
60-varco-scanner.rules etc/udev/rules.d/60-varco-scanner.rules
polkit/60-varco-reboot.rules etc/polkit-1/rules.d/60-varco-reboot.rules
chromium/varco.json etc/chromium/policies/managed/varco.json
'

if [ -z "$dry" ] && [ -z "$root" ] && [ "$(id -u)" != 0 ]; then
  echo "install.sh: this needs root (or --root DIR)" >&2
  exit 1
fi

if [ -z "$dry" ] && [ -z "$root" ]; then
  for group in varco varco-screen varco-scanner gpio; do
    getent group "$group" >/dev/null || groupadd --system "$group"
  done
  for user in varco varco-screen; do
    getent passwd "$user" >/dev/null ||
      useradd --system --gid "$user" --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin "$user"
  done
  usermod -aG varco-scanner varco
  install -d -m 0750 -o root -g varco /etc/varco
fi

echo "$files" | while read -r from to; do
  [ -n "$from" ] || continue
  echo "$from -> $root/$to"
  [ -n "$dry" ] || install -D -m 0644 "$here/$from" "$root/$to"
done

if [ -z "$dry" ] && [ -z "$root" ]; then
  systemctl daemon-reload
  udevadm control --reload
  # polkit reads its rules by itself when they change.
  echo "now: /etc/varco/kiosk.json, then systemctl enable --now varco-kiosk varco-browser"
fi
