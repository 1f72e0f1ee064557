-- The usage records: who asked which model, when, for how many tokens; never a prompt, never an answer. Whoever owns the
-- database applies this file any number of times; days are days of UTC whatever the session's time zone is.

CREATE TABLE IF NOT EXISTS usage_records (
  event_id text PRIMARY KEY, -- the gateway's request id: a record that arrives twice is one record
  time timestamptz NOT NULL,
  tenant text NOT NULL,
  model text NOT NULL, -- the one that answered
  server text NOT NULL, -- the replicas that answered
  tokens_in bigint NOT NULL CHECK (tokens_in >= 0),
  tokens_cached bigint NOT NULL CHECK (tokens_cached >= 0), -- of those that came in, already in the prefix cache
  tokens_out bigint NOT NULL CHECK (tokens_out >= 0),
  status smallint NOT NULL
);

-- What came after the first form, once: each of these would hold up whoever writes for as long as this file is applied.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'usage_records'::regclass AND attname = 'key') THEN
    ALTER TABLE usage_records
      ALTER COLUMN server DROP NOT NULL, -- refused before any was chosen
      ADD COLUMN key text NOT NULL DEFAULT 'default', -- name of the tenant's key
      ADD COLUMN path text,
      ADD COLUMN counted text CHECK (counted IN ('gateway', 'delivered')), -- by whom; null where nothing was
      ADD COLUMN bytes_out bigint CHECK (bytes_out >= 0),
      ADD COLUMN details text, -- how the answer ended, in Envoy's words
      ADD COLUMN flags text,
      ADD COLUMN ms bigint CHECK (ms >= 0);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'usage_records'::regclass AND attname = 'asked') THEN
    ALTER TABLE usage_records ADD COLUMN asked text; -- the model that was asked for, where its fallback answered
  END IF;
  IF to_regclass('usage_records_by_tenant') IS NULL THEN
    CREATE INDEX usage_records_by_tenant ON usage_records (tenant, time);
  END IF;
END
$$;

-- Lines of the gateway's log that are no usage record, each once, with why: somebody has to look at them.
CREATE TABLE IF NOT EXISTS refused_lines (
  id text PRIMARY KEY, -- SHA-256 of the line
  arrived timestamptz NOT NULL DEFAULT now(),
  tenant text,
  reason text NOT NULL,
  line text NOT NULL
);

-- Tokens of each tenant by quarter hours of UTC, of which the months of every time zone are made: what budgets are kept by.
CREATE TABLE IF NOT EXISTS usage_by_quarter_hour (
  tenant text,
  quarter timestamptz,
  tokens numeric NOT NULL,
  PRIMARY KEY (tenant, quarter)
);

-- A record counts in the transaction that brings it, and one that was there already is none of those that come. What is
-- deleted when its days are over stays counted. By the owner's right: who writes records may not write here.
CREATE OR REPLACE FUNCTION count_records() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO usage_by_quarter_hour AS sofar
  SELECT tenant, date_bin('15 minutes', time, '2000-01-01T00:00:00Z'), sum(tokens_in::numeric + tokens_out)
  FROM added
  WHERE tokens_in + tokens_out > 0
  GROUP BY 1, 2
  -- In one order, so that no two who write wait for each other.
  ORDER BY 1, 2
  ON CONFLICT (tenant, quarter) DO UPDATE SET tokens = sofar.tokens + excluded.tokens;
  RETURN NULL;
END
$$;

-- The trigger and what was there before it, once and together: who writes waits for both.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'usage_records'::regclass AND tgname = 'count_records') THEN
    CREATE TRIGGER count_records AFTER INSERT ON usage_records
      REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_records();
    DELETE FROM usage_by_quarter_hour;
    INSERT INTO usage_by_quarter_hour
    SELECT tenant, date_bin('15 minutes', time, '2000-01-01T00:00:00Z'), sum(tokens_in::numeric + tokens_out)
    FROM usage_records
    WHERE tokens_in + tokens_out > 0
    GROUP BY 1, 2;
  END IF;
END
$$;

-- Who writes may add, and neither read nor change nor take away; who reads may do nothing else, and who keeps budgets may read
-- the sums alone. The roles are made by whoever runs the database.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'recorder') THEN
    GRANT INSERT, SELECT (event_id) ON usage_records TO recorder;
    GRANT INSERT, SELECT (id) ON refused_lines TO recorder;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN
    GRANT SELECT ON usage_records, usage_by_quarter_hour TO reader;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'budgets') THEN
    GRANT SELECT ON usage_by_quarter_hour TO budgets;
  END IF;
END
$$;

CREATE OR REPLACE VIEW usage_by_day AS
SELECT
  tenant,
  (time AT TIME ZONE 'UTC')::date AS day,
  model,
  count(*) AS requests,
  sum(tokens_in)::bigint AS tokens_in,
  sum(tokens_cached)::bigint AS tokens_cached,
  sum(tokens_out)::bigint AS tokens_out
FROM usage_records
GROUP BY 1, 2, 3;

-- Days for which each tenant's records are kept. A tenant that left the country file keeps the last it had.
CREATE TABLE IF NOT EXISTS record_days (
  tenant text PRIMARY KEY,
  days integer NOT NULL CHECK (days > 0)
);

-- Deletes what is older than its tenant's days, and everything of tenants that left and are named in `erased`. `kept` is
-- what the country file says, {"tenant": days}. Answers one row for each tenant that lost records.
CREATE OR REPLACE FUNCTION keep_records(kept jsonb, erased text[], moment timestamptz DEFAULT now())
RETURNS TABLE (of_tenant text, records bigint, because text)
LANGUAGE plpgsql AS $$
DECLARE
  one record;
BEGIN
  INSERT INTO record_days
  SELECT key, value::integer FROM jsonb_each_text(kept)
  ON CONFLICT (tenant) DO UPDATE SET days = excluded.days;

  -- The word lifts the protection of a tenant; only leaving the file makes it go.
  FOREACH of_tenant IN ARRAY erased LOOP
    CONTINUE WHEN kept ? of_tenant;
    DELETE FROM usage_records u WHERE u.tenant = of_tenant;
    GET DIAGNOSTICS records = ROW_COUNT;
    DELETE FROM record_days d WHERE d.tenant = of_tenant;
    DELETE FROM usage_by_quarter_hour q WHERE q.tenant = of_tenant;
    DELETE FROM refused_lines r WHERE r.tenant = of_tenant;
    because := 'erased';
    IF records > 0 THEN RETURN NEXT; END IF;
  END LOOP;

  -- One tenant after the other, each by the index: one statement for all would read the whole table every hour.
  FOR one IN SELECT * FROM record_days ORDER BY tenant LOOP
    of_tenant := one.tenant;
    because := 'older than its days';
    DELETE FROM usage_records u
    WHERE u.tenant = one.tenant
      -- Whole days of UTC: a day of summer time is no shorter here.
      AND u.time < (date_trunc('day', moment AT TIME ZONE 'UTC') - make_interval(days => one.days)) AT TIME ZONE 'UTC';
    GET DIAGNOSTICS records = ROW_COUNT;
    IF records > 0 THEN RETURN NEXT; END IF;
    -- The month that runs is needed in whole, however few the days.
    DELETE FROM usage_by_quarter_hour q
    WHERE q.tenant = one.tenant AND q.quarter < moment - make_interval(days => greatest(one.days, 62));
  END LOOP;

  -- No longer than the shortest record may be kept, whosever they are.
  DELETE FROM refused_lines r
  WHERE r.arrived < moment - make_interval(days => coalesce((SELECT min(days) FROM record_days), 30));
END
$$;
