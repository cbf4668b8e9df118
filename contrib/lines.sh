#!/bin/sh
# Every whole line of an audit log once, for tools that read one file of JSON lines:
#
#     sh contrib/lines.sh /var/log/audit > log.jsonl
#
# Segments may be compressed. After a disk fault a line may stand in two of them; the copies are the
# same bytes. A last line without its end is being written, or was when the power went: it is left out.
set -eu
dir=${1:?the directory of the log is missing: sh lines.sh DIR}
for file in "$dir"/*.jsonl "$dir"/*.jsonl.gz; do
    [ -e "$file" ] || continue
    gzip -cdf -- "$file"
    echo # Where a file ends in half a line, the next one must not be glued to it.
done | awk '/^\{.*\}$/ && !seen[$0]++'
