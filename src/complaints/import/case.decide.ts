import { DomainRefusal, NotFound } from '../../platform/errors.js';
import { decide } from '../complaint.decide.js';
import type { Circumstances } from '../complaint.state.js';
import type { ComplaintEvent } from '../complaint.events.js';
import { evolve } from '../complaint.js';
import type { Complaint } from '../complaint.state.js';
import { comparedWithRecord } from './case-comparison.js';
import type { CaseHistory } from './case-history.js';
import { stepsOf, type CaseStep, type ImportCommand } from './case-steps.js';
import type { RowFault } from './csv/row-fault.js';
import { problemAt, type ImportProblem } from './import-problem.js';

/** What an import does with a case: it appends events, or stores nothing of it. */
export type DecidedCase = AcceptedCase | RefusedCase;

export type AcceptedCase = Readonly<{
  /** None when all of the case is recorded already. */
  events: readonly ComplaintEvent[];
  /** Complaints, decisions, recommendations and checks that were recorded already. */
  known: number;
}>;

export type RefusedCase = Readonly<{ problems: readonly ImportProblem[] }>;

/**
 * Decides what imported history adds to a case, by the same rules as the API. What is recorded already with the
 * same content is skipped; what contradicts the record is refused (design 4). All problems of a case are
 * reported at once: after a refused step, later steps are judged as though it had been accepted.
 *
 * @param existing the complaint as recorded; null when nothing is recorded of it.
 */
export function decideCase(
  existing: Complaint | null,
  history: CaseHistory,
  circumstances: Circumstances,
): DecidedCase {
  const { reference, incomplete = false } = history;
  const events: ComplaintEvent[] = [];
  const problems: ImportProblem[] = [];
  let complaint = existing;
  let known = 0;
  for (const step of stepsOf(history)) {
    const report = (fault: RowFault) => problems.push(problemAt(step.location, reference, fault));
    const contradictions = complaint && comparedWithRecord(complaint, step.command);
    if (contradictions !== null) {
      if (contradictions.length === 0) known += 1;
      for (const contradiction of contradictions) report(contradiction);
      continue;
    }
    const decided = tryDecide(complaint, step.command, circumstances);
    if (decided instanceof DomainRefusal) {
      report(refusalFault(decided));
      complaint = assumeAccepted(complaint, step);
    } else if (decided instanceof NotFound) {
      // In an incomplete case, the row that would have added it may be one that could not be read.
      if (!incomplete) report(notFoundFault(decided, complaint));
      complaint = assumeAccepted(complaint, step);
    } else {
      events.push(...decided);
      complaint = decided.reduce<Complaint | null>(evolve, complaint);
    }
  }
  if (incomplete || problems.length > 0) return { problems: problems.filter(isFirstOfItsKind) };
  return { events, known };
}

function tryDecide(
  complaint: Complaint | null,
  command: ImportCommand,
  circumstances: Circumstances,
): ComplaintEvent[] | DomainRefusal | NotFound {
  try {
    return decide(complaint, command, circumstances);
  } catch (error) {
    if (error instanceof DomainRefusal || error instanceof NotFound) return error;
    throw error;
  }
}

/** The complaint as though a refused step had been accepted. Without a complaint, only a receipt can be. */
function assumeAccepted(complaint: Complaint | null, { command, events }: CaseStep): Complaint | null {
  if (complaint === null && command.type !== 'ReceiveComplaint') return null;
  return events.reduce<Complaint | null>(evolve, complaint);
}

/** A refusal in the words of the file: its columns instead of the command's fields. */
function refusalFault({ code, message, field }: DomainRefusal): RowFault {
  if (field === undefined) return { column: null, code, message };
  const prefix = `${field} `;
  return {
    column: columnOf(field),
    code,
    message: message.startsWith(prefix) ? message.slice(prefix.length) : message,
  };
}

function notFoundFault({ code, message }: NotFound, complaint: Complaint | null): RowFault {
  return { column: complaint === null ? 'reference' : 'recommendation', code, message };
}

/** The column of a command's field: `decided_on` for `decidedOn`; a finding begins with the column `remedy`. */
function columnOf(field: string): string {
  return field === 'finding' ? 'remedy' : field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Complaint and decision come from one row: a fault of both, such as an unknown council, is reported once. */
function isFirstOfItsKind(problem: ImportProblem, index: number, all: readonly ImportProblem[]): boolean {
  const same = (other: ImportProblem) =>
    other.file === problem.file &&
    other.line === problem.line &&
    other.column === problem.column &&
    other.code === problem.code;
  return problem.file === null || all.findIndex(same) === index;
}
