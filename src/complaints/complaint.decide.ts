import type { Authority } from '../authorities/authority.js';
import { DomainRefusal, NotFound } from '../platform/errors.js';
import { localDate, type LocalDate } from '../platform/local-date.js';
import type { CaseReference } from './case-reference.js';
import { countingCheck, type Complaint, type ComplianceCheck, type Finding } from './complaint.js';
import type { ComplaintEvent, DecisionOutcome } from './complaint.events.js';

type DataOf<Type extends ComplaintEvent['type']> = Extract<ComplaintEvent, { type: Type }>['data'];

/** What can be asked of one complaint. */
export type ComplaintCommand =
  | ({ readonly type: 'ReceiveComplaint' } & DataOf<'ComplaintReceived'>)
  | ({ readonly type: 'RecordDecision'; readonly finding?: Finding | undefined } & DataOf<'DecisionRecorded'>)
  | ({ readonly type: 'MakeRecommendation'; readonly recommendation?: string | undefined } & Omit<
      DataOf<'RecommendationMade'>,
      'recommendation'
    >)
  | ({ readonly type: 'CheckCompliance' } & DataOf<'ComplianceChecked'>);

/** What a decision is taken in the light of, besides the complaint's own history; passed in, never looked up. */
export type Circumstances = Readonly<{
  reference: CaseReference;
  /** Today in the United Kingdom. */
  today: LocalDate;
  /** The body complained about as the register knows it; null when it does not. */
  authority: Authority | null;
}>;

/** Recommendations one case may carry, so that a whole imported case fits one append (design 3). */
export const MAX_RECOMMENDATIONS = 50;
/** Checks one recommendation may carry, for the same reason. */
export const MAX_CHECKS = 20;

/**
 * The ombudsman's first day, on which Part III of the Local Government Act 1974 began: no complaint was received
 * before it. Every later date of a case is bounded by its receipt, so that none falls in a year that was mistyped.
 */
const FIRST_DAY = localDate('1974-04-01');

/**
 * The events a command leads to, in the order to append them together; none where it changes nothing.
 * @throws DomainRefusal naming the rule and the field at fault; NotFound for a case or recommendation that is not there.
 */
export function decide(
  complaint: Complaint | null,
  command: ComplaintCommand,
  circumstances: Circumstances,
): ComplaintEvent[] {
  if (command.type === 'ReceiveComplaint') return receive(complaint, command, circumstances);
  if (complaint === null)
    throw new NotFound('complaint-not-found', `there is no complaint ${circumstances.reference}`);
  switch (command.type) {
    case 'RecordDecision':
      return recordDecision(complaint, command, circumstances);
    case 'MakeRecommendation':
      return makeRecommendation(complaint, command);
    case 'CheckCompliance':
      return checkCompliance(complaint, command, circumstances);
    default:
      return command satisfies never;
  }
}

type Of<Type extends ComplaintCommand['type']> = Extract<ComplaintCommand, { type: Type }>;

function receive(
  complaint: Complaint | null,
  { type: _, ...received }: Of<'ReceiveComplaint'>,
  { today, authority }: Circumstances,
): ComplaintEvent[] {
  if (complaint !== null) {
    const { subject, receivedOn } = complaint;
    const same =
      complaint.authority === received.authority &&
      subject === received.subject &&
      receivedOn === received.receivedOn;
    if (same) return [];
    refuse('reference-in-use', `${received.reference} is in use with other content`, 'reference');
  }
  if (authority === null) {
    refuse('unknown-authority', `${received.authority} is not in the register`, 'authority');
  }
  if (received.receivedOn > today) {
    refuse('received-in-the-future', `receivedOn ${received.receivedOn} is after today`, 'receivedOn');
  }
  if (received.receivedOn < FIRST_DAY) {
    refuse(
      'received-before-the-ombudsman',
      `receivedOn ${received.receivedOn} is before the ombudsman began, ${FIRST_DAY}`,
      'receivedOn',
    );
  }
  return [{ type: 'ComplaintReceived', data: received }];
}

function recordDecision(
  complaint: Complaint,
  { type: _, finding, ...decision }: Of<'RecordDecision'>,
  { today, authority }: Circumstances,
): ComplaintEvent[] {
  if (complaint.decision !== null) {
    refuse('already-decided', `the case was decided on ${complaint.decision.decidedOn}`);
  }
  if (authority === null) {
    refuse('unknown-authority', `${complaint.authority} is not in the register`, 'authority');
  }
  const { decidedOn } = decision;
  if (decidedOn < complaint.receivedOn) {
    refuse(
      'decided-before-received',
      `decidedOn ${decidedOn} is before the complaint was received, ${complaint.receivedOn}`,
      'decidedOn',
    );
  }
  // A body goes on to have cases decided after its abolition, but none before it began (design 1).
  if (authority.existsFrom !== null && decidedOn < authority.existsFrom) {
    refuse(
      'decided-before-authority-began',
      `decidedOn ${decidedOn} is before ${authority.name} began, ${authority.existsFrom}`,
      'decidedOn',
    );
  }
  if (decidedOn > today) {
    refuse('decided-in-the-future', `decidedOn ${decidedOn} is after today`, 'decidedOn');
  }
  return [{ type: 'DecisionRecorded', data: decision }, ...findingOf(decision.outcome, finding)];
}

