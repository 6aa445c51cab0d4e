import type { Expected, AppendResult, ServerEvent } from './server-event.js';

/** What the server knows of the stream of an append. */
export type StreamState = Readonly<{
  /** All of its events, by revision. */
  events: readonly ServerEvent[];
  softDeleted: boolean;
  tombstoned: boolean;
  /** The revision of an event of this stream whose id the server still remembers. */
  remembered: (id: string) => number | undefined;
}>;

/** The server's truth table. Returns `store` for an append that is neither a repeat nor refused. */
export function checkExpectedVersion(
  expected: Expected,
  ids: readonly string[],
  state: StreamState,
): AppendResult | 'store' {
  const { events, softDeleted } = state;
  if (state.tombstoned) return { kind: 'stream-deleted' };
  const current = events.length - 1;
  const wrong: AppendResult = { kind: 'wrong-expected-version', current };
  if (expected === 'stream_exists' && softDeleted) return { kind: 'stream-deleted' };
  if (expected === 'stream_exists' && current < 0) return wrong;
  if (expected === 'any' || expected === 'stream_exists') return checkAtAnyVersion(ids, state, wrong);
  const before = expected === 'no_stream' ? -1 : expected;
  if (before === current) return 'store';
  if (before > current) return wrong;
  const differs = ids.findIndex((id, index) => events[before + 1 + index]?.id !== id);
  if (differs === 0 && expected === 'no_stream' && softDeleted) return 'store';
  return differs >= 0 || ids.length === 0 ? wrong : doneAt(events, before + ids.length);
}

/** Without a revision, a repeat is recognised only by ids that the server remembers. */
function checkAtAnyVersion(
  ids: readonly string[],
  { events, remembered }: StreamState,
  wrong: AppendResult,
): AppendResult | 'store' {
  const revisions = ids.map(remembered);
  const last = revisions.at(-1);
  if (revisions[0] === undefined) return 'store';
  return last === undefined || revisions.includes(undefined) ? wrong : doneAt(events, last);
}

function doneAt(events: readonly ServerEvent[], revision: number): AppendResult {
  return { kind: 'done', next: revision, position: events[revision]?.position ?? -1n };
}
