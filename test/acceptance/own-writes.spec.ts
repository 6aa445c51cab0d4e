import { setTimeout as pause } from 'node:timers/promises';
import { complaint } from '../support/http-cases.js';
import { runUpheld, type RunningUpheld } from '../support/running-upheld.js';

const BLABY = 'E07000129';
/** Much longer than an answer may wait, for a busy machine; in milliseconds. */
const BOUND = 40_000;

let running: RunningUpheld;
beforeAll(async () => {
  running = await runUpheld();
  await running.upheld.caughtUp();
});
afterAll(() => running.close());

const tokenOf = (body: unknown) => (body as { position: string }).position;

/** Runs work while the projector cannot write its pages. */
async function whileProjectorIsBlocked(work: () => Promise<void>): Promise<void> {
  const held = running.upheld.database.createQueryRunner();
  await held.startTransaction();
  await held.query(`select from projection_checkpoint where projection = 'statistics' for update`);
  try {
    await work();
  } finally {
    await held.rollbackTransaction();
    await held.release();
  }
}

describe('reading one’s own writes', () => {
  it('gives at once an answer that includes the command', async () => {
    for (let number = 1; number <= 25; number += 1) {
      const reference = `17${String(number).padStart(6, '0')}`;
      await running.post('/complaints', complaint(reference, { receivedOn: '2021-05-01' }));
      const decision = { outcome: 'not-upheld', decidedOn: '2021-06-01' };
      const { body } = await running.post(`/complaints/${reference}/decisions`, decision);
      const { body: statistics } = await running.get(
        `/authorities/${BLABY}/statistics/2021-22?after=${tokenOf(body)}`,
      );
      expect(statistics).toMatchObject({ upheld: { of: number } });
    }
  });

  it('refuses a token that no command of this log can have answered', async () => {
    const { status } = await running.get('/statistics/2019-20?after=999999999');
    expect(status).toBe(409);
  });

  it('refuses a token that is too large for any log', async () => {
    const { status, body } = await running.get(`/statistics/2019-20?after=${2n ** 63n}`);
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ parameter: 'after' }] });
  });

  it('also waits for the position of ?asAt=', async () => {
    let answer: Promise<{ status: number; body: unknown }> | undefined;
    let token = '';
    await whileProjectorIsBlocked(async () => {
      token = tokenOf((await running.post('/complaints', complaint('18000003'))).body);
      answer = running.get(`/statistics/2019-20?asAt=${token}`);
      // Longer than the time for an answer that does not wait.
      await pause(300);
    });
    expect(await answer).toMatchObject({ status: 200, body: { basis: { position: token } } });
  });

  it.each([
    ['one council', `/v1/authorities/${BLABY}/statistics/2019-20`, '18000001'],
    ['all councils', '/v1/statistics/2019-20', '18000002'],
  ])(
    'waits for the statistics of %s for a limited time, then says which position they have reached',
    async (_, path, reference) => {
      await running.upheld.caughtUp();
      const before = String(await running.upheld.store.head());
      let url = '';
      await whileProjectorIsBlocked(async () => {
        const { status, body } = await running.post('/complaints', complaint(reference));
        expect(status).toBe(201);
        url = `${running.url}${path}?after=${tokenOf(body)}`;
        const answer = await fetch(url, { signal: AbortSignal.timeout(BOUND) });
        expect(answer.status).toBe(503);
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
        expect(await answer.json()).toMatchObject({
          type: 'urn:upheld:problem:projection-behind',
          detail: `statistics is at ${before}, not yet at ${tokenOf(body)}`,
        });
        // Without a position the answer does not wait.
        expect(await running.get(path.replace('/v1', ''))).toMatchObject({
          status: 200,
          body: { basis: { position: before } },
        });
      });
      const answer = await fetch(url, { signal: AbortSignal.timeout(BOUND) });
      expect(answer.status).toBe(200);
      const { basis } = (await answer.json()) as { basis: { position: string } };
      expect(BigInt(basis.position)).toBeGreaterThan(BigInt(before));
    },
    BOUND * 2,
  );
});
