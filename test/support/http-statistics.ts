import { AUTHORITY_STREAMS, authorityAggregate } from '../../src/authorities/authority-register.js';
import type { AuthorityEvent } from '../../src/authorities/authority.events.js';
import type { Authority } from '../../src/authorities/authority.js';
import type { AuthorityCode } from '../../src/authorities/authority-code.js';
import { caseFacts } from '../../src/complaints/case-facts.js';
import { complaintAggregate } from '../../src/complaints/complaint.commands.js';
import { COMPLAINT_STREAMS, type ComplaintEvent } from '../../src/complaints/complaint.events.js';
import type { Complaint } from '../../src/complaints/complaint.js';
import type { EventStore, RecordedEvent } from '../../src/event-store/event-store.js';
import { eventReader } from '../../src/event-sourcing/event-schema.js';
import { START } from '../../src/event-store/position.js';
import { peersOf, type PeerCounts, type YearCounts } from '../../src/statistics/rates/annual-statistics.js';
import type { AsAt } from '../../src/statistics/api/as-at.js';
import type { ReportingYear } from '../../src/statistics/rates/reporting-year.js';
import type { StatisticsRepository } from '../../src/statistics/api/statistics.queries.js';
import { contributionsOf, EMPTY_TALLY, sumTallies, type Tally } from '../../src/statistics/rates/tally.js';

/** The record of statistics as a plain fold of the whole log at each question: slow, and hard to get wrong. */
export class FoldedStatistics implements StatisticsRepository {
  constructor(private readonly store: EventStore) {}

  async reach(): Promise<void> {
    // It folds the log itself, so it is never behind.
  }

  async ofPeers(code: AuthorityCode, year: ReportingYear, asAt?: AsAt): Promise<PeerCounts> {
    const { authorities, tallies: all, ...record } = await this.ofYear(year, asAt);
    const peers = peersOf(authorities, code);
    const tallies = new Map([...all].filter(([one]) => peers.some((peer) => peer.code === one)));
    return { code, peers, tallies, ...record };
  }

  async ofYear(year: ReportingYear, asAt?: AsAt): Promise<YearCounts> {
    const authorities = new Map<string, Authority>();
    const complaints = new Map<string, Complaint>();
    const authorityEvent = eventReader<AuthorityEvent>(authorityAggregate.schemas);
    const complaintEvent = eventReader<ComplaintEvent>(complaintAggregate.schemas);
    let position = START;
    for await (const event of this.store.readAll()) {
      if (asAt !== undefined && isAfter(event, asAt)) break;
      const { stream } = event;
      position = event.position;
      if (stream.startsWith(AUTHORITY_STREAMS)) {
        const before = authorities.get(stream) ?? null;
        authorities.set(stream, authorityAggregate.evolve(before, authorityEvent(event)));
      } else if (stream.startsWith(COMPLAINT_STREAMS)) {
        const before = complaints.get(stream) ?? null;
        complaints.set(stream, complaintAggregate.evolve(before, complaintEvent(event)));
      }
    }
    return {
      year,
      authorities: [...authorities.values()],
      tallies: talliesOf(complaints.values(), year),
      basis: { position: String(position), snapshot: null, synthetic: false },
    };
  }
}

function isAfter(event: RecordedEvent, asAt: AsAt): boolean {
  return asAt.kind === 'position'
    ? event.position > asAt.position
    : Date.parse(event.storedAt) > asAt.instant.getTime();
}

function talliesOf(complaints: Iterable<Complaint>, year: ReportingYear): Map<AuthorityCode, Tally> {
  const tallies = new Map<AuthorityCode, Tally>();
  for (const complaint of complaints) {
    for (const { authority, measure } of contributionsOf(caseFacts(complaint)).filter(
      (contribution) => contribution.year === year,
    )) {
      const one = { ...EMPTY_TALLY, [measure]: 1 };
      tallies.set(authority, sumTallies([tallies.get(authority) ?? EMPTY_TALLY, one]));
    }
  }
  return tallies;
}
