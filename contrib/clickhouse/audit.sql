-- Views over the files of an audit log; docs/analysis.md says how to use them. Times are in UTC.
-- They read the files whenever they are asked; a table made of `events` answers faster.

CREATE OR REPLACE VIEW raw_lines AS
SELECT file, JSONExtract(line, 'kind', 'Nullable(String)') AS kind, JSONExtract(line, 'seq', 'Nullable(Int64)') AS seq, line
FROM (SELECT _path AS file, line FROM file('*.jsonl*', LineAsString, 'line String'))
WHERE isValidJSON(line);

-- A line may stand in two files after a disk fault: here it comes once.
CREATE OR REPLACE VIEW lines AS
SELECT log, stream, seq, kind, line FROM raw_lines
JOIN (SELECT file, JSONExtract(line, 'header', 'log', 'Nullable(String)') AS log,
             JSONExtract(line, 'header', 'stream', 'Nullable(String)') AS stream
      FROM raw_lines WHERE kind = 'header') AS headers USING (file)
LIMIT 1 BY log, stream, seq;

CREATE OR REPLACE VIEW schemas AS
SELECT log, stream, seq, parseDateTime64BestEffortOrNull(JSONExtractString(line, 'time'), 6, 'UTC') AS time
    , JSONExtract(line, 'schema', 'event', 'Nullable(String)') AS event
    , JSONExtract(line, 'schema', 'category', 'Nullable(String)') AS category
    , JSONExtract(line, 'schema', 'about', 'Nullable(String)') AS about
    , JSONExtract(line, 'schema', 'hash', 'Nullable(String)') AS hash
FROM lines WHERE kind = 'schema';

CREATE OR REPLACE VIEW categories AS
SELECT log, stream, event, category
    , CASE WHEN seq = min(seq) OVER (PARTITION BY log, stream, event) THEN 0 ELSE seq END AS seq
FROM schemas;

CREATE OR REPLACE VIEW event_lines AS
SELECT log, stream, seq
    , parseDateTime64BestEffortOrNull(JSONExtractString(line, 'time'), 6, 'UTC') AS time
    , parseDateTime64BestEffortOrNull(JSONExtractString(line, 'occurred'), 6, 'UTC') AS occurred
    , nullIf(JSONExtractRaw(line, 'origin'), '') AS origin
    , JSONExtract(line, 'event', 'Nullable(String)') AS event
    , JSONExtract(line, 'level', 'Nullable(String)') AS level
    , JSONExtract(line, 'action', 'Nullable(String)') AS action
    , JSONExtract(line, 'outcome', 'Nullable(String)') AS outcome
    , JSONExtract(line, 'reason', 'Nullable(String)') AS reason
    , JSONExtract(line, 'phase', 'Nullable(String)') AS phase
    , JSONExtract(line, 'begun', 'Nullable(Int64)') AS begun
    , JSONExtract(line, 'actor', 'user', 'Nullable(String)') AS actor_user
    , JSONExtract(line, 'actor', 'user_pseudonym', 'Nullable(String)') AS actor_user_pseudonym
    , JSONExtract(line, 'actor', 'user_none', 'Nullable(String)') AS actor_user_none
    , JSONExtract(line, 'actor', 'user_cut', 'Nullable(Int64)') AS actor_user_cut
    , JSONExtract(line, 'actor', 'session_pseudonym', 'Nullable(String)') AS actor_session_pseudonym
    , JSONExtract(line, 'actor', 'session_none', 'Nullable(String)') AS actor_session_none
    , JSONExtract(line, 'actor', 'service', 'Nullable(String)') AS actor_service
    , JSONExtract(line, 'actor_none', 'Nullable(String)') AS actor_none
    , JSONExtract(line, 'source', 'ip', 'Nullable(String)') AS source_ip
    , JSONExtract(line, 'source', 'port', 'Nullable(Int64)') AS source_port
    , JSONExtract(line, 'source', 'local', 'Nullable(String)') AS source_local
    , JSONExtract(line, 'source_none', 'Nullable(String)') AS source_none
    , JSONExtract(line, 'object', 'type', 'Nullable(String)') AS object_type
    , JSONExtract(line, 'object', 'id', 'Nullable(String)') AS object_id
    , JSONExtract(line, 'object', 'id_pseudonym', 'Nullable(String)') AS object_id_pseudonym
    , JSONExtract(line, 'object', 'id_none', 'Nullable(String)') AS object_id_none
    , JSONExtract(line, 'object', 'id_cut', 'Nullable(Int64)') AS object_id_cut
    , JSONExtract(line, 'object', 'name', 'Nullable(String)') AS object_name
    , JSONExtract(line, 'object', 'name_pseudonym', 'Nullable(String)') AS object_name_pseudonym
    , JSONExtract(line, 'object', 'name_none', 'Nullable(String)') AS object_name_none
    , JSONExtract(line, 'object', 'name_cut', 'Nullable(Int64)') AS object_name_cut
    , JSONExtract(line, 'object_none', 'Nullable(String)') AS object_none
    , JSONExtract(line, 'withheld', 'Array(String)') AS withheld
    , nullIf(JSONExtractRaw(line, 'data'), '') AS data
