#!/usr/bin/env bash
# Installs the analysts' tools: those of PyPI into the given folder, in the versions of
# requirements.txt, and with CI=true those of Debian that are missing.
#
#     tests/analysts/install.sh target/analysts
set -euo pipefail
folder=${1:?where the tools go is missing: install.sh FOLDER}
here=$(cd "$(dirname "$0")" && pwd)

# A folder that was installed by the same lists is as it should be.
lists=$(cat "$here/requirements.txt" "$0")
if [ "$(cat "$folder/installed" 2>/dev/null || true)" != "$lists" ]; then
    rm -rf "$folder"
    python3 -m venv "$folder/venv"
    mkdir "$folder/unpacked"
    # What pip unpacks goes where the result goes: a machine's folder for short-lived files may be small.
    pip=(env "TMPDIR=$(realpath "$folder/unpacked")"
        "$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --no-compile)
    "${pip[@]}" -r "$here/requirements.txt"
    # The older of two versions that are in use; it is found first where PYTHONPATH names it.
    "${pip[@]}" --no-deps --target "$folder/duckdb-1.4.5" duckdb==1.4.5
    rm -r "$folder/unpacked"
    printf '%s\n' "$lists" > "$folder/installed"
fi

missing=()
for tool in jq:jq mlr:miller sqlite3:sqlite3 lnav:lnav; do
    command -v "${tool%%:*}" >/dev/null || missing+=("${tool##*:}")
done
if [ "${#missing[@]}" -gt 0 ] && [ "${CI:-}" = true ]; then
    apt-get update
    apt-get install --yes --no-install-recommends "${missing[@]}"
elif [ "${#missing[@]}" -gt 0 ]; then
    echo "not installed, because CI is not true: ${missing[*]}"
fi
