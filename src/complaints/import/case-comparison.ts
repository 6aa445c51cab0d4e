import type { Complaint } from '../complaint.state.js';
import type { ImportCommand } from './case-steps.js';
import type { RowFault } from './csv/row-fault.js';

/** The content of a command by the columns of its file. */
type ColumnValues = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Compares a command with what the complaint has recorded in its place. Answers null when nothing is recorded
 * there; otherwise one fault for each column that differs, so none when the same is recorded already. What no
 * file has a column for (`summary`, `evidence`) is compared only when the command has it.
 */
export function comparedWithRecord(complaint: Complaint, command: ImportCommand): RowFault[] | null {
  switch (command.type) {
    case 'ReceiveComplaint':
      return contradictions(receiptColumns(command), receiptColumns(complaint));
    case 'RecordDecision': {
      const { decision } = complaint;
      return decision && contradictions(decisionColumns(command), decisionColumns(decision));
    }
    case 'MakeRecommendation': {
      const recorded = recommendationOf(complaint, command.recommendation);
      return recorded
        ? contradictions(recommendationColumns(command), recommendationColumns(recorded))
        : null;
    }
    case 'CheckCompliance': {
      // Checks have no id: a check that is not recorded is a further one, and `decide` judges it.
      const recorded = recommendationOf(complaint, command.recommendation);
      return recorded?.checks.some((check) => isSameCheck(command, check)) ? [] : null;
    }
    default:
      return command satisfies never;
  }
}

type Receipt = Extract<ImportCommand, { type: 'ReceiveComplaint' }>;
type Decision = Extract<ImportCommand, { type: 'RecordDecision' }>;
type Recommendation = Extract<ImportCommand, { type: 'MakeRecommendation' }>;
type Check = Extract<ImportCommand, { type: 'CheckCompliance' }>;

function receiptColumns({
  authority,
  subject,
  receivedOn,
}: Pick<Receipt, 'authority' | 'subject' | 'receivedOn'>): ColumnValues {
  return { authority, subject, received_on: receivedOn };
}

function decisionColumns({
  decidedOn,
  outcome,
  reason,
  finding,
}: Pick<Decision, 'decidedOn' | 'outcome' | 'reason'> & {
  readonly finding?: Decision['finding'] | null;
}): ColumnValues {
  const { remedy, injustice, summary } = finding ?? {};
  const columns = { decided_on: decidedOn, outcome, reason, remedy, injustice };
  return summary === undefined ? columns : { ...columns, summary };
}

function recommendationColumns({
  kind,
  category,
  text,
  dueOn,
}: Pick<Recommendation, 'kind' | 'category' | 'text' | 'dueOn'>): ColumnValues {
  return { kind, category, text, due_on: dueOn };
}

function recommendationOf(
  { recommendations }: Complaint,
  id: string,
): Complaint['recommendations'][number] | undefined {
  return recommendations.find(({ recommendation }) => recommendation === id);
}

type CheckContent = Omit<Check, 'type' | 'recommendation'>;

function isSameCheck(imported: CheckContent, recorded: CheckContent): boolean {
  return (
    imported.result === recorded.result &&
    imported.actionOn === recorded.actionOn &&
    imported.checkedOn === recorded.checkedOn &&
    (imported.evidence === undefined || imported.evidence === recorded.evidence)
  );
}

function contradictions(imported: ColumnValues, recorded: ColumnValues): RowFault[] {
  return Object.entries(imported)
    .filter(([column, value]) => value !== recorded[column])
    .map(([column]) => ({
      column,
      code: 'contradicts-record',
      message: `the record has ${printed(recorded[column])} here`,
    }));
}

const MAX_PRINTED_VALUE = 60;

function printed(value: string | boolean | undefined): string {
  if (value === undefined) return 'nothing';
  const text = String(value).replaceAll(/\s+/g, ' ');
  return text.length > MAX_PRINTED_VALUE
    ? `"${text.slice(0, MAX_PRINTED_VALUE).toWellFormed()}…"`
    : `"${text}"`;
}
