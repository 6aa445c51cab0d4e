import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { AuthorityCode } from '../../authorities/authority-code.js';
import type { AuthorityRegister } from '../../authorities/authority-register.js';
import { authoritiesByCode, type Authority } from '../../authorities/authority.js';
import { contentHashOfJsonText } from '../../event-sourcing/command-context.js';
import { AggregateReader } from '../../event-sourcing/aggregate.js';
import { newEvents } from '../../event-sourcing/new-events.js';
import { MAX_ATTEMPTS, conflictBackoff } from '../../event-sourcing/conflict-backoff.js';
import { InvalidAppend, RevisionConflict } from '../../event-store/event-store.errors.js';
import type { Actor, EventStore, StreamAppend } from '../../event-store/event-store.js';
import type { Clock } from '../../platform/clock.js';
import { Conflict } from '../../platform/errors.js';
import { ukDateOf } from '../../platform/local-date.js';
import { complaintAggregate } from '../complaint.command-handler.js';
import { complaintEventSchemas, COMPLAINT_STREAMS, type ComplaintEvent } from '../complaint.events.js';
import type { Complaint } from '../complaint.state.js';
import { appendEach } from './append-each.js';
import { isEmptyHistory, locationOf, type CaseHistory } from './case-history.js';
import { decideCase, type AcceptedCase, type DecidedCase } from './case.decide.js';
import { problemAt, type ImportProblem } from './import-problem.js';
import { LoadCounter, type LoadCounts } from './load-counts.js';

/** Where cases are recorded, and how. */
export type RecorderOptions = Readonly<{
  store: EventStore;
  register: AuthorityRegister;
  clock: Clock;
  /** In whose name the events are recorded. */
  actor: Actor;
  /** Marks the events of one load; random when left out. */
  correlationId?: string | undefined;
  /** Decides everything and appends nothing. */
  dryRun?: boolean | undefined;
  /** Receives the problems of refused cases. */
  onProblems?: ((problems: readonly ImportProblem[]) => Promise<void> | void) | undefined;
}>;

/** A case that is decided and may be appended. */
export type PreparedCase = Readonly<{
  history: CaseHistory;
  /** The revision it was decided on, -1 for a case without events. */
  revision: number;
  /** Whether it was decided as a new case without reading its stream. */
  assumedNew: boolean;
  decidedAt: Date;
  decided: DecidedCase;
}>;

type PreparedAppend = Readonly<{ prepared: PreparedCase; accepted: AcceptedCase }>;

/** Streams read at the same time. */
const CONCURRENT_READS = 8;
const WITHOUT_EVENTS = { state: null, revision: -1 };

/** Decides batches of cases and appends their events; see {@link loadCases}. */
export class CaseRecorder {
  readonly #counter = new LoadCounter();
  /**
   * Most cases of a first load are new, and are appended without reading their streams; most cases of a monthly
   * load are stored, and are read first. Each batch assumes what was true of the batch before it. A wrong
   * assumption costs time, but never gives a wrong result.
   */
  #expectNew = true;
  readonly #limitReads = pLimit(CONCURRENT_READS);
  readonly #complaints: AggregateReader<Complaint, ComplaintEvent>;
  readonly #correlationId: string;

  constructor(private readonly options: RecorderOptions) {
    this.#complaints = new AggregateReader(options.store, complaintAggregate);
    this.#correlationId = options.correlationId ?? randomUUID();
  }

  /** The counts so far. */
  get counts(): LoadCounts {
    return this.#counter.counts;
  }

  /** Decides each case on its stream, or without reading where it is likely to be new. */
  async prepare(histories: readonly CaseHistory[]): Promise<PreparedCase[]> {
    return this.#prepare(histories, { assumeNew: this.#expectNew && this.options.dryRun !== true });
  }

  /** Appends what was decided. Cases that others changed meanwhile are read and decided again. */
  async append(prepared: readonly PreparedCase[]): Promise<void> {
    let outdated = await this.#appendOnce(prepared);
    const stored = outdated.length + prepared.filter(({ revision }) => revision >= 0).length;
    this.#expectNew = stored * 2 < prepared.length;
    for (let attempt = 1; outdated.length > 0; attempt += 1) {
      if (attempt >= MAX_ATTEMPTS) {
        throw new Conflict('import-conflict', 'others kept writing the same cases');
      }
      if (attempt > 1) await conflictBackoff(attempt);
      outdated = await this.#appendOnce(await this.#prepare(outdated, { assumeNew: false }));
    }
  }

