import type { z } from 'zod';
import { apiSchemas } from '../../platform/http/api-schemas.js';
import { ComplaintReceivedSchema } from './receipt.events.js';

const { reference, authority, subject, receivedOn } = ComplaintReceivedSchema.shape;
/** The body that registers a complaint: the schema of its event, with words for the reader of the documentation. */
export const ReceiveComplaintBody = ComplaintReceivedSchema.extend({
  reference: reference.describe('The case number: eight digits, with or without the printed spaces.'),
  authority: authority.describe('ONS code of the body complained about.'),
  subject: subject.describe('What the complaint is about. Never a name.'),
  receivedOn: receivedOn.describe('Calendar date (UK) on which it was received; not in the future.'),
})
  .meta({
    description: 'A complaint received.',
    examples: [
      {
        reference: '19007429',
        authority: 'E07000129',
        subject: 'Planning and development',
        receivedOn: '2019-06-14',
      },
    ],
  })
  .register(apiSchemas, { id: 'ReceiveComplaint' });

/** Such a body, read. */
export type ReceiveComplaintBody = z.output<typeof ReceiveComplaintBody>;
