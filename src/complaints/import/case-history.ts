import { DomainRefusal, NotFound } from '../../platform/errors.js';
import type { CaseReference } from '../case-reference.js';
import { decide, type Circumstances } from '../complaint.decide.js';
import type { ComplaintEvent } from '../complaint.events.js';
import { evolve, type Complaint, type Finding } from '../complaint.js';
import { comparedWithRecord, stepsOf, type CaseStep } from './case-steps.js';
import {
  faultOf,
  problemAt,
  type ImportFault,
  type ImportProblem,
  type RowSource,
} from './import-problem.js';

type DataOf<Type extends ComplaintEvent['type']> = Extract<ComplaintEvent, { type: Type }>['data'];

/** A part of a case, with the line that tells it where it came from a file. */
type Told<Data> = Data & { readonly source?: RowSource | undefined };

/** One case as bulk history tells it: all of it, or only what is new about a stored case. */
export type CaseHistory = Readonly<{
  reference: CaseReference;
  received?: Told<Omit<DataOf<'ComplaintReceived'>, 'reference'>> | undefined;
  decision?: Told<DataOf<'DecisionRecorded'> & { readonly finding?: Finding | undefined }> | undefined;
  recommendations: readonly Told<DataOf<'RecommendationMade'>>[];
  /** In any order: they are recorded by date, and those of one day as they stand. */
  checks: readonly Told<DataOf<'ComplianceChecked'>>[];
  /** Lines of the case are at fault and reported already: nothing of it may be stored. */
  incomplete?: boolean;
}>;

/** What becomes of a case: events to append (none when all of it is known), or why nothing of it is stored. */
export type CaseVerdict =
  | Readonly<{
      events: readonly ComplaintEvent[];
      /** Parts that stood in the record already. */
      known: number;
    }>
  | Readonly<{ problems: readonly ImportProblem[] }>;

/**
 * Decides what bulk history adds to a case, by the same rules as the API. Parts recorded with the same content
 * are skipped, parts that contradict the record are refused (design 4). A refused part does not hide what is
 * wrong with those that follow from it: they are judged as though it stood.
 */
export function recordCase(
  existing: Complaint | null,
  caseFile: CaseHistory,
  circumstances: Circumstances,
): CaseVerdict {
  const events: ComplaintEvent[] = [];
  const problems: ImportProblem[] = [];
  let complaint = existing;
  let known = 0;
  for (const part of stepsOf(caseFile)) {
    const blame = (fault: ImportFault) => problems.push(problemAt(part.source, caseFile.reference, fault));
    const differences = complaint && comparedWithRecord(complaint, part);
    if (differences !== null) {
      if (differences.length === 0) known += 1;
      differences.forEach(blame);
      continue;
    }
    const decided = attempt(complaint, part, circumstances);
    if (decided instanceof Error) {
      blame(faultOf(decided));
      complaint = asThoughItStood(complaint, part);
    } else {
      events.push(...decided);
      complaint = decided.reduce<Complaint | null>(evolve, complaint);
    }
  }
  const told = problems.filter(isFirstOfItsKind);
  if (caseFile.incomplete === true) return { problems: told.filter(isOwnFault) };
  return told.length > 0 ? { problems: told } : { events, known };
}

function attempt(
  complaint: Complaint | null,
  { command }: CaseStep,
  circumstances: Circumstances,
): ComplaintEvent[] | DomainRefusal | NotFound {
  try {
    return decide(complaint, command, circumstances);
  } catch (error) {
    if (error instanceof DomainRefusal || error instanceof NotFound) return error;
    throw error;
  }
}

/** The complaint with a refused part in it all the same; without one there is no place for other parts. */
function asThoughItStood(complaint: Complaint | null, { told }: CaseStep): Complaint | null {
  if (complaint === null && told[0]?.type !== 'ComplaintReceived') return null;
  return told.reduce<Complaint | null>(evolve, complaint);
}

/** What hangs on a line that is at fault itself is not wrong for that. */
function isOwnFault({ code }: ImportProblem): boolean {
  return !code.endsWith('-not-found');
}

/** Complaint and decision stand in one line: an unknown council would be told of both. */
function isFirstOfItsKind(problem: ImportProblem, index: number, all: readonly ImportProblem[]): boolean {
  const same = (other: ImportProblem) =>
    other.file === problem.file &&
    other.line === problem.line &&
    other.column === problem.column &&
    other.code === problem.code;
  return problem.file === null || all.findIndex(same) === index;
}
