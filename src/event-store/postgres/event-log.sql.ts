/**
 * The key of the transaction-scoped advisory lock that every append holds. Any number will do, as long as every writer
 * uses the same. The lock makes the order of positions the order of commits.
 */
export const APPEND_LOCK = 4_702_588_311;

/** The channel that is notified of every commit to the log. */
export const APPEND_CHANNEL = 'event_log';

/** The constraint that makes event ids unique. */
export const UNIQUE_EVENT_ID = 'event_log_one_place_for_an_id';

/** Most rows of one page of a read, and bytes of JSON after which no further row is added to it. */
export const PAGE_ROWS = 2_000;
export const PAGE_BYTES = 8_000_000;

/**
 * The log is one table, `public.event_log`. Data are `json`, not `jsonb`, which keeps the text as written, with key
 * order and U+0000. Stream names compare by their bytes, whatever the collation of the database. `bytes` allows the
 * server to limit a page by size.
 */
export const CREATE_EVENT_LOG: readonly string[] = [
  `create table public.event_log (
     position bigint primary key,
     stream text collate "C" not null,
     revision integer not null check (revision >= 0),
     event_id uuid not null constraint ${UNIQUE_EVENT_ID} unique,
     type text not null,
     version integer not null check (version >= 1),
     data json not null,
     metadata json not null,
     hash text not null,
     stored_at timestamptz(3) not null,
     bytes integer not null generated always as (octet_length(data::text) + octet_length(metadata::text)) stored,
     unique (stream, revision)
   )`,
  `create function public.event_log_is_append_only() returns trigger language plpgsql as $$
   begin
     raise exception 'the event log is append-only: % refused', tg_op using errcode = 'restrict_violation';
   end $$`,
  `create trigger append_only before update or delete or truncate on public.event_log
     for each statement execute function public.event_log_is_append_only()`,
  // It applies even to a session that turns triggers off (session_replication_role).
  'alter table public.event_log enable always trigger append_only',
];

/** One row identifies the log for good. It stays with the log through backup and restore. */
export const CREATE_LOG_IDENTITY: readonly string[] = [
  `create table public.event_log_identity (
     only_one boolean primary key default true check (only_one),
     id uuid not null default gen_random_uuid()
   )`,
  'insert into public.event_log_identity default values',
];

export const IDENTITY = 'select id from public.event_log_identity';

export const DROP_EVENT_LOG: readonly string[] = [
  'drop table public.event_log',
  'drop function public.event_log_is_append_only()',
];

/**
 * Begins an append. The lock is a statement of its own, so that each statement after it sees everything committed
 * before it. That needs `read committed`, which need not be the database's default.
 */
export const BEGIN_APPEND = `begin isolation level read committed read write; select pg_advisory_xact_lock(${APPEND_LOCK})`;

/** NOTIFY is part of the transaction: it reaches readers when the events are visible, and needs no further commit. */
export const COMMIT_APPEND = `notify ${APPEND_CHANNEL}; commit`;

export const HEAD = 'select coalesce(max(position), 0) as position from public.event_log';

/** The head, and the stamp of the next events: the server's time, but never earlier than the last event's stamp. */
export const HEAD_AND_TIME = `
  select coalesce(last.position, 0) as position,
    greatest(date_trunc('milliseconds', clock_timestamp()), last.stored_at) as now
  from (select) as one
  left join lateral (
    select position, stored_at from public.event_log order by position desc limit 1
  ) as last on true`;

/** Revision and hash of the last event of each stream in $1. A stream without events has no row. */
export const STREAM_HEADS = `
  select wanted.stream, head.revision, head.hash
  from unnest($1::text[]) as wanted (stream)
  cross join lateral (
    select revision, hash from public.event_log
    where stream = wanted.stream order by revision desc limit 1
  ) as head`;

/**
 * Waits until no append is under way. Returns whether instant $1 was past before that, in whole milliseconds as the
 * stamps have. The query reads the time first and takes the lock second.
 */
export const APPEND_LOCK_FREE = `
  select date_trunc('milliseconds', now) > $1::timestamptz as past
  from (select clock_timestamp() as now offset 0) as clock,
    lateral (select pg_advisory_xact_lock_shared(${APPEND_LOCK}) where now is not null offset 0) as free`;

/** Where the events with ids $1 are. */
export const EVENT_LOCATIONS = `
  select event_id, stream, revision, position from public.event_log where event_id = any($1::uuid[])`;

/** Inserts rows in binary format (binary-rows.ts). */
export const COPY_EVENTS = `
  copy public.event_log
    (position, stream, revision, event_id, type, version, data, metadata, hash, stored_at)
  from stdin (format binary)`;

/** A page of at most `limit` rows, and of none after the row that makes it PAGE_BYTES large. */
const page = (condition: string, order: string, limit: string, columns = 'data, metadata') => `
  select position, stream, revision, event_id, type, version, ${columns}, hash, stored_at, bytes
  from (
    select *, sum(bytes) over (order by ${order} rows unbounded preceding) - bytes as bytes_before
    from public.event_log where ${condition} order by ${order} limit ${limit}
  ) as page
  where bytes_before < ${PAGE_BYTES} order by ${order}`;

export const PAGE_BETWEEN = page('position > $1 and position <= $2', 'position', '$3');
export const PAGE_BETWEEN_WITHOUT_METADATA = page(
  'position > $1 and position <= $2',
  'position',
  '$3',
  'data',
);
export const PAGE_AFTER = page('position > $1', 'position', '$2');
export const PAGE_FORWARDS = page('stream = $1 and revision >= $2::bigint', 'revision', '$3');
export const PAGE_BACKWARDS = page('stream = $1 and revision <= $2::bigint', 'revision desc', '$3');

export const STREAM_EXISTS = 'select from public.event_log where stream = $1 limit 1';
