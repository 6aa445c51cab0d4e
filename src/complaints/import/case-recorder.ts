import { randomUUID } from 'node:crypto';
import type { AuthorityCode } from '../../authorities/authority-code.js';
import type { Authority } from '../../authorities/authority.js';
import { contentHashOfText } from '../../event-sourcing/command-context.js';
import { InvalidAppend, RevisionConflict } from '../../event-store/event-store.errors.js';
import { MAX_ATTEMPTS, conflictBackoff } from '../../event-sourcing/conflict-backoff.js';
import type { AppendOutcome, StreamAppend } from '../../event-store/event-store.js';
import type { Position } from '../../event-store/position.js';
import { StreamCommandHandler } from '../../event-sourcing/command-handler.js';
import { ukDateOf } from '../../platform/local-date.js';
import { Conflict } from '../../platform/errors.js';
import { complaintAggregate } from '../complaint.commands.js';
import { COMPLAINT_STREAMS, type ComplaintEvent } from '../complaint.events.js';
import type { Complaint } from '../complaint.js';
import { recordCase, type CaseHistory, type CaseVerdict } from './case-history.js';
import type { LoadCounts, LoadOptions } from './case-loader.js';
import { problemAt, type ImportProblem } from './import-problem.js';
import { concurrentMap } from '../../platform/concurrent-map.js';

/** What was decided of a case, and upon what. */
export type Draft = Readonly<{
  caseFile: CaseHistory;
  /** The last revision of the case, -1 for none. */
  revision: number;
  /** Taken to be new without a look at the log. */
  assumedNew: boolean;
  at: Date;
  verdict: CaseVerdict;
}>;

type Storable = Readonly<{ draft: Draft; events: readonly ComplaintEvent[]; known: number }>;

const READERS = 8;
const NEVER_WRITTEN = { state: null, revision: -1 };

/** Decides pages of cases and appends what was decided; see {@link loadCases}. */
export class CaseRecorder {
  readonly #cases = { added: 0, extended: 0, unchanged: 0, refused: 0 };
  #events = 0;
  #known = 0;
  #position: Position | null = null;
  /**
   * Most of a first load is new, and is appended without reading anything; most of a monthly load is not, and
   * is read at once. Each page goes by the one before it. Being wrong costs time, never a wrong outcome.
   */
  #expectNew = true;
  readonly #writer: StreamCommandHandler<Complaint, ComplaintEvent>;
  readonly #correlationId: string;

  constructor(private readonly options: LoadOptions) {
    this.#writer = new StreamCommandHandler(options.store, complaintAggregate);
    this.#correlationId = options.correlationId ?? randomUUID();
  }

