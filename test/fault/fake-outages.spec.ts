import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { eventually, fakeOfTests, newEvent } from '../support/fake-eventstoredb/fake-of-tests.js';
import { collectMessages } from '../support/fake-eventstoredb/collect-messages.js';

const { fake, client, append, countOf } = fakeOfTests();

describe('the fake EventStoreDB', () => {
  it('refuses connections, and accepts them again on the same port', async () => {
    const { port } = fake().endpoint;
    await fake().refuseConnections();
    await expect(append('refused')).rejects.toMatchObject({ code: 14 });
    await fake().acceptConnections();
    expect(fake().endpoint.port).toBe(port);
    await eventually(() => append('refused'));
  });

  it('is found by gossip', async () => {
    const discovering = EventStoreDBClient.connectionString(fake().discoverUrl);
    await append('found', discovering);
    expect(await countOf('found')).toBe(1);
    await discovering.dispose();
  });

  it('behaves during an outage as the real server did, and keeps its events', async () => {
    let acknowledged = 0;
    const writing = (async () => {
      for (;;) {
        await append('kept');
        acknowledged += 1;
      }
    })();
    const collected = collectMessages(client().subscribeToAll(), 800);
    await eventually(async () => {
      await pause(1);
      expect(acknowledged).toBeGreaterThan(10);
    });
    const stopping = fake().stop();
    // The client's own error for the append under way, and a plain one for later ones.
    await expect(writing).rejects.toMatchObject({ type: 'unavailable', code: 14 });
    const refused: unknown = await append('kept').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 14 });
    expect(refused).not.toHaveProperty('type');
    expect(refused).toBeInstanceOf(Error);
    await stopping;
    await fake().restart();
    expect(await collected).toMatchObject({ ends: ['unavailable'] });
    const kept = await eventually(() => countOf('kept'));
    expect(kept).toBeGreaterThanOrEqual(acknowledged);
    await eventually(() => append('kept'));
    expect(await countOf('kept')).toBe(kept + 1);
  });

  it('does not remember ids appended at any revision after a restart', async () => {
    const event = newEvent();
    await client().appendToStream('any', event);
    await client().appendToStream('any', event);
    expect(await countOf('any')).toBe(1);
    await fake().stop();
    await fake().restart();
    await eventually(() => client().appendToStream('any', event));
    expect(await countOf('any')).toBe(2);
  });
});
