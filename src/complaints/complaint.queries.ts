import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import type { Position } from '../event-store/position.js';
import { AggregateReader, type HistoryEntry } from '../event-sourcing/aggregate.js';
import { NotFound } from '../platform/errors.js';
import type { CaseReference } from './case-reference.js';
import { complaintAggregate } from './complaint.command-handler.js';
import type { ComplaintEvent } from './complaint.events.js';
import type { Complaint } from './complaint.state.js';

/** A complaint as it stands, with the revision of its stream and the position of its last event. */
export type PresentComplaint = Readonly<{ complaint: Complaint; revision: number; position: Position }>;

/** How a complaint stands. Read from its stream, so that what a command stored is there at once. */
export class ComplaintByReference extends Query<PresentComplaint> {
  constructor(readonly reference: CaseReference) {
    super();
  }
}

/** What was done to a complaint, in order. */
export class ComplaintHistory extends Query<readonly HistoryEntry<ComplaintEvent>[]> {
  constructor(readonly reference: CaseReference) {
    super();
  }
}

@QueryHandler(ComplaintByReference)
export class ComplaintByReferenceHandler implements IQueryHandler<ComplaintByReference> {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** @throws NotFound when no complaint has the reference. */
  async execute({ reference }: ComplaintByReference): Promise<PresentComplaint> {
    const { state, revision, position } = await new AggregateReader(this.store, complaintAggregate).load(
      reference,
    );
    if (state === null) throw new NotFound('complaint-not-found', `there is no complaint ${reference}`);
    return { complaint: state, revision, position };
  }
}

@QueryHandler(ComplaintHistory)
export class ComplaintHistoryHandler implements IQueryHandler<ComplaintHistory> {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** @throws NotFound when no complaint has the reference. */
  async execute({ reference }: ComplaintHistory): Promise<readonly HistoryEntry<ComplaintEvent>[]> {
    const { history } = await new AggregateReader(this.store, complaintAggregate).load(reference);
    if (history.length === 0) throw new NotFound('complaint-not-found', `there is no complaint ${reference}`);
    return history;
  }
}
