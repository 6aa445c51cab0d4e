import { NotFound } from '../platform/errors.js';
import type { Rules } from '../platform/refusals.js';
import type { ComplaintCommand } from './complaint.command.js';
import { complianceCheckRefusals } from './compliance-check/compliance-check.refusals.js';
import { decisionRefusals } from './decision/decision.refusals.js';
import { receiptRefusals } from './receipt/receipt.refusals.js';
import { recommendationRefusals } from './recommendation/recommendation.refusals.js';

/** Every rule that each command can break, by command and code. `decide` refuses, and the API documents, by it. */
export const complaintRefusals = {
  ...receiptRefusals,
  ...decisionRefusals,
  ...recommendationRefusals,
  ...complianceCheckRefusals,
} satisfies Record<ComplaintCommand['type'], Rules>;

/** The codes with which a command can be refused. */
export type RefusalCode<Type extends ComplaintCommand['type']> = keyof (typeof complaintRefusals)[Type] &
  string;

/** No complaint has the reference. */
export function complaintNotFound(reference: string): NotFound {
  return new NotFound('complaint-not-found', `there is no complaint ${reference}`);
}
