import { sampleEvent, sampleEvents } from '../../../test/support/sample-events.js';
import { InvalidAppend, RevisionConflict } from '../event-store.errors.js';
import { MemoryEventStore } from './memory-event-store.js';

describe('the in-memory event store', () => {
  it('stamps events by its clock, and never earlier than the event before', async () => {
    const instants = [2_000, 1_000, 3_000];
    const store = new MemoryEventStore(() => instants.shift() ?? 0);
    for (let time = 0; time < 3; time += 1) await store.append('a', 'any', sampleEvents(1));
    const times: string[] = [];
    for await (const { storedAt } of store.readAll()) times.push(storedAt.slice(17));
    expect(times).toEqual(['02.000Z', '02.000Z', '03.000Z']);
  });

  it('refuses an event id that any stream holds', async () => {
    const store = new MemoryEventStore();
    const [known, other] = [sampleEvent(), sampleEvent()];
    await store.append('a', 'no-stream', [known]);
    await expect(store.append('b', 'no-stream', [other, known])).rejects.toBeInstanceOf(InvalidAppend);
    await expect(store.append('a', 0, [known])).rejects.toBeInstanceOf(InvalidAppend);
    expect(await store.append('b', 'no-stream', [other])).toMatchObject({ revision: 0 });
  });

  it('recognises a repeat by its ids when no revision is expected', async () => {
    const store = new MemoryEventStore();
    const events = sampleEvents(2);
    const first = await store.append('a', 'any', events);
    await store.append('a', 'any', sampleEvents(1));
    expect(await store.append('a', 'any', events)).toEqual(first);
    expect(await store.append('a', 'stream-exists', events.slice(1))).toEqual(first);
    const knownThenNew = store.append('a', 'any', [...events.slice(1), sampleEvent()]);
    await expect(knownThenNew).rejects.toBeInstanceOf(RevisionConflict);
  });
});
