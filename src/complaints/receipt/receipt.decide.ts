import { localDate } from '../../platform/local-date.js';
import { refuseBy, type Refuse } from '../../platform/refusals.js';
import type { ComplaintEvent, DataOf } from '../complaint.events.js';
import type { Circumstances, Complaint } from '../complaint.state.js';
import { receiptRefusals } from './receipt.refusals.js';

/** Registers a complaint about one body. */
export type ReceiveComplaint = { readonly type: 'ReceiveComplaint' } & DataOf<'ComplaintReceived'>;

/**
 * The ombudsman's first day, on which Part III of the Local Government Act 1974 began: no complaint was received
 * before it. Every later date of a case is bounded by its receipt, so that none falls in a year that was mistyped.
 */
const FIRST_DAY = localDate('1974-04-01');

const refuse: Refuse<typeof receiptRefusals.ReceiveComplaint> = refuseBy(receiptRefusals.ReceiveComplaint);

/** Receives a complaint; the same complaint again changes nothing. @throws DomainRefusal */
export function receiveComplaint(
  complaint: Complaint | null,
  { type: _, ...received }: ReceiveComplaint,
  { today, authorities }: Circumstances,
): ComplaintEvent[] {
  if (complaint !== null) {
    const { subject, receivedOn } = complaint;
    const isSame =
      complaint.authority === received.authority &&
      subject === received.subject &&
      receivedOn === received.receivedOn;
    if (isSame) return [];
    refuse('reference-in-use', received.reference);
  }
  if (!authorities.has(received.authority)) refuse('unknown-authority', received.authority);
  if (received.receivedOn > today) refuse('received-in-the-future', received.receivedOn);
  if (received.receivedOn < FIRST_DAY) {
    refuse('received-before-the-ombudsman', received.receivedOn, FIRST_DAY);
  }
  return [{ type: 'ComplaintReceived', data: received }];
}
