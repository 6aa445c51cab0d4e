import { METADATA } from '../../../test/support/sample-events.js';
import type { RecordedEvent } from '../event-store.js';
import { position } from '../position.js';
import { ChainHeads } from './chain-heads.js';

const read = (revision: number, hash: string): RecordedEvent => ({
  id: '3f6b1c2e-0d4a-4b57-9a41-5d2f8c7e9b10',
  type: 'ComplaintReceived',
  version: 1,
  data: {},
  metadata: METADATA,
  stream: 'case',
  revision,
  position: position(BigInt(revision)),
  storedAt: '2019-06-14T09:30:00.000Z',
  hash,
});

describe('the last events of streams that are remembered', () => {
  let heads: ChainHeads;
  beforeEach(() => {
    heads = new ChainHeads();
    heads.learn(read(1, 'first'));
  });

  it('give way to a later one', () => {
    heads.learn(read(2, 'later'));
    expect(heads.get('case')).toEqual({ revision: 2, hash: 'later' });
  });

  it('give way to another at the same place, which was written after the server was restored', () => {
    heads.learn(read(1, 'fresh'));
    expect(heads.get('case')).toEqual({ revision: 1, hash: 'fresh' });
  });

  it('do not give way to an earlier one', () => {
    heads.learn(read(0, 'earlier'));
    expect(heads.get('case')).toEqual({ revision: 1, hash: 'first' });
  });
});
