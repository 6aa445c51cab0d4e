import { METADATA } from '../../../test/support/sample-events.js';
import type { RecordedEvent } from '../event-store.js';
import { position } from '../position.js';
import { ChainHeads } from './chain-heads.js';

const eventOf = (stream: string, revision: number, hash: string): RecordedEvent => ({
  id: '3f6b1c2e-0d4a-4b57-9a41-5d2f8c7e9b10',
  type: 'ComplaintReceived',
  version: 1,
  data: {},
  metadata: METADATA,
  stream,
  revision,
  position: position(BigInt(revision)),
  storedAt: '2019-06-14T09:30:00.000Z',
  hash,
});

describe('the last known events of streams', () => {
  let heads: ChainHeads;
  beforeEach(() => {
    heads = new ChainHeads(2);
    heads.update(eventOf('case', 1, 'first'));
  });

  it('are replaced by a later event', () => {
    heads.update(eventOf('case', 2, 'later'));
    expect(heads.get('case')).toEqual({ revision: 2, hash: 'later' });
  });

  it('are replaced by another event at the same revision, written after the server was restored', () => {
    heads.update(eventOf('case', 1, 'fresh'));
    expect(heads.get('case')).toEqual({ revision: 1, hash: 'fresh' });
  });

  it('are not replaced by an earlier event', () => {
    heads.update(eventOf('case', 0, 'earlier'));
    expect(heads.get('case')).toEqual({ revision: 1, hash: 'first' });
  });

  it('are bounded: the least recently used is dropped', () => {
    heads.update(eventOf('other', 0, 'other'));
    heads.get('case');
    heads.update(eventOf('third', 0, 'third'));
    expect(heads.get('other')).toBeUndefined();
    expect(heads.get('case')).toEqual({ revision: 1, hash: 'first' });
  });

  it('can be removed', () => {
    heads.forget('case');
    expect(heads.get('case')).toBeUndefined();
  });
});
