import { AuthorityRegister } from '../authorities/authority-register.js';
import { readRegister } from '../authorities/shipped-register.js';
import { COMPLAINT_STREAMS } from '../complaints/complaint.events.js';
import { loadCases } from '../complaints/import/case-loader.js';
import { commandContext } from '../event-sourcing/command-context.js';
import type { EventStore } from '../event-store/event-store.js';
import { systemActor } from '../identity/actor.js';
import { startProgress } from '../platform/cli/progress.js';
import type { Clock } from '../platform/clock.js';
import { DomainRefusal } from '../platform/errors.js';
import { StoreProvenance } from '../provenance/provenance.js';
import { SYNTHETIC_LABEL, syntheticYear } from './synthetic-year.js';

const ACTOR = systemActor('demo');

export type LoadSyntheticYearOptions = Readonly<{
  store: EventStore;
  clock: Clock;
  /** Stops the load early when it aborts. */
  signal: AbortSignal;
  /** Takes a line for the person at the terminal. */
  notice: (line: string) => void;
}>;

/**
 * Marks the store synthetic and loads the synthetic cases, unless they are all there. The next load completes one that
 * was stopped. Shows progress on stderr.
 * @throws DomainRefusal `store-holds-real-data` for a store with cases that is not marked synthetic.
 */
export async function loadSyntheticYear(options: LoadSyntheticYearOptions): Promise<void> {
  const { store, clock, signal, notice } = options;
  const provenance = new StoreProvenance(store);
  const { synthetic, loaded } = await provenance.read();
  if (loaded) {
    notice('The synthetic cases are in the store already.');
    return;
  }
  if (!synthetic && (await holdsComplaints(store))) {
    throw new DomainRefusal(
      'store-holds-real-data',
      'this store holds cases that are not synthetic; give the demo a folder of its own: UPHELD_DATA=./demo npm run demo',
    );
  }
  await provenance.declareSynthetic(SYNTHETIC_LABEL, commandContext(ACTOR, clock(), 'demo-declared'));
  const count = await recordCases(options);
  if (!signal.aborted) await provenance.declareLoaded(count, commandContext(ACTOR, clock(), 'demo-loaded'));
}

async function recordCases({ store, clock, signal }: LoadSyntheticYearOptions): Promise<number> {
  const cases = [...syntheticYear(await readRegister())];
  const progress = startProgress('Recording cases', cases.length);
  let recorded = 0;
  const { refused } = (
    await loadCases(cases, {
      store,
      register: new AuthorityRegister(store),
      clock,
      actor: ACTOR,
      correlationId: 'demo',
      signal,
      onProblems: ([problem]) => {
        throw new Error(`a synthetic case was refused: ${problem?.message ?? ''}`);
      },
      onBatch: ({ cases: { added, extended, unchanged } }) => {
        progress.advance(added + extended + unchanged - recorded);
        recorded = added + extended + unchanged;
      },
    })
  ).cases;
  progress.end();
  if (refused > 0) throw new Error(`${refused} synthetic cases were refused`);
  return cases.length;
}

async function holdsComplaints(store: EventStore): Promise<boolean> {
  for await (const { stream } of store.readAll()) {
    if (stream.startsWith(COMPLAINT_STREAMS)) return true;
  }
  return false;
}
