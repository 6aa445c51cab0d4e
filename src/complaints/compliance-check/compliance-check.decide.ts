import type { LocalDate } from '../../platform/local-date.js';
import { refuseBy, type Refuse } from '../../platform/refusals.js';
import type { ComplaintEvent, DataOf } from '../complaint.events.js';
import {
  countingCheck,
  type Circumstances,
  type Complaint,
  type ComplianceCheck,
} from '../complaint.state.js';
import { recommendationNotFound } from '../recommendation/recommendation.refusals.js';
import { complianceCheckRefusals } from './compliance-check.refusals.js';

/** Records whether the council did what was recommended. */
export type CheckCompliance = { readonly type: 'CheckCompliance' } & DataOf<'ComplianceChecked'>;

/** Checks one recommendation may have, so that a whole imported case fits one append (design 3). */
export const MAX_CHECKS = 20;

const refuse: Refuse<typeof complianceCheckRefusals.CheckCompliance> = refuseBy(
  complianceCheckRefusals.CheckCompliance,
);

/** Checks a recommendation. @throws DomainRefusal; NotFound for a recommendation that the case does not have. */
export function checkCompliance(
  { decision, recommendations, reference }: Complaint,
  { type: _, ...check }: CheckCompliance,
  { today }: Circumstances,
): ComplaintEvent[] {
  const recommendation = recommendations.find((made) => made.recommendation === check.recommendation);
  if (decision === null || recommendation === undefined) {
    throw recommendationNotFound(check.recommendation, reference);
  }
  const { checkedOn, actionOn } = check;
  if (checkedOn < decision.decidedOn) refuse('checked-before-decision', checkedOn, decision.decidedOn);
  if (checkedOn > today) refuse('checked-in-the-future', checkedOn);
  if (check.result === 'complied' && actionOn === undefined) refuse('action-date-required');
  if (actionOn !== undefined && actionOn > checkedOn) refuse('acted-after-check', actionOn, checkedOn);
  requireOrder(countingCheck(recommendation), checkedOn);
  if (recommendation.checks.length >= MAX_CHECKS) refuse('too-many-checks', MAX_CHECKS);
  return [{ type: 'ComplianceChecked', data: check }];
}

/** A later check may cure a not-complied; only a correction changes a complied (design 1). */
function requireOrder(earlier: ComplianceCheck | undefined, checkedOn: LocalDate): void {
  if (earlier === undefined) return;
  if (earlier.result === 'complied') refuse('already-complied', earlier.checkedOn);
  if (checkedOn < earlier.checkedOn) refuse('checked-before-earlier-check', checkedOn, earlier.checkedOn);
}
