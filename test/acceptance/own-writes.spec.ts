import { complaint } from '../support/http-cases.js';
import { runUpheld, type RunningUpheld } from '../support/running-upheld.js';

const BLABY = 'E07000129';

let running: RunningUpheld;
beforeAll(async () => {
  running = await runUpheld();
  await running.upheld.caughtUp();
});
afterAll(() => running.close());

const tokenOf = (body: unknown) => (body as { position: string }).position;

describe('reading one’s own writes', () => {
  it('gives an answer that holds what the command did, at once', async () => {
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
});
