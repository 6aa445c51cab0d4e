import type { Slice } from '../projections/slice.js';
import { COMPLAINT_STREAMS, complaintEventSchemas } from './complaint.events.js';
import { ComplaintsModule } from './complaints.module.js';

/** Complaints, from receipt to the compliance of the council. */
export const complaints: Slice = {
  name: 'complaints',
  streams: [{ streamPrefix: COMPLAINT_STREAMS, schemas: complaintEventSchemas }],
  module: ComplaintsModule,
};
