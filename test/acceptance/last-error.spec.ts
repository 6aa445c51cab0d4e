import { noteLastError } from '../../src/projections/checkpoint.js';
import { projectionStatus } from '../../src/projections/status/projection-status.js';
import { upheldCommand } from '../support/command-line.js';
import { ready } from '../support/health.js';
import { consumerOf, runUpheld, type RunningUpheld } from '../support/running-upheld.js';

const ERROR = 'Error: the disk is full';

let running: RunningUpheld;
beforeAll(async () => {
  // No process projects here, so that no page clears the error.
  running = await runUpheld({ projecting: false });
});
afterAll(() => running.close());

const note = (error: string | null) => noteLastError('statistics', error, running.upheld.database);
/** The last error as the status shows it. */
const known = async () => {
  const { lastError } = await projectionStatus(consumerOf(running.upheld, 'statistics'), running.upheld);
  return { error: lastError?.error ?? '', at: lastError?.at ?? '' };
};
const status = async (...options: string[]) => {
  const { databaseUrl } = running.upheld;
  const ran = await upheldCommand(['projections', 'status', ...options], { DATABASE_URL: databaseUrl });
  expect(ran).toMatchObject({ code: 0 });
  return ran.stdout;
};

describe('the last error of a projection', () => {
  it('is in the health report until the projection succeeds, without credentials, and does not make it unready', async () => {
    await note(`${ERROR} (postgres://upheld:hunter2@127.0.0.1/upheld)`);
    const { projections } = await ready(running);
    const shown = { error: `${ERROR} (postgres://…@127.0.0.1/upheld)`, at: (await known()).at };
    expect(projections).toMatchObject([{ state: 'live', stoppedBy: null, lastError: shown }]);
    await note(null);
    expect((await ready(running)).projections).toMatchObject([{ lastError: null }]);
  });

  it('is shown to the operator at the command line until the projection succeeds', async () => {
    expect(await status()).not.toContain('last error');
    await note(ERROR);
    const lastError = await known();
    expect(lastError.error).toBe(ERROR);
    expect(await status()).toContain(`\n  last error (${lastError.at}): ${ERROR}\n`);
    expect(JSON.parse(await status('--json'))).toMatchObject({ projections: [{ lastError }] });
    await note(null);
    expect(await status()).not.toContain('last error');
  });
});
