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

  describe('the identity of the log', () => {
    it('does not change when events are appended', async () => {
      const identity = await store().identity();
      await store().append(stream('named'), 'no-stream', sampleEvents(1));
      expect(await store().identity()).toBe(identity);
    });

    it('differs between logs', async () => {
      const { store: other } = await openAnother();
      expect(await other.identity()).not.toBe(await store().identity());
    });

    it('is the same for all processes that ask first at the same time, and for later ones', async () => {
      const { store: first, another } = await openAnother();
      const others = Array.from({ length: 7 }, () => another?.() ?? first);
      const identities = await Promise.all([first, ...others].map((one) => one.identity()));
      expect(new Set(identities).size).toBe(1);
      if (another === undefined) return;
      await Promise.all([first, ...others].map((one) => one.close()));
      expect(await another().identity()).toBe(identities[0]);
    });

    it('is not part of the log: asking for it stores no event', async () => {
      const { store: other } = await openAnother();
      const name = stream('unnamed');
      const { position } = await other.append(name, 'no-stream', sampleEvents(1));
      await other.identity();
      expect(await other.head()).toBe(position);
      expect((await all(other.readAll())).map((event) => event.stream)).toEqual([name]);
    });
  });
}