  async #prepare(
    histories: readonly CaseHistory[],
    { assumeNew }: { assumeNew: boolean },
  ): Promise<PreparedCase[]> {
    const decidedAt = this.options.clock();
    const today = ukDateOf(decidedAt);
    const authorityOf = cachedAuthorities(this.options.register);
    const isAssumedNew = ({ received }: CaseHistory) => assumeNew && received !== undefined;
    const loaded = await Promise.all(
      histories.map((history) =>
        isAssumedNew(history) || isEmptyHistory(history)
          ? Promise.resolve(WITHOUT_EVENTS)
          : this.#limitReads(() => this.#complaints.load(history.reference)),
      ),
    );
    const prepared: PreparedCase[] = [];
    for (const [index, history] of histories.entries()) {
      const { reference, received } = history;
      const { state, revision } = loaded[index] ?? WITHOUT_EVENTS;
      const authority = await authorityOf(state?.authority ?? received?.authority);
      const authorities = authoritiesByCode(authority === null ? [] : [authority]);
      const decided = decideCase(state, history, { reference, today, authorities });
      prepared.push({ history, revision, assumedNew: isAssumedNew(history), decidedAt, decided });
    }
    return prepared;
  }

  /** Answers the cases that must be decided again. */
  async #appendOnce(batch: readonly PreparedCase[]): Promise<CaseHistory[]> {
    const outdated: CaseHistory[] = [];
    const problems: ImportProblem[] = [];
    const appends: PreparedAppend[] = [];
    for (const prepared of batch) {
      const { decided, history, assumedNew } = prepared;
      if ('events' in decided) {
        if (decided.events.length > 0) appends.push({ prepared, accepted: decided });
        else this.#counter.add('unchanged', { known: decided.known });
      } else if (assumedNew) {
        outdated.push(history);
      } else {
        this.#counter.add('refused');
        problems.push(...decided.problems);
      }
    }
    const { store, dryRun } = this.options;
    const results =
      dryRun === true
        ? []
        : await appendEach(
            store,
            appends.map((append) => this.#streamAppend(append)),
          );
    for (const [index, { prepared, accepted }] of appends.entries()) {
      const result = results[index];
      if (result instanceof RevisionConflict) {
        outdated.push(prepared.history);
      } else if (result instanceof InvalidAppend) {
        this.#counter.add('refused');
        problems.push(refusedAppend(prepared.history, result));
      } else {
        const { events, known } = accepted;
        const position = result?.position ?? null;
        this.#counter.add(prepared.revision < 0 ? 'added' : 'extended', {
          events: events.length,
          known,
          position,
        });
      }
    }
    if (problems.length > 0) await this.options.onProblems?.(problems);
    return outdated;
  }

  #streamAppend({
    prepared: { history, revision, decidedAt },
    accepted: { events },
  }: PreparedAppend): StreamAppend {
    const { reference } = history;
    const command = {
      id: randomUUID(),
      actor: this.options.actor,
      at: decidedAt,
      correlationId: this.#correlationId,
    };
    const content = contentHashOfJsonText('ImportCase', JSON.stringify(events));
    return {
      stream: COMPLAINT_STREAMS + reference,
      expected: revision < 0 ? 'no-stream' : revision,
      events: newEvents(complaintEventSchemas, events, command, content),
    };
  }
}

/** Finds bodies in the register, each once a batch, so that an unknown one is not looked up for every case. */
function cachedAuthorities(
  register: AuthorityRegister,
): (code: AuthorityCode | undefined) => Promise<Authority | null> {
  const found = new Map<AuthorityCode, Promise<Authority | null>>();
  return (code) => {
    if (code === undefined) return Promise.resolve(null);
    const authority = found.get(code) ?? register.find(code);
    found.set(code, authority);
    return authority;
  };
}

function refusedAppend(history: CaseHistory, { code, message }: InvalidAppend): ImportProblem {
  return problemAt(locationOf(history), history.reference, { column: null, code, message });
}
