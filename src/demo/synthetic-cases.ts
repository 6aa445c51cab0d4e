import type { AuthorityCode } from '../authorities/authority-code.js';
import { CaseReferenceSchema, type CaseReference } from '../complaints/case-reference.js';
import { DECISION_OUTCOMES, type DecisionOutcome, type Remedy } from '../complaints/complaint.events.js';
import type { CaseHistory } from '../complaints/import/case-history.js';
import { daysAfter, localDate, type LocalDate } from '../platform/local-date.js';
import { SeededRandom } from './seeded-random.js';
import type { CaseCounts } from './synthetic-case-counts.js';

const SUBJECTS = [
  'Adult care services',
  'Benefits and tax',
  'Corporate and other services',
  'Education and children’s services',
  'Environmental services and public protection',
  'Highways and transport',
  'Housing',
  'Planning and development',
] as const;

const RECOMMENDATIONS = [
  { kind: 'personal', category: 'Apology', text: 'Apologise in writing for the fault found.' },
  { kind: 'personal', category: 'Financial remedy', text: 'Pay £250 for the distress caused.' },
  { kind: 'service-improvement', category: 'Training', text: 'Train the officers of the service concerned.' },
  {
    kind: 'service-improvement',
    category: 'Procedure',
    text: 'Review the written procedure and publish it.',
  },
] as const;

const FIRST_DAY = localDate('2019-04-01');
const LAST_DAY = localDate('2020-03-31');
/** Cases with a compliance outcome are decided in the first days of the year, so that the outcome falls in it too. */
const DECISION_DAYS = 180;

/** How a case's recommendations end in the year: `open` where they are not due yet, `none` where there are none. */
type Compliance = 'complied' | 'complied-late' | 'not-complied' | 'open' | 'none';

/** Synthetic cases of one council in reporting year 2019-20, exactly as many of each kind as given. */
export function* syntheticCases(
  authority: AuthorityCode,
  counts: CaseCounts,
  nextReference: (receivedOn: LocalDate) => CaseReference,
): Generator<CaseHistory> {
  const random = new SeededRandom(`upheld synthetic 2019-20 cases of ${authority}`);
  const { upheld, satisfactoryRemedies, complied, compliedLate, notComplied } = counts;
  const recommended = upheld - satisfactoryRemedies;
  const endings: Compliance[] = [
    ...repeat('complied' as const, complied),
    ...repeat('complied-late' as const, compliedLate),
    ...repeat('not-complied' as const, notComplied),
  ];
  // The other upheld cases have recommendations that are not due yet, or none.
  while (endings.length < recommended) endings.push(random.integer(1, 4) === 1 ? 'none' : 'open');
  const make = (outcome: DecisionOutcome, remedy: Remedy | null, compliance: Compliance) =>
    syntheticCase({ random, authority, outcome, remedy, compliance, nextReference });
  for (const compliance of endings)
    yield make('upheld', compliance === 'none' ? 'none' : 'recommended', compliance);
  for (let n = 0; n < satisfactoryRemedies; n += 1) yield make('upheld', 'already-provided', 'none');
  for (let n = 0; n < counts.notUpheld; n += 1) yield make('not-upheld', null, 'none');
  for (const outcome of DECISION_OUTCOMES) {
    for (let n = 0; n < (counts.others[outcome] ?? 0); n += 1) yield make(outcome, null, 'none');
  }
}

function repeat<Item>(item: Item, times: number): Item[] {
  return Array.from({ length: times }, () => item);
}

type CasePlan = Readonly<{
  random: SeededRandom;
  authority: AuthorityCode;
  outcome: DecisionOutcome;
  remedy: Remedy | null;
  compliance: Compliance;
  nextReference: (receivedOn: LocalDate) => CaseReference;
}>;

function syntheticCase({
  random,
  authority,
  outcome,
  remedy,
  compliance,
  nextReference,
}: CasePlan): CaseHistory {
  const hasOutcome = compliance !== 'open' && compliance !== 'none';
  const decidedOn = daysAfter(FIRST_DAY, random.integer(0, hasOutcome ? DECISION_DAYS : 365));
  const receivedOn = daysAfter(decidedOn, -random.integer(10, 200));
  const reference = nextReference(receivedOn);
  const finding =
    remedy === null
      ? {}
      : { finding: { injustice: remedy !== 'none' || random.integer(0, 1) === 1, remedy } };
  const made = compliance === 'none' ? [] : recommendations(random, decidedOn);
  return {
    reference,
    received: { authority, subject: random.pick(SUBJECTS), receivedOn },
    decision: { outcome, decidedOn, ...finding },
    recommendations: made,
    checks: hasOutcome
      ? made.map((one, index) => check(random, one, index === 0 ? compliance : 'complied'))
      : [],
  };
}

function recommendations(
  random: SeededRandom,
  decidedOn: LocalDate,
): CaseHistory['recommendations'][number][] {
  return random
    .shuffled(RECOMMENDATIONS)
    .slice(0, random.integer(1, 2))
    .map((recommendation, index) => ({
      recommendation: `r${index + 1}`,
      ...recommendation,
      dueOn: daysAfter(decidedOn, random.integer(28, 84)),
    }));
}

function check(
  random: SeededRandom,
  { recommendation, dueOn }: { recommendation: string; dueOn: LocalDate },
  compliance: Compliance,
): CaseHistory['checks'][number] {
  if (compliance === 'not-complied') {
    const checkedOn = earlier(daysAfter(dueOn, random.integer(14, 60)), LAST_DAY);
    return { recommendation, result: 'not-complied', checkedOn };
  }
  const actionOn = daysAfter(
    dueOn,
    compliance === 'complied-late' ? random.integer(1, 30) : -random.integer(0, 14),
  );
  const checkedOn = earlier(daysAfter(actionOn, random.integer(0, 40)), LAST_DAY);
  return { recommendation, result: 'complied', actionOn, checkedOn };
}

function earlier(one: LocalDate, other: LocalDate): LocalDate {
  return one < other ? one : other;
}

/** Gives case references in order. Their first two digits are the year the case was opened, as the ombudsman's are. */
export function referenceCounter(): (receivedOn: LocalDate) => CaseReference {
  const last = new Map<string, number>();
  return (receivedOn) => {
    const opened = receivedOn >= FIRST_DAY ? '19' : '18';
    const number = (last.get(opened) ?? 0) + 1;
    last.set(opened, number);
    return CaseReferenceSchema.parse(opened + String(number).padStart(6, '0'));
  };
}
