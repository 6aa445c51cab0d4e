import type { Authority } from '../../src/authorities/authority.js';
import type { CaseHistory } from '../../src/complaints/import/case-history.js';
import { referenceCounter, syntheticCases } from '../../src/demo/synthetic-cases.js';

/** Cases of one council in one block. The kinds are in about the proportions of a year of all councils. */
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

/** Events of a case, on average. */
export const EVENTS_PER_CASE = 2.67;

/** Endless synthetic cases of 2019-20, one block for each council in turn. There are references for 900,000. */
export function* benchCases(register: readonly Authority[]): Generator<CaseHistory, never> {
  const councils = register.filter(
    ({ existsFrom, abolishedOn }) => existsFrom === null && abolishedOn === null,
  );
  const nextReference = referenceCounter();
  for (;;) {
    for (const { code } of councils) yield* syntheticCases(code, BLOCK, nextReference);
  }
}

/** The next `count` items of an iterator; fewer if it ends before. */
export function take<Item>(count: number, items: Iterator<Item>): Item[] {
  const first: Item[] = [];
  while (first.length < count) {
    const next = items.next();
    if (next.done === true) break;
    first.push(next.value);
  }
  return first;
}
