import { AuthorityCodeSchema } from '../authorities/authority-code.js';
import { BLABY, complaint, day, received, REFERENCE } from '../../test/support/complaints.js';
import { authoritiesOf, type ComplaintCommand } from './complaint.command.js';

const OTHER = AuthorityCodeSchema.parse('E10000034');
const receive = (authority: typeof OTHER): ComplaintCommand => ({
  type: 'ReceiveComplaint',
  reference: REFERENCE,
  authority,
  subject: 'Housing',
  receivedOn: day('2019-05-01'),
});
const decide: ComplaintCommand = {
  type: 'RecordDecision',
  outcome: 'not-upheld',
  decidedOn: day('2019-09-02'),
};

describe('the bodies a command concerns', () => {
  it('are the body that it names, for a new complaint', () => {
    expect(authoritiesOf(receive(OTHER), null)).toEqual([OTHER]);
  });

  it('are the body complained about, where it names none', () => {
    expect(authoritiesOf(decide, complaint([received()]))).toEqual([BLABY.code]);
    expect(authoritiesOf(decide, null)).toEqual([]);
  });

  it('are both, each once, where it names another than the body complained about', () => {
    expect(authoritiesOf(receive(OTHER), complaint([received()]))).toEqual([BLABY.code, OTHER]);
    expect(authoritiesOf(receive(BLABY.code), complaint([received()]))).toEqual([BLABY.code]);
  });
});
