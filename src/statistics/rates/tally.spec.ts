import { factsOf } from '../../../test/support/case-facts.js';
import {
  checked,
  complaint,
  decided,
  found,
  received,
  upheldWith,
} from '../../../test/support/complaints.js';
import type { ComplaintEvent } from '../../complaints/complaint.events.js';
import { contributionsOf } from './tally.js';

const countedUnder = (...history: ComplaintEvent[]) =>
  contributionsOf(factsOf(complaint(history))).map(({ year, measure }) => `${year} ${measure}`);

describe('where a case counts', () => {
  it('is nowhere before it is decided', () => {
    expect(countedUnder(received())).toEqual([]);
  });

  it('is the year of the decision date, not the year of its reference or of its receipt', () => {
    expect(countedUnder(received(), decided('not-upheld', '2020-04-01'))).toEqual(['2020-21 not-upheld']);
    expect(countedUnder(received(), decided('not-upheld', '2020-03-31'))).toEqual(['2019-20 not-upheld']);
  });

  it('is under upheld also where there was no injustice', () => {
    expect(countedUnder(received(), decided('upheld'), found('none'))).toEqual(['2019-20 upheld']);
  });

  it('is under upheld and satisfactory remedy where the council had put things right before', () => {
    const history = [received(), decided('upheld'), found('already-provided')];
    expect(countedUnder(...history)).toEqual(['2019-20 upheld', '2019-20 satisfactory-remedy']);
  });

  it('is once under compliance, however many recommendations it has', () => {
    const checks = ['r1', 'r2', 'r3'].map((id) => checked(id, '2019-11-01'));
    expect(countedUnder(...upheldWith(3), ...checks)).toEqual(['2019-20 upheld', '2019-20 complied']);
  });

  it('is under compliance in the year of the outcome, which may be another than that of the decision', () => {
    expect(countedUnder(...upheldWith(1), checked('r1', '2019-11-01', '2020-04-01'))).toEqual([
      '2019-20 upheld',
      '2020-21 complied',
    ]);
  });

  it('moves to the later year when a not-complied is cured there', () => {
    const unmet = [...upheldWith(1), checked('r1', null, '2020-03-31')];
    expect(countedUnder(...unmet)).toContain('2019-20 not-complied');
    const cured = countedUnder(...unmet, checked('r1', '2020-04-02', '2020-04-03'));
    expect(cured).toEqual(['2019-20 upheld', '2020-21 complied-late']);
  });
});
