import type { EventWithoutMetadata } from '../event-store/event-store.js';
import { Unavailable } from '../platform/errors.js';
import { writeUntilPoison } from './poison-event.js';

const page = Array.from({ length: 64 }, (_, revision) => ({ revision }) as EventWithoutMetadata);

/** A table that stores a page of events completely or not at all, and refuses pages with a poison event. */
function table(fault: (revision: number) => boolean) {
  const written: number[] = [];
  let attempts = 0;
  const write = (events: readonly EventWithoutMetadata[]) => {
    attempts += 1;
    const revisions = events.map(({ revision }) => revision);
    const bad = revisions.find(fault);
    if (bad !== undefined) return Promise.reject(new Error(`not ${bad}`));
    written.push(...revisions);
    return Promise.resolve();
  };
  return { write, written, attempts: () => attempts };
}

describe('writing a page up to its first poison event', () => {
  it.each([0, 1, 31, 32, 63])(
    'writes what stands before event %i and nothing after it, in few attempts',
    async (place) => {
      const { write, written, attempts } = table((revision) => revision === place);
      const poison = await writeUntilPoison(page, write);
      expect(poison).toMatchObject({ event: { revision: place }, error: { message: `not ${place}` } });
      expect(written).toEqual(page.slice(0, place).map(({ revision }) => revision));
      // Three at the whole page, then two at most for each time it is halved.
      expect(attempts()).toBeLessThanOrEqual(3 + 2 * 6);
    },
  );

  it('finds the first of several poison events', async () => {
    const { write, written } = table((revision) => revision === 40 || revision === 9);
    expect((await writeUntilPoison(page, write))?.event.revision).toBe(9);
    expect(written).toHaveLength(9);
  });

  it('writes every event once when the fault is over before it is found', async () => {
    let faults = 4;
    const { write, written } = table(() => faults > 0 && faults-- > 0);
    expect(await writeUntilPoison(page, write)).toBeNull();
    expect(written).toEqual(page.map(({ revision }) => revision));
  });

  it('blames no event for a server that does not answer', async () => {
    const write = () => Promise.reject(new Unavailable('event-store-unavailable', 'no'));
    await expect(writeUntilPoison(page, write)).rejects.toBeInstanceOf(Unavailable);
  });
});
