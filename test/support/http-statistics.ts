import { AUTHORITY_STREAMS, authorityAggregate } from '../../src/authorities/authority-register.js';
import type { AuthorityCode } from '../../src/authorities/authority-code.js';
import type { AuthorityEvent } from '../../src/authorities/authority.events.js';
import type { Authority } from '../../src/authorities/authority.js';
import { complaintAggregate } from '../../src/complaints/complaint.command-handler.js';
import { COMPLAINT_STREAMS, type ComplaintEvent } from '../../src/complaints/complaint.events.js';
import type { Complaint } from '../../src/complaints/complaint.state.js';
import { eventReader } from '../../src/event-sourcing/event-schema.js';
import type { EventStore, RecordedEvent } from '../../src/event-store/event-store.js';
import { START } from '../../src/event-store/position.js';
import type { AsAt } from '../../src/statistics/as-at.js';
import { peersOf, type PeerTallies, type YearTallies } from '../../src/statistics/rates/annual-statistics.js';
import type { ReportingYear } from '../../src/statistics/rates/reporting-year.js';
import { contributionsOf, EMPTY_TALLY, sumTallies, type Tally } from '../../src/statistics/rates/tally.js';
import type { StatisticsRepository } from '../../src/statistics/statistics.repository.port.js';
import { factsOf } from './case-facts.js';

/** Tallies that each query folds from the whole log, with complete complaints: slow, but obviously right. */
export class FoldedStatistics implements StatisticsRepository {
  constructor(private readonly store: EventStore) {}

  async waitFor(): Promise<void> {
    // It folds the log itself, so it is never behind.
  }

  async talliesOfPeers(code: AuthorityCode, year: ReportingYear, asAt?: AsAt): Promise<PeerTallies> {
    const { authorities, tallies: all, ...ofYear } = await this.talliesOfYear(year, asAt);
    const peers = peersOf(authorities, code);
    const tallies = new Map([...all].filter(([one]) => peers.some((peer) => peer.code === one)));
    return { code, peers, tallies, ...ofYear };
  }

  async talliesOfYear(year: ReportingYear, asAt?: AsAt): Promise<YearTallies> {
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
    for (const { authority, measure } of contributionsOf(factsOf(complaint)).filter(
      (contribution) => contribution.year === year,
    )) {
      const one = { ...EMPTY_TALLY, [measure]: 1 };
      tallies.set(authority, sumTallies([tallies.get(authority) ?? EMPTY_TALLY, one]));
    }
  }
  return tallies;
}
