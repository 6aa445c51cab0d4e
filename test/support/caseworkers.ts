import { Caseworker } from './caseworker.js';
import { until } from './projections.js';

export const STATISTICS = '/v1/authorities/E07000129/statistics/2019-20';
/** The longest wait for a condition that all of them meet, in milliseconds. */
const CONDITION_TIMEOUT_MS = 60_000;

/** Several caseworkers who work at the same time. */
export class Caseworkers {
  private readonly workers: Caseworker[] = [];
  private readonly stopped = new AbortController();
  private readonly working: Promise<void>[] = [];

  /** @param server the URL of the server of a caseworker, by its number; a test may change it. */
  constructor(
    count: number,
    server: (number: number) => string,
    private readonly serversMayEnd = false,
  ) {
    for (let number = 0; number < count; number += 1) this.join(() => server(number));
  }

  /** Adds a caseworker, who begins with a command. There may be ten in all. */
  join(server: () => string): Caseworker {
    const worker = new Caseworker(this.workers.length, server, this.serversMayEnd);
    this.workers.push(worker);
    const work = worker.workUntil(this.stopped.signal);
    // A failure is reported where it is awaited.
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

  /** The greatest position in the answers to any of them. */
  get position(): bigint {
    const positions = this.all
      .flatMap(({ acknowledged }) => acknowledged)
      .map(({ answer }) => BigInt((answer as { position: string }).position));
    return positions.reduce((one, other) => (other > one ? other : one), 0n);
  }

  /** Waits until each of them has recorded this many more cases. */
  async recordMore(cases: number): Promise<void> {
    const before = new Map(this.all.map((worker) => [worker, worker.references.length]));
    await this.untilAll((worker) => worker.references.length >= (before.get(worker) ?? 0) + cases);
  }

  /** Waits until a condition holds for all of them. A failure of one ends the wait. */
  async untilAll(condition: (worker: Caseworker) => boolean): Promise<void> {
    const ended = Promise.all(this.working).then(() => {
      throw new Error('the caseworkers have stopped');
    });
    await Promise.race([until(() => this.all.every(condition), CONDITION_TIMEOUT_MS), ended]);
  }

  /** Lets them finish their cases. @throws the error of one that failed. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await Promise.all(this.working);
  }

  /**
   * Expects that every acknowledged command is stored once and counted once, and that its repeat gets the first answer.
   */
  async expectEverythingOnce(): Promise<void> {
    const [reader] = this.all;
    for (const worker of this.all) expect(await worker.repeatAll()).toEqual([]);
    const { references } = this;
    for (const reference of references) {
      const history = await reader?.query(`/v1/complaints/${reference}/history`);
      expect(history).toMatchObject({
        events: [{ type: 'ComplaintReceived' }, { type: 'DecisionRecorded' }],
      });
    }
    expect(await reader?.query(`${STATISTICS}?after=${this.position}`)).toMatchObject({
      upheld: { count: 0, of: references.length },
      decided: { 'not-upheld': references.length },
    });
  }
}
