import type { QueryRunner } from 'typeorm';
import { AUTHORITY_STREAMS } from '../../authorities/authority-register.js';
import { evolve as evolveAuthority, type Authority } from '../../authorities/authority.js';
import { authorityEventSchemas, type AuthorityEvent } from '../../authorities/authority.events.js';
import { caseFacts } from '../../complaints/case-facts.js';
import { evolve as evolveComplaint, type Complaint } from '../../complaints/complaint.js';
import {
  complaintEventSchemas,
  COMPLAINT_STREAMS,
  type ComplaintEvent,
} from '../../complaints/complaint.events.js';
import type { EventWithoutMetadata } from '../../event-store/event-store.js';
import { eventReader } from '../../event-sourcing/event-schema.js';
import type { PageWrite, Projection } from '../../projections/projection.js';
import { pipelined } from '../../platform/postgres/pipelined.js';
import {
  evolve as evolveProvenance,
  PROVENANCE_STREAMS,
  provenanceEventSchemas,
  type Provenance,
  type ProvenanceEvent,
} from '../../provenance/provenance.js';
import {
  addChanges,
  addTimeIndexEntries,
  addToTally,
  casesTable,
  versionsTable,
  type PlacedChange,
} from './statistics.tables.js';
import { StreamFold, type Step } from '../../projections/stream-fold.js';
import {
  addTallySnapshots,
  addToYears,
  CHANGES_PER_SNAPSHOT,
  changesOfYears,
  snapshotsOf,
} from './tally-snapshots.js';
import { changesBetween, contributionsOf, type Contribution } from '../rates/tally.js';

/** Folds register, cases and provenance into the counts behind every figure; the rules are not here but in `tally.ts`. */
export class StatisticsProjection implements Projection {
  readonly name = 'statistics';
  readonly tables = [
    'statistics_authority',
    'statistics_provenance',
    'statistics_case',
    'statistics_change',
    'statistics_tally',
    'statistics_year',
    'statistics_tally_milestone',
    'statistics_page',
  ];

  /** @param changesPerMilestone fewer in a test; the tables must be filled with one and the same throughout. */
  constructor(private readonly changesPerMilestone = CHANGES_PER_SNAPSHOT) {}

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
  private readonly complaints = new StreamFold<Complaint, ComplaintEvent>(
    COMPLAINT_STREAMS,
    eventReader<ComplaintEvent>(complaintEventSchemas),
    evolveComplaint,
    casesTable(),
  );

  async fold(page: readonly EventWithoutMetadata[], transaction: QueryRunner): Promise<PageWrite> {
    const [authorities, provenance, cases, years] = await Promise.all([
      this.authorities.fold(page, transaction),
      this.provenance.fold(page, transaction),
      this.complaints.fold(page, transaction),
      changesOfYears(transaction),
    ]);
    const changes = changesOf(cases);
    const milestones = await snapshotsOf(changes, years, this.changesPerMilestone, transaction);
    return () =>
      pipelined([
        this.authorities.store(authorities, transaction),
        this.provenance.store(provenance, transaction),
        this.complaints.store(cases, transaction),
        addChanges(changes, transaction),
        addToTally(changes, transaction),
        addToYears(milestones.years, transaction),
        addTallySnapshots(milestones.counts, transaction),
        addTimeIndexEntries(page, transaction),
      ]);
  }
}

/** What the steps of cases change in the counts. Where a case counts is worked out once for each of its states. */
function changesOf(steps: readonly Step<Complaint>[]): PlacedChange[] {
  const counted = new Map<string, readonly Contribution[]>();
  const changes: PlacedChange[] = [];
  for (const { id, position, before, after } of steps) {
    const left = counted.get(id) ?? (before === null ? [] : contributionsOf(caseFacts(before)));
    const now = contributionsOf(caseFacts(after));
    counted.set(id, now);
    for (const { authority, year, measure, delta } of changesBetween(left, now)) {
      changes.push({ authority, year, measure, delta, position, reference: after.reference });
    }
  }
  return changes;
}
