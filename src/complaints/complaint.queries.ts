import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import type { Position } from '../event-store/position.js';
import { AggregateReader, type HistoryEntry } from '../event-sourcing/aggregate.js';
import type { CaseReference } from './case-reference.js';
import { complaintAggregate } from './complaint.command-handler.js';
import type { ComplaintEvent } from './complaint.events.js';
import { complaintNotFound } from './complaint.refusals.js';
import type { Complaint } from './complaint.state.js';

/** A complaint with the revision of its stream and the position of its last event. */
export type CurrentComplaint = Readonly<{ complaint: Complaint; revision: number; position: Position }>;

/** Asks for a complaint. It is read from its stream, so that it holds what any earlier command stored. */
export class ComplaintByReference extends Query<CurrentComplaint> {
  constructor(readonly reference: CaseReference) {
    super();
  }
}

/** Asks for the history of a complaint, in order. */
export class ComplaintHistory extends Query<readonly HistoryEntry<ComplaintEvent>[]> {
  constructor(readonly reference: CaseReference) {
    super();
  }
}

/** Answers {@link ComplaintByReference}. */
@QueryHandler(ComplaintByReference)
export class ComplaintByReferenceHandler implements IQueryHandler<ComplaintByReference> {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** @throws NotFound when no complaint has the reference. */
  async execute({ reference }: ComplaintByReference): Promise<CurrentComplaint> {
    const { state, revision, position } = await new AggregateReader(this.store, complaintAggregate).load(
      reference,
    );
    if (state === null) throw complaintNotFound(reference);
    return { complaint: state, revision, position };
  }
}

/** Answers {@link ComplaintHistory}. */
@QueryHandler(ComplaintHistory)
export class ComplaintHistoryHandler implements IQueryHandler<ComplaintHistory> {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** @throws NotFound when no complaint has the reference. */
  async execute({ reference }: ComplaintHistory): Promise<readonly HistoryEntry<ComplaintEvent>[]> {
    const { history } = await new AggregateReader(this.store, complaintAggregate).load(reference);
    if (history.length === 0) throw complaintNotFound(reference);
    return history;
  }
}
