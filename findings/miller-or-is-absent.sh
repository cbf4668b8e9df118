#!/usr/bin/env bash
# In Miller `A || B` is absent where A compares a key that the record does not have, even if B is true;
# `B || A` is true. So a filter for either of two keys silently drops every record that has only the
# second one. Each record here has an `outcome` of `denied`, under one key or another.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cd "$home"
apt-get download --quiet miller=6.6.0-2+b3 2>/dev/null >&2
dpkg -x miller_*.deb unpacked
mlr=$home/unpacked/usr/bin/mlr
"$mlr" --version

cat > lines.jsonl <<'JSON'
{"id": 1, "outcome": "denied"}
{"id": 2, "summary": {"outcome": "denied"}}
{"id": 3, "outcome": "success"}
JSON
filtered() {
    "$mlr" --ijsonl --ojsonl flatten then filter "$1" then cut -f id lines.jsonl | paste -s -d ' '
}
said="outcome || summary: $(filtered '$outcome == "denied" || ${summary.outcome} == "denied"')
summary || outcome: $(filtered '${summary.outcome} == "denied" || $outcome == "denied"')
absent == \"x\" || true: $("$mlr" -n put 'end {print typeof((@no == "x") || true)}')
true || absent == \"x\": $("$mlr" -n put 'end {print typeof(true || (@no == "x"))}')"
echo "$said"
expected='outcome || summary: {"id": 1}
summary || outcome: {"id": 2}
absent == "x" || true: absent
true || absent == "x": bool'
if [ "$said" != "$expected" ]; then
    echo "CHANGED: it was
$expected"
    exit 1
fi
echo "as found: || depends on the order of its operands, and records are dropped in silence"
