import { z } from 'zod';
import { AuthorityCodeSchema } from '../../authorities/authority-code.js';
import { boundedText } from '../../platform/bounded-text.js';
import { LocalDateSchema } from '../../platform/local-date.js';
import { CaseReferenceSchema } from '../case-reference.js';

/** Data of ComplaintReceived. */
export const ComplaintReceivedSchema = z.strictObject({
  reference: CaseReferenceSchema,
  authority: AuthorityCodeSchema,
  subject: boundedText(200),
  receivedOn: LocalDateSchema,
});

/** Events of the receipt of a complaint. */
export const receiptEventSchemas = { ComplaintReceived: ComplaintReceivedSchema };
