import { Client } from 'pg';
import { decision, importsOfTests, numbers, recommendation } from '../support/import-files.js';

const { imported, store, databaseUrl } = importsOfTests();

async function endStagingConnections(): Promise<void> {
  const client = new Client({ connectionString: databaseUrl() });
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'upheld import'`,
  );
  await client.end();
}

describe('an import that is stopped', () => {
  const contents = () => ({
    decisions: numbers(2_000).map((number) => decision(number)),
    recommendations: numbers(2_000).map((number) => recommendation(number)),
  });

  it('stores whole cases, and is completed by the next import', async () => {
    const stop = new AbortController();
    const stopped = await imported(contents(), {
      signal: stop.signal,
      onProgress: (progress) => {
        if (progress.phase === 'recording' && progress.done > 0) stop.abort();
      },
    });
    expect(stopped).toMatchObject({ aborted: true, exitCode: 4 });
    expect(stopped.added).toBeGreaterThan(0);
    expect(stopped.events).toBe(stopped.added * 4);
    expect(await imported(contents())).toMatchObject({
      added: 2_000 - stopped.added,
      unchanged: stopped.added,
      aborted: false,
      exitCode: 0,
    });
  });

  it('stores nothing when it was still reading', async () => {
    const stop = new AbortController();
    const onProgress = () => {
      stop.abort();
    };
    const head = await store().head();
    const result = await imported(contents(), { signal: stop.signal, onProgress });
    expect(result).toMatchObject({ aborted: true, added: 0, files: [{}, { rows: 0 }] });
    expect(result.files[0]?.rows).toBeLessThan(2_000);
    expect(await store().head()).toBe(head);
  });
});

describe('an import whose database connection is lost', () => {
  it('reports that the database is unavailable, and is completed by the next import', async () => {
    const contents = { decisions: numbers(2_000).map((number) => decision(number)) };
    const breaking = imported(contents, {
      onProgress: ({ phase, done }) => {
        if (phase === 'recording' && done === 0) void endStagingConnections();
      },
    });
    await expect(breaking).rejects.toMatchObject({ kind: 'unavailable', code: 'database-unavailable' });
    const { added, unchanged } = await imported(contents);
    expect(added + unchanged).toBe(2_000);
  });
});

describe('two imports at the same time', () => {
  it('store each case once, and each counts only what it stored', async () => {
    const contents = {
      decisions: numbers(1_500).map((number) => decision(number)),
      recommendations: numbers(1_500).map((number) => recommendation(number)),
    };
    const [one, two] = await Promise.all([imported(contents), imported(contents)]);
    expect([one.exitCode, two.exitCode]).toEqual([0, 0]);
    expect(one.added + two.added).toBe(1_500);
    expect(one.unchanged + two.unchanged).toBe(1_500);
    expect(one.events + two.events).toBe(6_000);
  });
});
