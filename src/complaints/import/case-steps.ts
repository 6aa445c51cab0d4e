import type { ComplaintCommand } from '../complaint.command.js';
import type { ComplaintEvent } from '../complaint.events.js';
import type { CaseHistory } from './case-history.js';
import type { RowLocation } from './import-file.js';

type CommandOf<Type extends ComplaintCommand['type']> = Extract<ComplaintCommand, { type: Type }>;

/** The commands that record imported history. An imported recommendation always has an id. */
export type ImportCommand =
  | CommandOf<'ReceiveComplaint'>
  | CommandOf<'RecordDecision'>
  | (CommandOf<'MakeRecommendation'> & { readonly recommendation: string })
  | CommandOf<'CheckCompliance'>;

/** One command of a case, and the row it comes from. */
export type CaseStep = Readonly<{
  location: RowLocation | undefined;
  command: ImportCommand;
  /** The events that the command leads to when it is accepted. */
  events: readonly ComplaintEvent[];
}>;

/** The steps in the order in which they are recorded: complaint, decision, recommendations, checks by date. */
export function stepsOf(history: CaseHistory): CaseStep[] {
  const { reference, received, decision, recommendations, checks } = history;
  const steps: CaseStep[] = [];
  if (received !== undefined) {
    const { location, ...rest } = received;
    const data = { reference, ...rest };
    steps.push({
      location,
      command: { type: 'ReceiveComplaint', ...data },
      events: [{ type: 'ComplaintReceived', data }],
    });
  }
  if (decision !== undefined) {
    const { location, finding, ...data } = decision;
    const upheld: ComplaintEvent[] = finding === undefined ? [] : [{ type: 'FindingUpheld', data: finding }];
    steps.push({
      location,
      command: { type: 'RecordDecision', finding, ...data },
      events: [{ type: 'DecisionRecorded', data }, ...upheld],
    });
  }
  for (const { location, ...data } of recommendations) {
    steps.push({
      location,
      command: { type: 'MakeRecommendation', ...data },
      events: [{ type: 'RecommendationMade', data }],
    });
  }
  for (const { location, ...data } of checks.toSorted(byDate)) {
    steps.push({
      location,
      command: { type: 'CheckCompliance', ...data },
      events: [{ type: 'ComplianceChecked', data }],
    });
  }
  return steps;
}

type Check = CaseHistory['checks'][number];

function byDate(a: Check, b: Check): number {
  return a.checkedOn < b.checkedOn ? -1 : a.checkedOn > b.checkedOn ? 1 : 0;
}
