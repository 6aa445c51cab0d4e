import type { AuthorityRegister } from '../../authorities/authority-register.js';
import type { Actor, EventStore } from '../../event-store/event-store.js';
import type { Position } from '../../event-store/position.js';
import type { Clock } from '../../platform/tokens.js';
import type { CaseFile } from './case-file.js';
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
  /** Cases decided and appended together; 500 when left out. */
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

/** Pages being appended at a time: the log is given the next before it has answered to the last. */
const UNDER_WAY = 2;

/**
 * Records cases through the domain, a page at a time: one is decided while those before it are appended. A
 * case is one append, so it is stored whole or not at all; loading the same cases again stores nothing.
 *
 * @throws Unavailable when the store does not answer, Conflict when others kept writing a case. What is stored
 *   by then stays, and loading the same cases again completes it.
 */
export async function loadCases(
  caseFiles: AsyncIterable<CaseFile> | Iterable<CaseFile>,
  options: LoadOptions,
): Promise<LoadCounts> {
  const recorder = new CaseRecorder(options);
  const underWay: Promise<void>[] = [];
  // The first page tells what the others are likely to be: none is appended beside it.
  let most = 1;
  try {
    for await (const page of pagesOf(caseFiles, options.pageSize ?? 500)) {
      if (options.signal?.aborted === true) break;
      const drafts = await recorder.draft(page);
      if (underWay.length >= most) {
        await underWay.shift();
        most = UNDER_WAY;
      }
      const settled = recorder.settle(drafts).then(() => options.onPage?.(recorder.counts));
      // A failure is told where this is awaited, which is some pages later.
      settled.catch(() => undefined);
      underWay.push(settled);
    }
  } finally {
    // Also where one fails, nothing goes on being stored once this has ended.
    await Promise.allSettled(underWay);
    await Promise.all(underWay);
  }
  return recorder.counts;
}

/** A page of large cases holds fewer of them, so that memory stays flat. */
const PAGE_PARTS = 5_000;

async function* pagesOf(
  caseFiles: AsyncIterable<CaseFile> | Iterable<CaseFile>,
  size: number,
): AsyncGenerator<CaseFile[]> {
  let page: CaseFile[] = [];
  let parts = 0;
  for await (const caseFile of caseFiles) {
    page.push(caseFile);
    parts += caseFile.recommendations.length + caseFile.checks.length;
    if (page.length < size && parts < PAGE_PARTS) continue;
    yield page;
    page = [];
    parts = 0;
  }
  if (page.length > 0) yield page;
}
