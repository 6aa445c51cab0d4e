import { Caseworker } from './caseworker.js';
import { until } from './projections.js';

export const STATISTICS = '/v1/authorities/E07000129/statistics/2019-20';
/** How long all of them may take for what is waited for, in milliseconds. */
const AT_MOST = 60_000;

/** Several caseworkers at work at the same time. */
export class Caseworkers {
  private readonly workers: Caseworker[] = [];
  private readonly stopped = new AbortController();
  private readonly working: Promise<void>[] = [];

  /** @param server of a caseworker, by its number; a test may change it. */
  constructor(
    count: number,
    server: (number: number) => string,
    private readonly serversMayEnd = false,
  ) {
    for (let number = 0; number < count; number += 1) this.join(() => server(number));
  }

  /** Has one more begin, with a command; there may be ten in all. */
  join(server: () => string): Caseworker {
    const worker = new Caseworker(this.workers.length, server, this.serversMayEnd);
    this.workers.push(worker);
    const work = worker.workUntil(this.stopped.signal);
    // Told where it is awaited.
    work.catch(() => undefined);
    this.working.push(work);
    return worker;
  }

  get all(): readonly Caseworker[] {
    return this.workers;
  }

  /** The cases they recorded. */
  get references(): string[] {
    return this.all.flatMap(({ references }) => references);
  }

  /** The greatest position that any of them was answered. */
  get position(): bigint {
    const positions = this.all
      .flatMap(({ acknowledged }) => acknowledged)
      .map(({ answer }) => BigInt((answer as { position: string }).position));
    return positions.reduce((one, other) => (other > one ? other : one), 0n);
  }

  /** Waits until each of them has recorded so many cases more. */
  async recordMore(cases: number): Promise<void> {
    const before = new Map(this.all.map((worker) => [worker, worker.references.length]));
    await this.each((worker) => worker.references.length >= (before.get(worker) ?? 0) + cases);
  }

  /** Waits until something is so of each of them; what goes wrong with one ends the wait. */
  async each(so: (worker: Caseworker) => boolean): Promise<void> {
    const ended = Promise.all(this.working).then(() => {
      throw new Error('the caseworkers have stopped');
    });
    await Promise.race([until(() => this.all.every(so), AT_MOST), ended]);
  }

  /** Has them finish their cases. @throws what went wrong with one of them. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await Promise.all(this.working);
  }

  /**
   * Looks whether all that was acknowledged is there, once, and counted once, and whether a repeat is answered as
   * the first time was.
   */
  async expectEverythingOnce(): Promise<void> {
    const [asking] = this.all;
    for (const worker of this.all) expect(await worker.repeatAll()).toEqual([]);
    const { references } = this;
    for (const reference of references) {
      const history = await asking?.query(`/v1/complaints/${reference}/history`);
      expect(history).toMatchObject({
        events: [{ type: 'ComplaintReceived' }, { type: 'DecisionRecorded' }],
      });
    }
    expect(await asking?.query(`${STATISTICS}?after=${this.position}`)).toMatchObject({
      upheld: { count: 0, of: references.length },
      decided: { 'not-upheld': references.length },
    });
  }
}
