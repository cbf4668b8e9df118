#!/usr/bin/env bash
# lnav -n, given more than 108 files by name, reads 108 of them: the others are missing from its output
# and from what its SQL answers, with nothing on standard error and exit status 0. Given the directory,
# or 108 files, it reads all. Needs root where lnav's libraries are not installed.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cd "$home"
apt-get download --quiet lnav=0.11.1-3 2>/dev/null >&2
dpkg -x lnav_*.deb unpacked
if ldd unpacked/usr/bin/lnav | grep -q 'not found'; then
    apt-get install --quiet --yes --no-install-recommends lnav=0.11.1-3 >&2
fi
export HOME=$home
lnav=$home/unpacked/usr/bin/lnav
"$lnav" -V

mkdir logs
for n in $(seq 101 400); do
    echo "2026-11-20T00:00:00.$n Z info line $n" > "logs/$n.log"
done
lines() { "$lnav" -n "$@" 2>errors | wc -l; }
said="300 files by name: $(lines logs/*.log) lines, $(wc -c < errors) bytes of errors
the directory of 300 files: $(lines logs) lines
108 files by name: $(lines $(ls logs/*.log | head -n 108)) lines
109 files by name: $(lines $(ls logs/*.log | head -n 109)) lines
SQL over 300 files: $("$lnav" -n -c ';SELECT count(*) FROM all_logs' -c ':write-csv-to -' \
    logs/*.log | tail -n 1) lines, exit status $?"
echo "$said"
expected='300 files by name: 108 lines, 0 bytes of errors
the directory of 300 files: 300 lines
108 files by name: 108 lines
109 files by name: 108 lines
SQL over 300 files: 108 lines, exit status 0'
if [ "$said" != "$expected" ]; then
    echo "CHANGED: it was
$expected"
    exit 1
fi
echo "as found: files behind the 108th are left out in silence"
