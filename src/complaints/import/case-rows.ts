import { z } from 'zod';
import { CaseReferenceSchema, type CaseReference } from '../case-reference.js';
import { CheckResultSchema, ComplianceCheckedSchema } from '../compliance-check/compliance-check.events.js';
import { DecisionOutcomeSchema, DecisionRecordedSchema, RemedySchema } from '../decision/decision.events.js';
import { ComplaintReceivedSchema } from '../receipt/receipt.events.js';
import { RecommendationMadeSchema } from '../recommendation/recommendation.events.js';
import type { CaseHistory } from './case-history.js';
import type { RowFault } from './csv/row-fault.js';
import type { ImportFileKind } from './import-file.js';

/** The columns of each file and the schemas of their cells, which are those of the events (design 4). */
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
} satisfies Record<ImportFileKind, z.ZodObject>;

/** The columns each file must have, in the order of design 4. */
export const importColumns: Readonly<Record<ImportFileKind, readonly string[]>> = {
  decisions: rowSchemas.decisions.keyof().options,
  recommendations: rowSchemas.recommendations.keyof().options,
  compliance: rowSchemas.compliance.keyof().options,
};

/** What one row records of its case. Plain JSON, for staging. */
export type CaseRow =
  | Readonly<{
      kind: 'decisions';
      received: NonNullable<CaseHistory['received']>;
      decision: NonNullable<CaseHistory['decision']>;
    }>
  | Readonly<{ kind: 'recommendations'; recommendation: CaseHistory['recommendations'][number] }>
  | Readonly<{ kind: 'compliance'; check: CaseHistory['checks'][number] }>;

/** A row as read, or everything that is wrong with it; the reference is null where it cannot be read. */
export type ParsedRow =
  | Readonly<{ reference: CaseReference; row: CaseRow }>
  | Readonly<{ reference: CaseReference | null; faults: readonly RowFault[] }>;

type RowCells = Readonly<Record<string, string | undefined>>;

/** Parses the trimmed cells of one row; a blank cell is undefined. */
export function parseRow(kind: ImportFileKind, cells: RowCells): ParsedRow {
  switch (kind) {
    case 'decisions': {
      const parsed = rowSchemas.decisions.safeParse(cells);
      return parsed.success
        ? parsedDecision(parsed.data)
        : invalidRow(cells, parsed.error, findingFaults(cells));
    }
    case 'recommendations': {
      const parsed = rowSchemas.recommendations.safeParse(cells);
      if (!parsed.success) return invalidRow(cells, parsed.error);
      const { reference, due_on, ...rest } = parsed.data;
      return { reference, row: { kind, recommendation: { ...rest, dueOn: due_on } } };
    }
    case 'compliance': {
      const parsed = rowSchemas.compliance.safeParse(cells);
      if (!parsed.success) return invalidRow(cells, parsed.error);
      const { reference, action_on, checked_on, ...rest } = parsed.data;
      return { reference, row: { kind, check: { ...rest, actionOn: action_on, checkedOn: checked_on } } };
    }
    default:
      return kind satisfies never;
  }
}

function parsedDecision(data: z.infer<typeof rowSchemas.decisions>): ParsedRow {
  const { reference, authority, subject, received_on, decided_on, outcome, reason, remedy, injustice } = data;
  const faults = findingFaults(data);
  if (faults.length > 0) return { reference, faults };
  const finding = remedy && injustice ? { remedy, injustice: injustice === 'true' } : undefined;
  return {
    reference,
    row: {
      kind: 'decisions',
      received: { authority, subject, receivedOn: received_on },
      decision: { decidedOn: decided_on, outcome, reason, finding },
    },
  };
}

/** An upheld decision has both cells of its finding; any other decision has neither. */
function findingFaults({ outcome, ...cells }: RowCells): RowFault[] {
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

/** The case reference that a text is; null when it is none. */
export function referenceIn(text: string | undefined): CaseReference | null {
  return CaseReferenceSchema.safeParse(text).data ?? null;
}

function invalidRow(cells: RowCells, error: z.ZodError, more: readonly RowFault[] = []): ParsedRow {
  return { reference: referenceIn(cells['reference']), faults: [...error.issues.map(cellFault), ...more] };
}

function cellFault(issue: z.core.$ZodIssue): RowFault {
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