  /** As of now. */
  get counts(): LoadCounts {
    return { cases: { ...this.#cases }, events: this.#events, known: this.#known, position: this.#position };
  }

  /** Decides each case upon its history, or as a new one where it is likely to be new. */
  async draft(caseFiles: readonly CaseHistory[], carefully = false): Promise<Draft[]> {
    const { clock, dryRun = false } = this.options;
    const at = clock();
    const today = ukDateOf(at);
    const authorityOf = this.#authorities();
    const assume = this.#expectNew && !carefully && !dryRun;
    return concurrentMap(caseFiles, READERS, async (caseFile) => {
      const { reference, received } = caseFile;
      const assumedNew = assume && received !== undefined;
      const { state, revision } =
        assumedNew || tellsNothing(caseFile) ? NEVER_WRITTEN : await this.#writer.load(reference);
      const authority = await authorityOf(state?.authority ?? received?.authority);
      const verdict = recordCase(state, caseFile, { reference, today, authority });
      return { caseFile, revision, assumedNew, at, verdict };
    });
  }

  /** Appends what was decided; what someone else wrote meanwhile is loaded again and decided anew. */
  async settle(drafts: readonly Draft[]): Promise<void> {
    let anew = await this.#settleOnce(drafts);
    const stored = anew.length + drafts.filter(({ revision }) => revision >= 0).length;
    this.#expectNew = stored * 2 < drafts.length;
    for (let attempt = 1; anew.length > 0; attempt += 1) {
      if (attempt >= MAX_ATTEMPTS)
        throw new Conflict('import-conflict', 'others kept writing the same cases');
      if (attempt > 1) await conflictBackoff(attempt);
      anew = await this.#settleOnce(await this.draft(anew, true));
    }
  }

  /** Answers the cases to decide anew. */
  async #settleOnce(drafts: readonly Draft[]): Promise<CaseHistory[]> {
    const anew: CaseHistory[] = [];
    const problems: ImportProblem[] = [];
    const storable: Storable[] = [];
    for (const draft of drafts) {
      const { verdict, caseFile, assumedNew } = draft;
      if ('events' in verdict) {
        if (verdict.events.length > 0) storable.push({ draft, events: verdict.events, known: verdict.known });
        else this.#count('unchanged', { known: verdict.known });
      } else if (assumedNew) {
        anew.push(caseFile);
      } else {
        this.#count('refused');
        problems.push(...verdict.problems);
      }
    }
    const outcomes = this.options.dryRun === true ? [] : await this.#append(storable);
    for (const [index, { draft, events, known }] of storable.entries()) {
      const outcome = outcomes[index];
      if (outcome instanceof RevisionConflict) {
        anew.push(draft.caseFile);
      } else if (outcome instanceof InvalidAppend) {
        this.#count('refused');
        problems.push(refusedAppend(draft.caseFile, outcome));
      } else {
        const position = outcome?.position ?? null;
        this.#count(draft.revision < 0 ? 'added' : 'extended', { events: events.length, known, position });
      }
    }
    if (problems.length > 0) await this.options.onProblems?.(problems);
    return anew;
  }

  async #append(storable: readonly Storable[]): Promise<AppendOutcome[]> {
    const { store } = this.options;
    const appends = storable.map((one) => this.#appendOf(one));
    try {
      return appends.length === 0 ? [] : await store.appendBulk(appends);
    } catch (error) {
      if (!(error instanceof InvalidAppend)) throw error;
    }
    // One case is too large for an append, and the whole page was refused for it: the others go one by one.
    const outcomes: AppendOutcome[] = [];
    for (const { stream, expected, events } of appends) {
      outcomes.push(await store.append(stream, expected, events).catch(asOutcome));
    }
    return outcomes;
  }

  #appendOf({ draft: { caseFile, revision, at }, events }: Storable): StreamAppend {
    const { reference } = caseFile;
    const command = { id: randomUUID(), actor: this.options.actor, at, correlationId: this.#correlationId };
    const content = contentHashOfText('ImportCase', JSON.stringify(events));
    return {
      stream: COMPLAINT_STREAMS + reference,
      expected: revision < 0 ? 'no-stream' : revision,
      events: this.#writer.newEvents(reference, events, command, content),
    };
  }

  #count(kind: keyof LoadCounts['cases'], more: Partial<Omit<LoadCounts, 'cases'>> = {}): void {
    this.#cases[kind] += 1;
    this.#events += more.events ?? 0;
    this.#known += more.known ?? 0;
    this.#position = latest(this.#position, more.position ?? null);
  }

  /** The register, asked once a page for each body, so that an unknown one is not looked up for every case. */
  #authorities(): (code: AuthorityCode | undefined) => Promise<Authority | null> {
    const asked = new Map<AuthorityCode, Promise<Authority | null>>();
    return (code) => {
      if (code === undefined) return Promise.resolve(null);
      const answer = asked.get(code) ?? this.options.register.find(code);
      asked.set(code, answer);
      return answer;
    };
  }
}

function latest(a: Position | null, b: Position | null): Position | null {
  return a === null || (b !== null && b > a) ? b : a;
}

function asOutcome(error: unknown): RevisionConflict | InvalidAppend {
  if (error instanceof RevisionConflict || error instanceof InvalidAppend) return error;
  throw error;
}

function refusedAppend(caseFile: CaseHistory, { code, message }: InvalidAppend): ImportProblem {
  const { reference, received, decision, recommendations, checks } = caseFile;
  const source = [received, decision, ...recommendations, ...checks].find((part) => part?.source)?.source;
  return problemAt(source, reference, { column: null, code, message });
}

/** Nothing of the case could be read: whatever the record has, there is nothing to hold against it. */
function tellsNothing({ received, decision, recommendations, checks }: CaseHistory): boolean {
  return received === undefined && decision === undefined && recommendations.length + checks.length === 0;
}
