#!/usr/bin/env bash
# Miller reads JSON with escaped control characters, as RFC 8259 wants them, and writes them as raw
# bytes: its JSON is then no JSON, jq and Python refuse it, and an escape sequence that a log recorded
# safely reaches the terminal of whoever looks.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cd "$home"
apt-get download --quiet miller=6.6.0-2+b3 2>/dev/null >&2
dpkg -x miller_*.deb unpacked
mlr=$home/unpacked/usr/bin/mlr
"$mlr" --version

printf '%s\n' '{"user":"\u001b[2Jroot\u0000"}' > line.jsonl
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
expected='in:  {"user":"\u001b[2Jroot\u0000"}; Python takes it
out: {"user": "^[[2Jroot^@"}; Python refuses it'
if [ "$said" != "$expected" ]; then
    echo "CHANGED: it was
$expected"
    exit 1
fi
echo "as found: valid JSON in, invalid JSON out"
