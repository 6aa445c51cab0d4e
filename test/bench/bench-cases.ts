import type { Authority } from '../../src/authorities/authority.js';
import type { CaseHistory } from '../../src/complaints/import/case-history.js';
import { referenceCounter, syntheticCases } from '../../src/demo/synthetic-cases.js';

/** Cases of one council at a time: as many of each kind as a year of all councils has, near enough. */
const BLOCK = {
  upheld: 20,
  notUpheld: 15,
  satisfactoryRemedies: 3,
  complied: 12,
  compliedLate: 2,
  notComplied: 1,
  others: {
    'invalid-or-incomplete': 12,
    'advice-given': 13,
    'referred-back': 25,
    'closed-after-initial-enquiries': 15,
  },
};

/** Events a case leads to on average; tells how many cases make so many events. */
export const EVENTS_PER_CASE = 2.67;

/** Synthetic cases of 2019-20 without end (references last for 900,000), each council in its turn. */
export function* benchCases(register: readonly Authority[]): Generator<CaseHistory, never> {
  const councils = register.filter(
    ({ existsFrom, abolishedOn }) => existsFrom === null && abolishedOn === null,
  );
  const nextReference = referenceCounter();
  for (;;) {
    for (const { code } of councils) yield* syntheticCases(code, BLOCK, nextReference);
  }
}

/** The next so many of a sequence. */
export function take<Item>(count: number, items: Iterator<Item>): Item[] {
  const taken: Item[] = [];
  while (taken.length < count) {
    const next = items.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}
