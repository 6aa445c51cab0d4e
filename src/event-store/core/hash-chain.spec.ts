import { sampleEvents } from '../../../test/support/sample-events.js';
import type { NewEvent, RecordedEvent } from '../event-store.js';
import { canonicalEvent, chainEvents, verifyChain } from './hash-chain.js';
import { position } from '../position.js';

const STREAM = 'complaint-19007429';

const RECEIVED: NewEvent = {
  id: '3f6b1c2e-0d4a-4b57-9a41-5d2f8c7e9b10',
  type: 'ComplaintReceived',
  version: 1,
  data: { reference: '19007429', subject: 'Café: a “late” reply', receivedOn: '2019-06-14' },
  metadata: {
    actor: { id: 'cw-7', role: 'caseworker' },
    recordedAt: '2019-06-14T09:30:00.000Z',
    correlationId: 'c-1',
    causationId: 'c-1',
    command: { id: 'c-1', contentHash: '00ff' },
  },
};

const DECIDED: NewEvent = {
  id: 'a8e04d7b-93c5-4f0e-8f26-1b7d3e5c6a94',
  type: 'DecisionRecorded',
  version: 2,
  data: { decidedOn: '2019-08-01', 9: {}, 10: [1.5, -0.00001, 1e21] },
  metadata: {
    actor: { id: 'cw-7', role: 'caseworker' },
    recordedAt: '2019-08-01T10:00:00.000Z',
    correlationId: 'c-2',
    causationId: 'c-2',
    command: { id: 'c-2', contentHash: '11ee' },
  },
};

/** Computed with `sha256sum` from canonical JSON that was written by hand. */
const GOLDEN = [
  '655362060cae45f111d80e92325d841364492344bfd300ba07ea71d79d47144b',
  '0c898d7739a7c8ad1ea6f1b254be304150bb5a09173cea262c0f221c2ce17fee',
];

describe('the hash chain', () => {
  it('computes hashes that other tools can recompute', () => {
    expect(hashes(0, null, [RECEIVED, DECIDED])).toEqual(GOLDEN);
  });

  it('chains to the event before, whether events are appended one by one or together', () => {
    expect(hashes(1, GOLDEN[0] ?? '', [DECIDED])).toEqual([GOLDEN[1]]);
  });

  it('holds for a stream as recorded, and for no events', () => {
    expect(verifyChain(recorded(sampleEvents(5)))).toBeUndefined();
    expect(verifyChain([])).toBeUndefined();
  });

  it.each<[string, Partial<RecordedEvent>]>([
    ['data', { data: { number: 3 } }],
    ['metadata', { metadata: { ...RECEIVED.metadata, actor: { id: 'cw-8', role: 'caseworker' } } }],
    ['type', { type: 'RecommendationWithdrawn' }],
    ['version of the type', { version: 2 }],
    ['id', { id: RECEIVED.id }],
    ['stream', { stream: 'complaint-19007430' }],
    ['hash', { hash: GOLDEN[0] ?? '' }],
  ])('names the first event whose %s was changed', (_, change) => {
    const events = recorded(sampleEvents(5));
    const broken = events.map((event) => (event.revision === 2 ? { ...event, ...change } : event));
    expect(verifyChain(broken)).toMatchObject({ revision: 2, reason: 'hash', position: 20n });
  });

  it.each([
    ['a number too large', '{"number":1e400}'],
    ['half of a surrogate pair', '{"text":"\\ud800"}'],
    ['nesting too deep', `{"list":${'['.repeat(65)}${']'.repeat(65)}}`],
  ])('names the first event that was changed to contain %s, which no append accepts', (_, json) => {
    const data = JSON.parse(json) as RecordedEvent['data'];
    const broken = recorded(sampleEvents(3)).map((event) =>
      event.revision === 1 ? { ...event, data } : event,
    );
    expect(verifyChain(broken)).toMatchObject({ revision: 1, reason: 'hash', position: 10n });
  });

  it('names the event after one that was changed together with its own hash', () => {
    const events = recorded(sampleEvents(5));
    const forged = recorded(sampleEvents(5));
    const broken = events.map((event) => (event.revision === 2 ? (forged[2] ?? event) : event));
    expect(verifyChain(broken)).toMatchObject({ revision: 2, reason: 'hash' });
    const rechained = [...events.slice(0, 2), ...forgedFrom(events)];
    expect(verifyChain(rechained)).toMatchObject({ revision: 3, reason: 'hash' });
  });

  it('names the event after a missing one, also at the beginning', () => {
    const events = recorded(sampleEvents(5));
    expect(verifyChain(events.filter(({ revision }) => revision !== 2))).toMatchObject({
      revision: 3,
      reason: 'gap',
    });
    expect(verifyChain(events.slice(1))).toMatchObject({ revision: 1, reason: 'gap' });
  });
});

function hashes(first: number, previous: string | null, events: readonly NewEvent[]): string[] {
  const canonical = events.map((event) => ({ canonical: canonicalEvent(event) }));
  return chainEvents(STREAM, first, previous, canonical).map(({ hash }) => hash);
}

function recorded(events: readonly NewEvent[]): RecordedEvent[] {
  const chain = hashes(0, null, events);
  return events.map((event, revision) => ({
    ...event,
    stream: STREAM,
    revision,
    position: position(BigInt(revision * 10)),
    storedAt: '2019-06-14T09:30:00.000Z',
    hash: chain[revision] ?? '',
  }));
}

/** The stream from revision 2, with that one event replaced and hashed again, and the others unchanged. */
function forgedFrom(events: readonly RecordedEvent[]): RecordedEvent[] {
  return events.slice(2).map((event) => {
    if (event.revision > 2) return event;
    const forged = { ...event, data: { number: 99 } };
    const [hash = ''] = hashes(2, events[1]?.hash ?? null, [forged]);
    return { ...forged, hash };
  });
}
