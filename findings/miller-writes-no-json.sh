#!/usr/bin/env bash
# Miller reads JSON with escaped control characters, as RFC 8259 wants them, and writes them as raw
# bytes: what it writes is then no JSON, and Python refuses it.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cd "$home"
apt-get download --quiet miller=6.6.0-2+b3 2>/dev/null >&2
dpkg -x miller_*.deb unpacked
mlr=$home/unpacked/usr/bin/mlr
"$mlr" --version

printf '%s\n' '{"user":"a\u0001b"}' > line.jsonl
refuses() {
    if python3 -c 'import json, sys; json.load(sys.stdin)' 2>/dev/null; then
        echo "Python takes it"
    else
        echo "Python refuses it"
    fi
}
said="in:  $(cat -v line.jsonl); $(refuses < line.jsonl)
out: $("$mlr" --ijsonl --ojsonl cat line.jsonl | cat -v); $("$mlr" --ijsonl --ojsonl cat line.jsonl | refuses)"
echo "$said"
expected='in:  {"user":"a\u0001b"}; Python takes it
out: {"user": "a^Ab"}; Python refuses it'
if [ "$said" != "$expected" ]; then
    echo "CHANGED: it was
$expected"
    exit 1
fi
echo "as found: valid JSON in, invalid JSON out"
