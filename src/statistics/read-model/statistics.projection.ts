import type { QueryRunner } from 'typeorm';
import { AUTHORITY_STREAMS } from '../../authorities/authority-register.js';
import { authorityEventSchemas, type AuthorityEvent } from '../../authorities/authority.events.js';
import { evolve as evolveAuthority, type Authority } from '../../authorities/authority.js';
import { evolveCaseFacts, type CaseFacts } from '../../complaints/case-facts.js';
import {
  complaintEventSchemas,
  COMPLAINT_STREAMS,
  type ComplaintEvent,
} from '../../complaints/complaint.events.js';
import { eventReader } from '../../event-sourcing/event-schema.js';
import type { EventWithoutMetadata } from '../../event-store/event-store.js';
import { pipelined } from '../../platform/postgres/pipelined.js';
import type { PageWrite, Projection } from '../../projections/projection.js';
import { StreamFold, type Step } from '../../projections/stream-fold.js';
import {
  PROVENANCE_STREAMS,
  provenanceEventSchemas,
  type ProvenanceEvent,
} from '../../provenance/provenance.events.js';
import { evolve as evolveProvenance, type Provenance } from '../../provenance/provenance.js';
import { changesBetween, contributionsOf, type Contribution } from '../rates/tally.js';
import { addChanges, addToTallies, casesTable, versionsTable, type CaseChange } from './statistics.tables.js';
import {
  addTallySnapshots,
  addYearChanges,
  changesByYear,
  CHANGES_PER_SNAPSHOT,
  snapshotsOf,
} from './tally-snapshots.js';
import { addTimeIndexEntries } from './time-index.js';

/**
 * Folds the register, the facts of the cases and the provenance into the counts behind every figure. The rules are in
 * rates/tally.ts, not here.
 */
export class StatisticsProjection implements Projection {
  readonly name = 'statistics';
  /** Version 1 kept whole complaints, with their text, in `statistics_case`. */
  readonly version = 2;
  readonly tables = [
    'statistics_authority',
    'statistics_provenance',
    'statistics_case',
    'statistics_change',
    'statistics_tally',
    'statistics_year',
    'statistics_tally_snapshot',
    'statistics_time_index',
  ];

  private readonly authorities = new StreamFold<Authority, AuthorityEvent>(
    AUTHORITY_STREAMS,
    eventReader<AuthorityEvent>(authorityEventSchemas),
    evolveAuthority,
    versionsTable('statistics_authority', 'code', 'authority'),
  );
  private readonly provenance = new StreamFold<Provenance, ProvenanceEvent>(
    PROVENANCE_STREAMS,
    eventReader<ProvenanceEvent>(provenanceEventSchemas),
    evolveProvenance,
    versionsTable('statistics_provenance', 'store', 'provenance'),
  );
  private readonly cases = new StreamFold<CaseFacts, ComplaintEvent>(
    COMPLAINT_STREAMS,
    eventReader<ComplaintEvent>(complaintEventSchemas),
    evolveCaseFacts,
    casesTable(),
  );

  /** @param changesPerSnapshot smaller in a test; all pages of the tables must be folded with the same number. */
  constructor(private readonly changesPerSnapshot = CHANGES_PER_SNAPSHOT) {}

  async fold(page: readonly EventWithoutMetadata[], transaction: QueryRunner): Promise<PageWrite> {
    const [authorities, provenance, cases, years] = await Promise.all([
      this.authorities.fold(page, transaction),
      this.provenance.fold(page, transaction),
      this.cases.fold(page, transaction),
      changesByYear(transaction),
    ]);
    const changes = changesOf(cases);
    const snapshots = await snapshotsOf(changes, years, this.changesPerSnapshot, transaction);
    return () =>
      pipelined([
        this.authorities.store(authorities, transaction),
        this.provenance.store(provenance, transaction),
        this.cases.store(cases, transaction),
        addChanges(changes, transaction),
        addToTallies(changes, transaction),
        addYearChanges(snapshots.years, transaction),
        addTallySnapshots(snapshots.counts, transaction),
        addTimeIndexEntries(page, transaction),
      ]);
  }
}

/** The changes of counts that the steps of cases make. Each state's contributions are worked out once. */
function changesOf(steps: readonly Step<CaseFacts>[]): CaseChange[] {
  const contributions = new Map<string, readonly Contribution[]>();
  const changes: CaseChange[] = [];
  for (const { id: reference, position, before, after } of steps) {
    const earlier = contributions.get(reference) ?? (before === null ? [] : contributionsOf(before));
    const present = contributionsOf(after);
    contributions.set(reference, present);
    for (const { authority, year, measure, delta } of changesBetween(earlier, present)) {
      changes.push({ authority, year, measure, delta, position, reference });
    }
  }
  return changes;
}
