import type { AuthorityCode } from '../authorities/authority-code.js';
import type { Complaint } from './complaint.state.js';
import type { CheckCompliance } from './compliance-check/compliance-check.decide.js';
import type { RecordDecision } from './decision/decision.decide.js';
import type { ReceiveComplaint } from './receipt/receipt.decide.js';
import type { MakeRecommendation } from './recommendation/recommendation.decide.js';

/** What can be asked of one complaint. */
export type ComplaintCommand = ReceiveComplaint | RecordDecision | MakeRecommendation | CheckCompliance;

/** One command by its type. */
export type CommandOf<Type extends ComplaintCommand['type']> = Extract<ComplaintCommand, { type: Type }>;

/** Codes of the bodies that a command concerns: the one complained about, and any that the command names. */
export function authoritiesOf(command: ComplaintCommand, complaint: Complaint | null): AuthorityCode[] {
  const codes = new Set<AuthorityCode>();
  if (complaint !== null) codes.add(complaint.authority);
  if ('authority' in command) codes.add(command.authority);
  return [...codes];
}
