import { AuthorityCodeSchema } from '../../authorities/authority-code.js';
import {
  BLABY,
  day,
  decided,
  describeRefusals,
  given,
  received,
  REFERENCE,
  refusalOf,
} from '../../../test/support/complaints.js';
import type { ReceiveComplaint } from './receipt.decide.js';

const receive = (over: Partial<ReceiveComplaint> = {}): ReceiveComplaint => ({
  type: 'ReceiveComplaint',
  reference: REFERENCE,
  authority: BLABY.code,
  subject: 'Housing',
  receivedOn: day('2019-05-01'),
  ...over,
});

describe('receiving a complaint', () => {
  it('records the complaint that came in', () => {
    expect(given([]).when(receive())).toEqual([received()]);
  });

  it('changes nothing when the same complaint comes again', () => {
    expect(given([received(), decided('not-upheld')]).when(receive())).toEqual([]);
  });

  it.each([
    ['subject', { subject: 'Planning' }],
    ['date', { receivedOn: day('2019-05-02') }],
    ['authority', { authority: AuthorityCodeSchema.parse('E10000034') }],
  ])('refuses a reference used twice with another %s', (_, over) => {
    expect(refusalOf(() => given([received()]).when(receive(over)))).toEqual({
      code: 'reference-in-use',
      field: 'reference',
    });
  });

  it('takes a complaint received today', () => {
    expect(given([]).when(receive({ receivedOn: day('2020-04-20') }))).toHaveLength(1);
  });

  it('refuses a complaint of a mistyped year, and takes one of the ombudsman’s first day', () => {
    const refused = refusalOf(() => given([]).when(receive({ receivedOn: day('0219-10-02') })));
    expect(refused).toEqual({ code: 'received-before-the-ombudsman', field: 'receivedOn' });
    expect(given([]).when(receive({ receivedOn: day('1974-04-01') }))).toHaveLength(1);
  });
});

describeRefusals('ReceiveComplaint', {
  'reference-in-use': {
    field: 'reference',
    when: () => given([received()]).when(receive({ subject: 'Planning' })),
  },
  'unknown-authority': {
    field: 'authority',
    when: () => given([], { authorities: [] }).when(receive()),
  },
  'received-in-the-future': {
    field: 'receivedOn',
    when: () => given([]).when(receive({ receivedOn: day('2020-04-21') })),
  },
  'received-before-the-ombudsman': {
    field: 'receivedOn',
    when: () => given([]).when(receive({ receivedOn: day('1974-03-31') })),
  },
});