/** An upheld decision and its finding stand or fall together, and are appended together (design 2). */
function findingOf(outcome: DecisionOutcome, finding: Finding | undefined): ComplaintEvent[] {
  if (outcome === 'upheld') {
    if (finding === undefined) refuse('finding-required', 'an upheld decision needs its finding', 'finding');
    return [{ type: 'FindingUpheld', data: finding }];
  }
  if (finding !== undefined) {
    refuse('finding-without-upheld', `a decision ${outcome} has no finding`, 'finding');
  }
  return [];
}

function makeRecommendation(
  { decision, recommendations }: Complaint,
  { type: _, recommendation, ...made }: Of<'MakeRecommendation'>,
): ComplaintEvent[] {
  if (decision?.outcome !== 'upheld') {
    refuse('not-upheld', 'recommendations are made on upheld cases only');
  }
  if (made.dueOn < decision.decidedOn) {
    refuse(
      'due-before-decision',
      `dueOn ${made.dueOn} is before the decision, ${decision.decidedOn}`,
      'dueOn',
    );
  }
  if (recommendations.length >= MAX_RECOMMENDATIONS) {
    refuse('too-many-recommendations', `a case carries at most ${MAX_RECOMMENDATIONS} recommendations`);
  }
  const taken = new Set(recommendations.map((other) => other.recommendation));
  if (recommendation !== undefined && taken.has(recommendation)) {
    refuse(
      'recommendation-in-use',
      `the case has a recommendation ${recommendation} already`,
      'recommendation',
    );
  }
  return [{ type: 'RecommendationMade', data: { recommendation: recommendation ?? nextId(taken), ...made } }];
}

function nextId(taken: ReadonlySet<string>): string {
  let number = taken.size + 1;
  while (taken.has(`r${number}`)) number += 1;
  return `r${number}`;
}

function checkCompliance(
  { decision, recommendations, reference }: Complaint,
  { type: _, ...check }: Of<'CheckCompliance'>,
  { today }: Circumstances,
): ComplaintEvent[] {
  const recommendation = recommendations.find((made) => made.recommendation === check.recommendation);
  if (decision === null || recommendation === undefined) {
    throw new NotFound(
      'recommendation-not-found',
      `there is no recommendation ${check.recommendation} on case ${reference}`,
    );
  }
  if (check.checkedOn < decision.decidedOn) {
    refuse(
      'checked-before-decision',
      `checkedOn ${check.checkedOn} is before the decision, ${decision.decidedOn}`,
      'checkedOn',
    );
  }
  if (check.checkedOn > today) {
    refuse('checked-in-the-future', `checkedOn ${check.checkedOn} is after today`, 'checkedOn');
  }
  if (check.result === 'complied' && check.actionOn === undefined) {
    refuse('action-date-required', 'complied needs the date the council acted', 'actionOn');
  }
  if (check.actionOn !== undefined && check.actionOn > check.checkedOn) {
    refuse(
      'acted-after-check',
      `actionOn ${check.actionOn} is after the check, ${check.checkedOn}`,
      'actionOn',
    );
  }
  followsFrom(countingCheck(recommendation), check.checkedOn);
  if (recommendation.checks.length >= MAX_CHECKS) {
    refuse('too-many-checks', `a recommendation carries at most ${MAX_CHECKS} checks`);
  }
  return [{ type: 'ComplianceChecked', data: check }];
}

/** A not-complied may be cured by a later check; a complied is changed only by a correction (design 1). */
function followsFrom(earlier: ComplianceCheck | undefined, checkedOn: LocalDate): void {
  if (earlier === undefined) return;
  if (earlier.result === 'complied') {
    refuse(
      'already-complied',
      `complied was recorded as checked on ${earlier.checkedOn}; it can only be corrected`,
    );
  }
  if (checkedOn < earlier.checkedOn) {
    refuse(
      'checked-before-earlier-check',
      `checkedOn ${checkedOn} is before the earlier check, ${earlier.checkedOn}`,
      'checkedOn',
    );
  }
}

function refuse(code: string, message: string, field?: string): never {
  throw new DomainRefusal(code, message, field);
}
