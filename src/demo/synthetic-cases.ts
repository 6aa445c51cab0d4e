import type { AuthorityCode } from '../authorities/authority-code.js';
import { CaseReferenceSchema, type CaseReference } from '../complaints/case-reference.js';
import { DECISION_OUTCOMES, type DecisionOutcome, type Remedy } from '../complaints/complaint.events.js';
import type { CaseHistory } from '../complaints/import/case-history.js';
import { daysAfter, localDate, type LocalDate } from '../platform/local-date.js';
import { Draw } from './draw.js';
import type { Figures } from './synthetic-figures.js';

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
/** Days of the year into which compliance cases are decided, so that their outcome still falls in it. */
const DECIDED_EARLY = 180;

type Kind = 'complied' | 'complied-late' | 'not-complied' | 'open' | 'none';

/** The synthetic cases of one council that have exactly the figures given, in reporting year 2019-20. */
export function* syntheticCases(
  authority: AuthorityCode,
  figures: Figures,
  nextReference: (receivedOn: LocalDate) => CaseReference,
): Generator<CaseHistory> {
  const draw = new Draw(`upheld synthetic 2019-20 cases of ${authority}`);
  const { upheld, satisfactoryRemedies, complied, compliedLate, notComplied } = figures;
  const recommended = upheld - satisfactoryRemedies;
  const kinds: Kind[] = [
    ...repeat('complied' as const, complied),
    ...repeat('complied-late' as const, compliedLate),
    ...repeat('not-complied' as const, notComplied),
  ];
  // What is upheld beyond that has recommendations not yet due, or needed none.
  while (kinds.length < recommended) kinds.push(draw.between(1, 4) === 1 ? 'none' : 'open');
  const make = (outcome: DecisionOutcome, remedy: Remedy | null, kind: Kind) =>
    syntheticCase({ draw, authority, outcome, remedy, kind, nextReference });
  for (const kind of kinds) yield make('upheld', kind === 'none' ? 'none' : 'recommended', kind);
  for (let n = 0; n < satisfactoryRemedies; n += 1) yield make('upheld', 'already-provided', 'none');
  for (let n = 0; n < figures.notUpheld; n += 1) yield make('not-upheld', null, 'none');
  for (const outcome of DECISION_OUTCOMES) {
    for (let n = 0; n < (figures.others[outcome] ?? 0); n += 1) yield make(outcome, null, 'none');
  }
}

function repeat<Item>(item: Item, times: number): Item[] {
  return Array.from({ length: times }, () => item);
}

type Sketch = Readonly<{
  draw: Draw;
  authority: AuthorityCode;
  outcome: DecisionOutcome;
  remedy: Remedy | null;
  kind: Kind;
  nextReference: (receivedOn: LocalDate) => CaseReference;
}>;

function syntheticCase({ draw, authority, outcome, remedy, kind, nextReference }: Sketch): CaseHistory {
  const checkedInYear = kind !== 'open' && kind !== 'none';
  const decidedOn = daysAfter(FIRST_DAY, draw.between(0, checkedInYear ? DECIDED_EARLY : 365));
  const receivedOn = daysAfter(decidedOn, -draw.between(10, 200));
  const reference = nextReference(receivedOn);
  const finding =
    remedy === null ? {} : { finding: { injustice: remedy !== 'none' || draw.between(0, 1) === 1, remedy } };
  const made = kind === 'none' ? [] : recommendations(draw, decidedOn);
  return {
    reference,
    received: { authority, subject: draw.of(SUBJECTS), receivedOn },
    decision: { outcome, decidedOn, ...finding },
    recommendations: made,
    checks: checkedInYear ? made.map((one, index) => check(draw, one, index === 0 ? kind : 'complied')) : [],
  };
}

function recommendations(draw: Draw, decidedOn: LocalDate): CaseHistory['recommendations'][number][] {
  return draw
    .shuffled(RECOMMENDATIONS)
    .slice(0, draw.between(1, 2))
    .map((recommendation, index) => ({
      recommendation: `r${index + 1}`,
      ...recommendation,
      dueOn: daysAfter(decidedOn, draw.between(28, 84)),
    }));
}

function check(
  draw: Draw,
  { recommendation, dueOn }: { recommendation: string; dueOn: LocalDate },
  kind: Kind,
): CaseHistory['checks'][number] {
  if (kind === 'not-complied') {
    const checkedOn = earlier(daysAfter(dueOn, draw.between(14, 60)), LAST_DAY);
    return { recommendation, result: 'not-complied', checkedOn };
  }
  const actionOn = daysAfter(dueOn, kind === 'complied-late' ? draw.between(1, 30) : -draw.between(0, 14));
  const checkedOn = earlier(daysAfter(actionOn, draw.between(0, 40)), LAST_DAY);
  return { recommendation, result: 'complied', actionOn, checkedOn };
}

function earlier(one: LocalDate, other: LocalDate): LocalDate {
  return one < other ? one : other;
}

/** Hands out references whose first two digits tell the year a case was opened, as the ombudsman's do. */
export function referenceCounter(): (receivedOn: LocalDate) => CaseReference {
  const last = new Map<string, number>();
  return (receivedOn) => {
    const opened = receivedOn >= FIRST_DAY ? '19' : '18';
    const number = (last.get(opened) ?? 0) + 1;
    last.set(opened, number);
    return CaseReferenceSchema.parse(opened + String(number).padStart(6, '0'));
  };
}
