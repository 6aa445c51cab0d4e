import type { AuthorityRegister } from '../../authorities/authority-register.js';
import type { Actor, EventStore } from '../../event-store/event-store.js';
import type { Position } from '../../event-store/position.js';
import type { Clock } from '../../platform/clock.js';
import type { CaseHistory } from './case-history.js';
import { CaseRecorder } from './case-recorder.js';
import type { ImportProblem } from './import-problem.js';

/** What cases are loaded with, and how. */
export type LoadOptions = Readonly<{
  store: EventStore;
  register: AuthorityRegister;
  clock: Clock;
  /** In whose name the events are recorded. */
  actor: Actor;
  /** Ties the events of one load together; random when left out. */
  correlationId?: string | undefined;
  /** Decides everything and appends nothing. */
  dryRun?: boolean | undefined;
  /** Cases decided and appended together; 50 when left out. */
  pageSize?: number | undefined;
  /** Once aborted no further page is begun; what is stored stays. */
  signal?: AbortSignal | undefined;
  onProblems?: ((problems: readonly ImportProblem[]) => Promise<void> | void) | undefined;
  /** After each page, with the counts so far. */
  onPage?: ((counts: LoadCounts) => void) | undefined;
}>;

/** What became of the cases; in a dry run, what would have. */
export type LoadCounts = Readonly<{
  cases: Readonly<{ added: number; extended: number; unchanged: number; refused: number }>;
  events: number;
  /** Complaints, decisions, recommendations and checks that stood in the record already. */
  known: number;
  /** Of the last event appended; null when there is none. */
  position: Position | null;
}>;

/** Small, so that what is made for a page is gone before the collector of garbage has to keep it. */
const PAGE_SIZE = 50;
/** Pages being appended at a time: as many as make up the log's next batch while it stores the one before. */
const UNDER_WAY = 32;
/** Recommendations and checks of the pages being appended, at most, so that memory stays flat. */
const PARTS_UNDER_WAY = 10_000;

/**
 * Records cases through the domain, a page at a time: one is decided while those before it are appended. A
 * case is one append, so it is stored whole or not at all; loading the same cases again stores nothing.
 *
 * @throws Unavailable when the store does not answer, Conflict when others kept writing a case. What is stored
 *   by then stays, and loading the same cases again completes it.
 */
export async function loadCases(
  caseFiles: AsyncIterable<CaseHistory> | Iterable<CaseHistory>,
  options: LoadOptions,
): Promise<LoadCounts> {
  const recorder = new CaseRecorder(options);
  const underWay: Readonly<{ settled: Promise<void>; parts: number }>[] = [];
  const isFull = (most: number) =>
    underWay.length >= most || underWay.reduce((sum, { parts }) => sum + parts, 0) >= PARTS_UNDER_WAY;
  // The first page tells what the others are likely to be: none is appended beside it.
  let most = 1;
  try {
    for await (const { page, parts } of pagesOf(caseFiles, options.pageSize ?? PAGE_SIZE)) {
      if (options.signal?.aborted === true) break;
      const drafts = await recorder.draft(page);
      while (isFull(most)) {
        await underWay.shift()?.settled;
        most = UNDER_WAY;
      }
      const settled = recorder.settle(drafts).then(() => options.onPage?.(recorder.counts));
      // A failure is told where this is awaited, which is some pages later.
      settled.catch(() => undefined);
      underWay.push({ settled, parts });
    }
  } finally {
    // Also where one fails, nothing goes on being stored once this has ended.
    const last = underWay.map(({ settled }) => settled);
    await Promise.allSettled(last);
    await Promise.all(last);
  }
  return recorder.counts;
}

/** A page of large cases holds fewer of them. */
const PAGE_PARTS = 1_000;

async function* pagesOf(
  caseFiles: AsyncIterable<CaseHistory> | Iterable<CaseHistory>,
  size: number,
): AsyncGenerator<Readonly<{ page: readonly CaseHistory[]; parts: number }>> {
  let page: CaseHistory[] = [];
  let parts = 0;
  for await (const caseFile of caseFiles) {
    page.push(caseFile);
    parts += caseFile.recommendations.length + caseFile.checks.length;
    if (page.length < size && parts < PAGE_PARTS) continue;
    yield { page, parts };
    page = [];
    parts = 0;
  }
  if (page.length > 0) yield { page, parts };
}