FROM lines WHERE kind = 'event';

CREATE OR REPLACE VIEW events AS
SELECT it.*, above.category AS category FROM event_lines AS it
ASOF LEFT JOIN categories AS above USING (log, stream, event, seq);

CREATE OR REPLACE VIEW summary_lines AS
SELECT log, stream, seq, parseDateTime64BestEffortOrNull(JSONExtractString(line, 'time'), 6, 'UTC') AS time
    , JSONExtract(line, 'summary', 'event', 'Nullable(String)') AS event
    , JSONExtract(line, 'summary', 'level', 'Nullable(String)') AS level
    , JSONExtract(line, 'summary', 'action', 'Nullable(String)') AS action
    , JSONExtract(line, 'summary', 'outcome', 'Nullable(String)') AS outcome
    , JSONExtract(line, 'summary', 'ip', 'Nullable(String)') AS source_ip
    , JSONExtract(line, 'summary', 'prefix', 'Nullable(Int64)') AS source_prefix
    , JSONExtract(line, 'summary', 'source_none', 'Nullable(String)') AS source_none
    , JSONExtract(line, 'summary', 'count', 'Nullable(Int64)') AS count
    , parseDateTime64BestEffortOrNull(JSONExtractString(line, 'summary', 'from'), 6, 'UTC') AS from_time
    , parseDateTime64BestEffortOrNull(JSONExtractString(line, 'summary', 'to'), 6, 'UTC') AS to_time
FROM lines WHERE kind = 'summary';

CREATE OR REPLACE VIEW summaries AS
SELECT it.*, above.category AS category FROM summary_lines AS it
ASOF LEFT JOIN categories AS above USING (log, stream, event, seq);

-- What was denied: add up `count`, because a flood of it is counted rather than written.
CREATE OR REPLACE VIEW denied AS
SELECT log, stream, seq, time, event, category, action, source_ip, 1 AS count
FROM events WHERE outcome = 'denied'
UNION ALL
SELECT log, stream, seq, time, event, category, action, source_ip, count
FROM summaries WHERE outcome = 'denied';

CREATE OR REPLACE VIEW gaps AS
SELECT log, stream, seq, parseDateTime64BestEffortOrNull(JSONExtractString(line, 'time'), 6, 'UTC') AS time
    , JSONExtract(line, 'gap', 'lost', 'Nullable(Int64)') AS lost
    , parseDateTime64BestEffortOrNull(JSONExtractString(line, 'gap', 'from'), 6, 'UTC') AS from_time
    , parseDateTime64BestEffortOrNull(JSONExtractString(line, 'gap', 'to'), 6, 'UTC') AS to_time
FROM lines WHERE kind = 'gap';
