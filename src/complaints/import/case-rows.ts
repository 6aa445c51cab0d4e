import { z } from 'zod';
import { CaseReferenceSchema, type CaseReference } from '../case-reference.js';
import {
  CheckResultSchema,
  ComplaintReceivedSchema,
  ComplianceCheckedSchema,
  DecisionRecordedSchema,
  DecisionOutcomeSchema,
  RecommendationMadeSchema,
  RemedySchema,
} from '../complaint.events.js';
import type { CaseHistory } from './case-history.js';
import type { ImportFault, ImportFile } from './import-problem.js';

/** The columns of each file and what their cells may hold, by the schemas of the events they lead to (design 4). */
const rowSchemas = {
  decisions: z.object({
    reference: CaseReferenceSchema,
    authority: ComplaintReceivedSchema.shape.authority,
    subject: ComplaintReceivedSchema.shape.subject,
    received_on: ComplaintReceivedSchema.shape.receivedOn,
    decided_on: DecisionRecordedSchema.shape.decidedOn,
    outcome: DecisionRecordedSchema.shape.outcome,
    reason: DecisionRecordedSchema.shape.reason,
    remedy: RemedySchema.optional(),
    // Spreadsheets write TRUE.
    injustice: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['true', 'false']))
      .optional(),
  }),
  recommendations: z.object({
    reference: CaseReferenceSchema,
    recommendation: RecommendationMadeSchema.shape.recommendation,
    kind: RecommendationMadeSchema.shape.kind,
    category: RecommendationMadeSchema.shape.category,
    text: RecommendationMadeSchema.shape.text,
    due_on: RecommendationMadeSchema.shape.dueOn,
  }),
  compliance: z.object({
    reference: CaseReferenceSchema,
    recommendation: ComplianceCheckedSchema.shape.recommendation,
    result: CheckResultSchema,
    action_on: ComplianceCheckedSchema.shape.actionOn,
    checked_on: ComplianceCheckedSchema.shape.checkedOn,
  }),
} satisfies Record<ImportFile, z.ZodObject>;

/** The columns each file must have, in the order of design 4. */
export const importColumns: Readonly<Record<ImportFile, readonly string[]>> = {
  decisions: rowSchemas.decisions.keyof().options,
  recommendations: rowSchemas.recommendations.keyof().options,
  compliance: rowSchemas.compliance.keyof().options,
};

/** What a row tells of its case. Plain JSON, for staging. */
export type CaseRow =
  | Readonly<{
      file: 'decisions';
      received: NonNullable<CaseHistory['received']>;
      decision: NonNullable<CaseHistory['decision']>;
    }>
  | Readonly<{ file: 'recommendations'; made: CaseHistory['recommendations'][number] }>
  | Readonly<{ file: 'compliance'; checked: CaseHistory['checks'][number] }>;

/** A row as read: what it tells, or all that is wrong with it; the reference is null where it cannot be read. */
export type RowReading =
  | Readonly<{ reference: CaseReference; row: CaseRow }>
  | Readonly<{ reference: CaseReference | null; faults: readonly ImportFault[] }>;

type RowCells = Readonly<Record<string, string | undefined>>;

/** Reads the trimmed cells of one row of a file; a blank cell is undefined. */
export function readRow(file: ImportFile, cells: RowCells): RowReading {
  switch (file) {
    case 'decisions': {
      const parsed = rowSchemas.decisions.safeParse(cells);
      return parsed.success
        ? readDecision(parsed.data)
        : unreadable(cells, parsed.error, findingFaults(cells));
    }
    case 'recommendations': {
      const parsed = rowSchemas.recommendations.safeParse(cells);
      if (!parsed.success) return unreadable(cells, parsed.error);
      const { reference, due_on, ...made } = parsed.data;
      return { reference, row: { file, made: { ...made, dueOn: due_on } } };
    }
    case 'compliance': {
      const parsed = rowSchemas.compliance.safeParse(cells);
      if (!parsed.success) return unreadable(cells, parsed.error);
      const { reference, action_on, checked_on, ...check } = parsed.data;
      return { reference, row: { file, checked: { ...check, actionOn: action_on, checkedOn: checked_on } } };
    }
    default:
      return file satisfies never;
  }
}

function readDecision(data: z.infer<typeof rowSchemas.decisions>): RowReading {
  const { reference, authority, subject, received_on, decided_on, outcome, reason, remedy, injustice } = data;
  const faults = findingFaults(data);
  if (faults.length > 0) return { reference, faults };
  const finding = remedy && injustice ? { remedy, injustice: injustice === 'true' } : undefined;
  return {
    reference,
    row: {
      file: 'decisions',
      received: { authority, subject, receivedOn: received_on },
      decision: { decidedOn: decided_on, outcome, reason, finding },
    },
  };
}

/** A finding is its two cells together, with upheld and only there. */
function findingFaults({ outcome, ...cells }: RowCells): ImportFault[] {
  if (!DecisionOutcomeSchema.safeParse(outcome).success) return [];
  return ['remedy', 'injustice'].flatMap((column) => {
    if (outcome === 'upheld' && cells[column] === undefined) {
      return [{ column, code: 'finding-required', message: 'must not be blank where the outcome is upheld' }];
    }
    if (outcome !== 'upheld' && cells[column] !== undefined) {
      return [
        { column, code: 'finding-without-upheld', message: 'must be blank unless the outcome is upheld' },
      ];
    }
    return [];
  });
}

/** The case a text names, where it names one. */
export function referenceIn(text: string | undefined): CaseReference | null {
  return CaseReferenceSchema.safeParse(text).data ?? null;
}

function unreadable(cells: RowCells, error: z.ZodError, more: readonly ImportFault[] = []): RowReading {
  return { reference: referenceIn(cells['reference']), faults: [...error.issues.map(toldIssue), ...more] };
}

function toldIssue(issue: z.core.$ZodIssue): ImportFault {
  const column = String(issue.path[0]);
  if (issue.code === 'invalid_value') {
    return { column, code: 'invalid-cell', message: `must be one of ${issue.values.map(String).join(', ')}` };
  }
  const blank = issue.code === 'invalid_type';
  return {
    column,
    code: blank ? 'blank-cell' : 'invalid-cell',
    message: blank ? 'must not be blank' : issue.message,
  };
}
