import { PROBLEM_MEDIA_TYPE } from '../../src/platform/http/problem.js';
import { deadLetterOf } from '../../src/projections/dead-letter.js';
import { COMPLIED, RECOMMENDATION, UPHELD } from '../support/http-cases.js';
import { until } from '../support/projections.js';
import { runUpheld, type RunningUpheld } from '../support/running-upheld.js';
import { arranged } from '../support/visits.js';

const COMPLAINT = {
  reference: '19007429',
  authority: 'E07000129',
  subject: 'Housing',
  receivedOn: '2019-06-14',
};
const PROBLEM = {
  type: 'urn:upheld:problem:unknown-event',
  title: 'Unknown event',
  status: 503,
  detail: 'complaint-19007429@1 is a DecisionRecorded@2, which this version does not know',
  correlationId: expect.any(String) as string,
};

let running: RunningUpheld;
beforeAll(async () => {
  running = await runUpheld();
  await running.post('/complaints', COMPLAINT);
  await running.upheld.caughtUp();
});
afterAll(() => running.close());

/** Records an event as a newer program may that runs at the same time. */
function recordNewer() {
  const data = { outcome: 'upheld', decidedOn: '2019-10-02', decidedBy: 'panel' };
  const newer = arranged(2, data, { type: 'DecisionRecorded' });
  return running.upheld.store.append('complaint-19007429', 'any', [newer]);
}

it('refuses every request on a case with an event of a newer program, and stores nothing', async () => {
  const { position } = await recordNewer();
  const head = await running.upheld.store.head();
  const queries = ['', '/history', '/recommendations/r1'].map((path) =>
    fetch(`${running.url}/v1/complaints/19007429${path}`),
  );
  const commands = Object.entries({
    '': COMPLAINT,
    '/19007429/decisions': UPHELD,
    '/19007429/recommendations': RECOMMENDATION,
    '/19007429/recommendations/r1/checks': COMPLIED,
  }).map(([path, body]) =>
    fetch(`${running.url}/v1/complaints${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
  const answers = await Promise.all([...queries, ...commands]);
  for (const answer of answers) {
    expect([answer.url, answer.status]).toEqual([answer.url, 503]);
    expect(answer.headers.get('content-type')).toBe(PROBLEM_MEDIA_TYPE);
    // A retry would not help.
    expect(answer.headers.get('retry-after')).toBeNull();
    expect(await answer.json()).toEqual(PROBLEM);
  }
  expect(await running.upheld.store.head()).toBe(head);

  // The figures before the event are still answered. A request that waits for it gets the reason for the stop.
  await until(async () => (await deadLetterOf('statistics', running.upheld.database)) !== null);
  expect(await running.get('/authorities/E07000129/statistics/2019-20')).toMatchObject({ status: 200 });
  expect(
    await running.get(`/authorities/E07000129/statistics/2019-20?after=${String(position)}`),
  ).toMatchObject({
    status: 503,
    body: {
      type: 'urn:upheld:problem:projection-stopped',
      detail: expect.stringContaining('complaint-19007429@1') as unknown,
    },
  });
});
