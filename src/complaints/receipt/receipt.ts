import type { DataOf } from '../complaint.events.js';
import type { Complaint } from '../complaint.state.js';

/** A complaint that was received, and nothing more. */
export function received(data: DataOf<'ComplaintReceived'>): Complaint {
  return { ...data, decision: null, recommendations: [] };
}
