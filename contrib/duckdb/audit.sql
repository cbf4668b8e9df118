-- Views over the files of an audit log; docs/analysis.md says how to use them. Times are in UTC.
-- They read the files whenever they are asked; a table made of `events` answers faster.

CREATE OR REPLACE VIEW raw_lines AS
SELECT file, (line ->> '$.kind') AS kind, (line ->> '$.seq')::BIGINT AS seq, line
FROM (SELECT filename AS file, json AS line
      FROM read_ndjson_objects('*.jsonl*', filename = true, ignore_errors = true))
WHERE line IS NOT NULL;

-- A line may stand in two files after a disk fault: here it comes once.
CREATE OR REPLACE VIEW lines AS
SELECT DISTINCT ON (log, stream, seq) log, stream, seq, kind, line FROM raw_lines
JOIN (SELECT file, (line ->> '$.header.log') AS log,
             (line ->> '$.header.stream') AS stream
      FROM raw_lines WHERE kind = 'header') AS headers USING (file);

CREATE OR REPLACE VIEW schemas AS
SELECT log, stream, seq, (line ->> '$.time')::TIMESTAMP AS time
    , (line ->> '$.schema.event') AS event
    , (line ->> '$.schema.category') AS category
    , (line ->> '$.schema.about') AS about
    , (line ->> '$.schema.hash') AS hash
FROM lines WHERE kind = 'schema';

CREATE OR REPLACE VIEW categories AS
SELECT log, stream, event, category
    , CASE WHEN seq = min(seq) OVER (PARTITION BY log, stream, event) THEN 0 ELSE seq END AS seq
FROM schemas;

CREATE OR REPLACE VIEW event_lines AS
SELECT log, stream, seq
    , (line ->> '$.time')::TIMESTAMP AS time
    , (line ->> '$.occurred')::TIMESTAMP AS occurred
    , (line -> '$.origin') AS origin
    , (line ->> '$.event') AS event
    , (line ->> '$.level') AS level
    , (line ->> '$.action') AS action
    , (line ->> '$.outcome') AS outcome
    , (line ->> '$.reason') AS reason
    , (line ->> '$.phase') AS phase
    , (line ->> '$.begun')::BIGINT AS begun
    , (line ->> '$.actor.user') AS actor_user
    , (line ->> '$.actor.user_pseudonym') AS actor_user_pseudonym
    , (line ->> '$.actor.user_none') AS actor_user_none
    , (line ->> '$.actor.user_cut')::BIGINT AS actor_user_cut
    , (line ->> '$.actor.session_pseudonym') AS actor_session_pseudonym
    , (line ->> '$.actor.session_none') AS actor_session_none
    , (line ->> '$.actor.service') AS actor_service
    , (line ->> '$.actor_none') AS actor_none
    , (line ->> '$.source.ip') AS source_ip
    , (line ->> '$.source.port')::BIGINT AS source_port
    , (line ->> '$.source.local') AS source_local
    , (line ->> '$.source_none') AS source_none
    , (line ->> '$.object.type') AS object_type
    , (line ->> '$.object.id') AS object_id
    , (line ->> '$.object.id_pseudonym') AS object_id_pseudonym
    , (line ->> '$.object.id_none') AS object_id_none
    , (line ->> '$.object.id_cut')::BIGINT AS object_id_cut
    , (line ->> '$.object.name') AS object_name
    , (line ->> '$.object.name_pseudonym') AS object_name_pseudonym
    , (line ->> '$.object.name_none') AS object_name_none
    , (line ->> '$.object.name_cut')::BIGINT AS object_name_cut
    , (line ->> '$.object_none') AS object_none
    , (line -> '$.withheld')::VARCHAR[] AS withheld
    , (line -> '$.data') AS data
FROM lines WHERE kind = 'event';

CREATE OR REPLACE VIEW events AS
SELECT it.*, above.category AS category FROM event_lines AS it
ASOF LEFT JOIN categories AS above USING (log, stream, event, seq);

CREATE OR REPLACE VIEW summary_lines AS
SELECT log, stream, seq, (line ->> '$.time')::TIMESTAMP AS time
    , (line ->> '$.summary.event') AS event
    , (line ->> '$.summary.level') AS level
    , (line ->> '$.summary.action') AS action
    , (line ->> '$.summary.outcome') AS outcome
    , (line ->> '$.summary.ip') AS source_ip
    , (line ->> '$.summary.prefix')::BIGINT AS source_prefix
    , (line ->> '$.summary.source_none') AS source_none
    , (line ->> '$.summary.count')::BIGINT AS count
    , (line ->> '$.summary.from')::TIMESTAMP AS from_time
    , (line ->> '$.summary.to')::TIMESTAMP AS to_time
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
SELECT log, stream, seq, (line ->> '$.time')::TIMESTAMP AS time
    , (line ->> '$.gap.lost')::BIGINT AS lost
    , (line ->> '$.gap.from')::TIMESTAMP AS from_time
    , (line ->> '$.gap.to')::TIMESTAMP AS to_time
FROM lines WHERE kind = 'gap';
