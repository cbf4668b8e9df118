#!/usr/bin/env bash
# The same program prints other bytes under `python -c` than from a file: DuckDB then takes the run for
# an interactive one and draws a progress bar on standard output, though that is a pipe, as soon as a
# query takes more than two seconds. A script that is right on a fast machine or little data prints
# garbage elsewhere. `SET enable_progress_bar = false` prevents it.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cd "$home"
python3 -m venv venv
cat > program.py <<'PYTHON'
import time
import duckdb
duckdb.execute("SET threads = 1")
millions, took = 10, 0
while took < 4: # Whatever the machine, one query takes more than two seconds.
    duckdb.execute(f"CREATE OR REPLACE TABLE t AS SELECT range AS n FROM range({millions}000000)")
    began = time.monotonic()
    duckdb.sql("SELECT max(md5(md5(n::VARCHAR))) FROM t").fetchall()
    took = time.monotonic() - began
    millions *= 2
print("done")
PYTHON
for version in 1.4.5 2.0.1; do
    venv/bin/pip install --quiet --disable-pip-version-check "duckdb==$version"
    venv/bin/python program.py | cat > file
    venv/bin/python -c "$(cat program.py)" | cat > argument
    for out in file argument; do
        bar=$(grep -q '▕' "$out" && echo 'a bar and ' || true)
        echo "$version, program as $out: ${bar}$(tr '\r' '\n' < "$out" | tail -n 1)"
    done
done | tee said
expected='1.4.5, program as file: done
1.4.5, program as argument: a bar and done
2.0.1, program as file: done
2.0.1, program as argument: a bar and done'
if [ "$(cat said)" != "$expected" ]; then
    echo "CHANGED: it was
$expected"
    exit 1
fi
echo "as found: the bar goes into the pipe"
