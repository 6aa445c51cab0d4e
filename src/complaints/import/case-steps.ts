import type { ComplaintCommand } from '../complaint.decide.js';
import type { ComplaintEvent } from '../complaint.events.js';
import type { Complaint, ComplianceCheck } from '../complaint.js';
import type { CaseHistory } from './case-history.js';
import type { ImportFault, RowSource } from './import-problem.js';

type Making = Extract<ComplaintCommand, { type: 'MakeRecommendation' }>;

/** What one part of a case asks for; a recommendation always comes with its id. */
type PartCommand = Exclude<ComplaintCommand, Making> | (Making & { readonly recommendation: string });

/** One part of a case: what it asks for, and the events that stand for it. */
export type CaseStep = Readonly<{
  source: RowSource | undefined;
  command: PartCommand;
  told: readonly ComplaintEvent[];
}>;

/** The parts in the order in which they are recorded: complaint, decision, recommendations, checks by date. */
export function stepsOf({ reference, received, decision, recommendations, checks }: CaseHistory): CaseStep[] {
  const parts: CaseStep[] = [];
  if (received !== undefined) {
    const { source, ...rest } = received;
    const data = { reference, ...rest };
    parts.push({
      source,
      command: { type: 'ReceiveComplaint', ...data },
      told: [{ type: 'ComplaintReceived', data }],
    });
  }
  if (decision !== undefined) {
    const { source, finding, ...data } = decision;
    const found: ComplaintEvent[] = finding === undefined ? [] : [{ type: 'FindingUpheld', data: finding }];
    parts.push({
      source,
      command: { type: 'RecordDecision', finding, ...data },
      told: [{ type: 'DecisionRecorded', data }, ...found],
    });
  }
  for (const { source, ...data } of recommendations) {
    parts.push({
      source,
      command: { type: 'MakeRecommendation', ...data },
      told: [{ type: 'RecommendationMade', data }],
    });
  }
  for (const { source, ...data } of checks.toSorted(byDate)) {
    parts.push({
      source,
      command: { type: 'CheckCompliance', ...data },
      told: [{ type: 'ComplianceChecked', data }],
    });
  }
  return parts;
}

function byDate(a: ComplianceCheck, b: ComplianceCheck): number {
  return a.checkedOn < b.checkedOn ? -1 : a.checkedOn > b.checkedOn ? 1 : 0;
}

/** A part by the columns of its file. */
type Cells = Readonly<Record<string, string | boolean | undefined>>;

/**
 * How a part stands to the record: null when the record has nothing in its place, else what differs, which is
 * nothing when the part is recorded already. What no file has a column for (`summary`, `evidence`) is compared
 * only where it is told.
 */
export function comparedWithRecord(complaint: Complaint, { command }: CaseStep): ImportFault[] | null {
  const recorded = recordedCells(complaint, command);
  if (recorded === null) return null;
  return Object.entries(toldCells(command))
    .filter(([column, told]) => told !== recorded[column])
    .map(([column]) => ({
      column,
      code: 'contradicts-record',
      message: `the record has ${shown(recorded[column])} here`,
    }));
}

function toldCells(command: PartCommand): Cells {
  switch (command.type) {
    case 'ReceiveComplaint':
      return { authority: command.authority, subject: command.subject, received_on: command.receivedOn };
    case 'RecordDecision': {
      const { decidedOn, outcome, reason, finding } = command;
      const cells = { decided_on: decidedOn, outcome, reason };
      const { remedy, injustice, summary } = finding ?? {};
      return { ...cells, remedy, injustice, ...(summary === undefined ? {} : { summary }) };
    }
    case 'MakeRecommendation': {
      const { kind, category, text, dueOn } = command;
      return { kind, category, text, due_on: dueOn };
    }
    case 'CheckCompliance':
      return {};
    default:
      return command satisfies never;
  }
}

function recordedCells(complaint: Complaint, command: PartCommand): Cells | null {
  switch (command.type) {
    case 'ReceiveComplaint':
      return toldCells({ ...complaint, type: 'ReceiveComplaint' });
    case 'RecordDecision': {
      const { decision } = complaint;
      if (decision === null) return null;
      return toldCells({ ...decision, type: 'RecordDecision', finding: decision.finding ?? undefined });
    }
    case 'MakeRecommendation': {
      const made = complaint.recommendations.find((other) => other.recommendation === command.recommendation);
      return made ? toldCells({ ...made, type: 'MakeRecommendation' }) : null;
    }
    case 'CheckCompliance': {
      const made = complaint.recommendations.find((other) => other.recommendation === command.recommendation);
      // Checks have no id: one that is not recorded is a further one, for `decide` to judge.
      return made?.checks.some((check) => isSameCheck(command, check)) ? {} : null;
    }
    default:
      return command satisfies never;
  }
}

function isSameCheck(told: ComplianceCheck, recorded: ComplianceCheck): boolean {
  return (
    told.result === recorded.result &&
    told.actionOn === recorded.actionOn &&
    told.checkedOn === recorded.checkedOn &&
    (told.evidence === undefined || told.evidence === recorded.evidence)
  );
}

const SHOWN = 60;

function shown(cell: string | boolean | undefined): string {
  if (cell === undefined) return 'nothing';
  const text = String(cell).replaceAll(/\s+/g, ' ');
  return text.length > SHOWN ? `"${text.slice(0, SHOWN).toWellFormed()}…"` : `"${text}"`;
}
