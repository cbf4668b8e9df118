#!/usr/bin/env bash
# polars and ClickHouse take the columns of JSON lines from the first lines (100, and 25,000). A key that
# comes later is dropped from every row: no error, no warning, exit status 0. DuckDB, which looks at
# 20,480 lines, refuses such a row aloud, and PyArrow has the key. Here 60,000 valid lines, of which the
# last ten have a key `late`. `infer_schema_length=None` helps in polars; in ClickHouse naming the columns.
set -euo pipefail
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cd "$home"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
    polars==2.1.0 duckdb==2.0.1 chdb==4.4.0 pyarrow==26.0.1
{
    for n in $(seq 59990); do echo "{\"n\":$n}"; done
    for n in $(seq 59991 60000); do echo "{\"n\":$n,\"late\":\"x\"}"; done
} > lines.jsonl

cat > ask.py <<'PYTHON'
import json
import chdb, duckdb, polars, pyarrow, pyarrow.json

def of_polars():
    return polars.read_ndjson("lines.jsonl").to_dicts()

def of_clickhouse():
    text = chdb.query("SELECT * FROM file('lines.jsonl', JSONEachRow)", "JSONEachRow")
    return [json.loads(line) for line in str(text).splitlines()]

def of_duckdb():
    relation = duckdb.sql("SELECT * FROM read_json('lines.jsonl')")
    return [dict(zip(relation.columns, row)) for row in relation.fetchall()]

def of_pyarrow():
    return pyarrow.json.read_json("lines.jsonl").to_pylist()

for tool, module, rows_of in [
    ("polars", polars, of_polars), ("chdb", chdb, of_clickhouse),
    ("DuckDB", duckdb, of_duckdb), ("PyArrow", pyarrow, of_pyarrow),
]:
    try:
        rows = rows_of()
        late = sum(1 for row in rows if row.get("late"))
        told = f"{len(rows)} rows, {late} with `late`"
    except Exception as error:
        told = f"{type(error).__name__}, which names the key: {'late' in str(error)}"
    print(f"{tool} {module.__version__}: {told}")
PYTHON
said=$(venv/bin/python ask.py)
echo "$said"
expected='polars 2.1.0: 60000 rows, 0 with `late`
chdb 4.4.0: 60000 rows, 0 with `late`
DuckDB 2.0.1: InvalidInputException, which names the key: True
PyArrow 26.0.1: 60000 rows, 10 with `late`'
if [ "$said" != "$expected" ]; then
    echo "CHANGED: it was
$expected"
    exit 1
fi
echo "as found: two tools drop the key and say nothing"
