import type { AuthorityCode } from '../../src/authorities/authority-code.js';
import { authoritiesByCode } from '../../src/authorities/authority.js';
import type { CaseFacts } from '../../src/complaints/case-facts.js';
import { CaseReferenceSchema } from '../../src/complaints/case-reference.js';
import { ChangeComplaint } from '../../src/complaints/complaint.command-handler.js';
import { decide } from '../../src/complaints/complaint.decide.js';
import type { ComplaintCommand } from '../../src/complaints/complaint.command.js';
import type { DecisionOutcome } from '../../src/complaints/complaint.events.js';
import { evolve } from '../../src/complaints/complaint.js';
import type { Complaint } from '../../src/complaints/complaint.state.js';
import { commandContext } from '../../src/event-sourcing/command-context.js';
import { daysAfter, type LocalDate } from '../../src/platform/local-date.js';
import { periodOf, type ReportingYear } from '../../src/statistics/rates/reporting-year.js';
import { factsOf } from './case-facts.js';
import { BLABY, day } from './complaints.js';
import type { RunningUpheld } from './running-upheld.js';

/** How many cases of each kind a council had in a year. */
export type CaseCounts = Readonly<{
  upheld?: number;
  notUpheld?: number;
  satisfactoryRemedies?: number;
  complied?: number;
  compliedLate?: number;
  notComplied?: number;
  others?: Partial<Record<DecisionOutcome, number>>;
}>;

let last = 0;

/** The commands that a caseworker and a compliance monitor would have sent for those cases: in order, by case. */
export function commandsFor(
  authority: AuthorityCode,
  year: ReportingYear,
  counts: CaseCounts,
): ComplaintCommand[][] {
  const { from } = periodOf(year);
  const { upheld = 0, notUpheld = 0, satisfactoryRemedies = 0, others = {} } = counts;
  const compliance = [
    ...times(counts.complied ?? 0, 'complied' as const),
    ...times(counts.compliedLate ?? 0, 'complied-late' as const),
    ...times(counts.notComplied ?? 0, 'not-complied' as const),
  ];
  const decidedOn = daysAfter(from, 30);
  const cases = [
    ...times(upheld - satisfactoryRemedies, { outcome: 'upheld', remedy: 'recommended' } as const),
    ...times(satisfactoryRemedies, { outcome: 'upheld', remedy: 'already-provided' } as const),
    ...times(notUpheld, { outcome: 'not-upheld', remedy: null } as const),
    ...Object.entries(others).flatMap(([outcome, count]) =>
      times(count, { outcome: outcome as DecisionOutcome, remedy: null }),
    ),
  ].map(({ outcome, remedy }, index): ComplaintCommand[] => [
    ...opened(authority, from),
    {
      type: 'RecordDecision',
      outcome,
      decidedOn,
      ...(remedy === null ? {} : { finding: { injustice: true, remedy } }),
    },
    ...(outcome === 'upheld' ? checks(compliance[index], decidedOn) : []),
  ]);
  // If there are more compliance outcomes than upheld cases in the year, the others are of cases decided the year before.
  const earlier = compliance.slice(upheld).map((kind): ComplaintCommand[] => [
    ...opened(authority, daysAfter(from, -60)),
    {
      type: 'RecordDecision',
      outcome: 'upheld',
      decidedOn: daysAfter(from, -30),
      finding: { injustice: true, remedy: 'recommended' },
    },
    ...checks(kind, daysAfter(from, -30)),
  ]);
  return [...cases, ...earlier];
}

/** Sends the commands of a case, one after another. */
export async function recordCase(
  { commands }: Pick<RunningUpheld, 'commands'>,
  [received, ...others]: readonly ComplaintCommand[],
): Promise<void> {
  if (received?.type !== 'ReceiveComplaint') throw new Error('a case begins with its receipt');
  for (const command of [received, ...others]) {
    const sent = commandContext({ id: 'cw-7', role: 'caseworker' }, new Date());
    await commands.execute(new ChangeComplaint(received.reference, command, sent));
  }
}

/** Sends the commands of cases, one case after another, and waits until the statistics hold them. */
export async function recordCases(
  running: Pick<RunningUpheld, 'commands' | 'upheld'>,
  cases: readonly (readonly ComplaintCommand[])[],
): Promise<void> {
  for (const one of cases) await recordCase(running, one);
  await running.upheld.caughtUp();
}

/** The facts of those cases, as the domain decides and folds them. */
export function factsFor(authority: AuthorityCode, year: ReportingYear, counts: CaseCounts): CaseFacts[] {
  return commandsFor(authority, year, counts).map((commands) => {
    const state = commands.reduce<Complaint | null>((complaint, command) => {
      const reference = CaseReferenceSchema.parse('19000001');
      const circumstances = {
        reference,
        today: day('2026-04-01'),
        authorities: authoritiesByCode([{ ...BLABY, code: authority }]),
      };
      return decide(complaint, command, circumstances).reduce<Complaint | null>(evolve, complaint);
    }, null);
    if (state === null) throw new Error('a case without events');
    return factsOf(state);
  });
}

function opened(authority: AuthorityCode, receivedOn: LocalDate): ComplaintCommand[] {
  last += 1;
  const reference = CaseReferenceSchema.parse(`19${String(last).padStart(6, '0')}`);
  return [{ type: 'ReceiveComplaint', reference, authority, subject: 'Housing', receivedOn }];
}

function checks(
  kind: 'complied' | 'complied-late' | 'not-complied' | undefined,
  decidedOn: LocalDate,
): ComplaintCommand[] {
  if (kind === undefined) return [];
  const dueOn = daysAfter(decidedOn, 40);
  const checkedOn = daysAfter(decidedOn, 90);
  const actionOn = daysAfter(dueOn, kind === 'complied-late' ? 1 : 0);
  return [
    {
      type: 'MakeRecommendation',
      recommendation: 'r1',
      kind: 'personal',
      category: 'Apology',
      text: 'Apologise.',
      dueOn,
    },
    kind === 'not-complied'
      ? { type: 'CheckCompliance', recommendation: 'r1', result: 'not-complied', checkedOn }
      : { type: 'CheckCompliance', recommendation: 'r1', result: 'complied', actionOn, checkedOn },
  ];
}

function times<Item>(count: number, item: Item): Item[] {
  return Array.from({ length: count }, () => item);
}
