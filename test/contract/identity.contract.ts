import { all, type Opened, type Subject } from './event-store.contract.js';
import { sampleEvents } from '../support/sample-events.js';

export function identityContract(open: () => Promise<Opened>, { store, stream }: Subject): void {
  const opened: Opened[] = [];
  const openAnother = async (): Promise<Opened> => {
    const another = await open();
    opened.push(another);
    return another;
  };
  afterAll(() => Promise.all(opened.map(({ close }) => close())));

  describe('the name of the log', () => {
    it('is the same whenever it is asked for, whatever is appended', async () => {
      const name = await store().identity();
      await store().append(stream('named'), 'no-stream', sampleEvents(1));
      expect(await store().identity()).toBe(name);
    });

    it('is another for another log', async () => {
      const { store: other } = await openAnother();
      expect(await other.identity()).not.toBe(await store().identity());
    });

    it('is the same for all who ask first at once, and for those who come when they are gone', async () => {
      const { store: first, again } = await openAnother();
      const others = Array.from({ length: 7 }, () => again?.() ?? first);
      const names = await Promise.all([first, ...others].map((one) => one.identity()));
      expect(new Set(names).size).toBe(1);
      if (again === undefined) return;
      await Promise.all([first, ...others].map((one) => one.close()));
      expect(await again().identity()).toBe(names[0]);
    });

    it('is no part of the log: asking stores no event', async () => {
      const { store: other } = await openAnother();
      const name = stream('unnamed');
      const { position } = await other.append(name, 'no-stream', sampleEvents(1));
      await other.identity();
      expect(await other.head()).toBe(position);
      expect((await all(other.readAll())).map((event) => event.stream)).toEqual([name]);
    });
  });
}
