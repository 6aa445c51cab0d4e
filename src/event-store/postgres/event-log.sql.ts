/**
 * The key of the advisory lock (transaction-scoped) under which alone the log is appended to; any number will
 * do, so long as every writer takes the same one. It makes the order of positions the order of commits.
 */
export const APPEND_LOCK = 4_702_588_311;

/** The channel on which every commit to the log is announced. */
export const APPEND_CHANNEL = 'event_log';

/** Names the constraint that an event id in use breaks. */
export const UNIQUE_EVENT_ID = 'event_log_one_place_for_an_id';

/** Rows and bytes of JSON (but for its last row) that one page of a read holds at most. */
export const PAGE_ROWS = 2_000;
export const PAGE_BYTES = 8_000_000;

/**
 * The log is one table, `public.event_log`. `json`, not `jsonb`: the text stays as written, key order and
 * U+0000 included. Stream names compare by their bytes, whatever the language of the database. `bytes` lets a
 * page be cut by size before it leaves the server.
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
  // Not even a session that switches triggers off (session_replication_role) gets past it.
  'alter table public.event_log enable always trigger append_only',
];

/** One row names the log for good; it goes with the log through backup and restore. */
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
 * Begins an append. The lock is a statement of its own, and each statement after it sees all that was committed
 * before it: that is what read committed means, which a database need not have as its default.
 */
export const BEGIN_APPEND = `begin isolation level read committed read write; select pg_advisory_xact_lock(${APPEND_LOCK})`;

/** NOTIFY rides on the commit: it reaches readers when the events are there, and costs no further one. */
export const COMMIT_APPEND = `notify ${APPEND_CHANNEL}; commit`;

export const HEAD = 'select coalesce(max(position), 0) as position from public.event_log';

/** The head, and the time by the server's clock that what follows it is stamped with, which never runs backwards. */
export const HEAD_AND_TIME = `
  select coalesce(last.position, 0) as position,
    greatest(date_trunc('milliseconds', clock_timestamp()), last.stored_at) as now
  from (select) as one
  left join lateral (
    select position, stored_at from public.event_log order by position desc limit 1
  ) as last on true`;

/** Revision and hash of the last event of each of $1 streams; none for a stream without events. */
export const STREAM_HEADS = `
  select wanted.stream, head.revision, head.hash
  from unnest($1::text[]) as wanted (stream)
  cross join lateral (
    select revision, hash from public.event_log
    where stream = wanted.stream order by revision desc limit 1
  ) as head`;

/**
 * Waits until nobody appends. Whether instant $1 was past before that, counted in the milliseconds of the stamps: the
 * time is asked for before the lock is.
 */
export const APPEND_LOCK_FREE = `
  select date_trunc('milliseconds', now) > $1::timestamptz as past
  from (select clock_timestamp() as now offset 0) as clock,
    lateral (select pg_advisory_xact_lock_shared(${APPEND_LOCK}) where now is not null offset 0) as free`;

/** The places of events $1. */
export const PLACES = `
  select event_id, stream, revision, position from public.event_log where event_id = any($1::uuid[])`;

/** Appends rows (binary-rows.ts), each with its position and the time it is stamped with. */
export const COPY_EVENTS = `
  copy public.event_log
    (position, stream, revision, event_id, type, version, data, metadata, hash, stored_at)
  from stdin (format binary)`;

/** A page: at most as many rows as the limit, and none after the one that makes it PAGE_BYTES large. */
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
