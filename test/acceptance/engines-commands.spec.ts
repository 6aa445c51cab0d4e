import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import { verifyLog } from '../../src/event-store/core/verify-log.js';
import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import type { YearStatistics } from '../../src/statistics/rates/statistics.types.js';
import { commandsFor, recordCases } from '../support/cases.js';
import { temporaryFolder, type CommandOutput } from '../support/command-line.js';
import { EVENTSTOREDB_SERVERS } from '../support/eventstoredb-servers.js';
import { statisticsOf, TwoEngines, withoutPosition } from '../support/two-engines.js';

const YEAR = reportingYear('2019-20');
const BLABY = AuthorityCodeSchema.parse('E07000129');
const CASES = commandsFor(BLABY, YEAR, { upheld: 3, notUpheld: 1, complied: 2 });
const LATER = commandsFor(BLABY, YEAR, { upheld: 1 });

/** Decisions of another year; the date of the last does not exist. */
const DECISIONS = [
  'reference,authority,subject,received_on,decided_on,outcome,reason,remedy,injustice',
  '16000001,E07000129,Housing,2016-05-01,2016-09-02,upheld,,already-provided,true',
  '16000002,E10000034,Education,2016-05-01,2016-09-02,not-upheld,,,',
  '16000003,E10000034,Education,2016-05-01,2016-09-31,not-upheld,,,',
].join('\n');

/** The JSON output and the exit code of a command. */
const printed = ({ code, stdout }: CommandOutput) => ({ code, json: JSON.parse(stdout) as unknown });

describe.each(EVENTSTOREDB_SERVERS)(
  'upheld, with the log in PostgreSQL, and in EventStoreDB on %s',
  (_, url) => {
    let engines: TwoEngines;
    const both: TwoEngines['both'] = (ask) => engines.both(ask);
    beforeAll(async () => {
      engines = await TwoEngines.open(url);
      await both((engine) => recordCases(engine, CASES));
    }, 120_000);
    afterAll(() => engines.close());

    it('imports a file, stores each case once in repeated imports, and counts it', async () => {
      const folder = await temporaryFolder();
      try {
        const file = join(folder.path, 'decisions.csv');
        await writeFile(file, DECISIONS);
        const [one, other] = await both(async ({ command }) => {
          const importing = async () => {
            const { code, json } = printed(await command('import', '--decisions', file, '--json'));
            const { position: _position, ...report } = json as { position: string };
            return { code, report };
          };
          const [first, again] = [await importing(), await importing()];
          const { code, json } = printed(await command('statistics', '2016-17', '--json'));
          return { first, again, code, statistics: withoutPosition(json as YearStatistics) };
        });
        expect(other).toEqual(one);
        expect(one).toMatchObject({
          first: { code: 4, report: { cases: { added: 2, refused: 1 } } },
          again: { code: 4, report: { cases: { added: 0, refused: 1 } } },
          code: 0,
          statistics: expect.stringContaining('"count":1,"of":2,"percent":50') as unknown,
        });
      } finally {
        await folder.remove();
      }
    }, 120_000);

    it('shows statistics as at an earlier position', async () => {
      const [one, other] = await both(async (engine) => {
        const before = await statisticsOf(engine, YEAR);
        await recordCases(engine, LATER);
        const query = ['statistics', YEAR, '--as-at', before.basis.position, '--json'];
        expect(printed(await engine.command(...query))).toEqual({ code: 0, json: before });
        return withoutPosition(await statisticsOf(engine, YEAR));
      });
      expect(other).toBe(one);
      expect(one).toContain('"count":4,"of":5,"percent":80');
    });

    it('rebuilds the read models, finds them equal to a fresh fold, and verifies the log', async () => {
      const [one, other] = await both(async (engine) => {
        const before = await statisticsOf(engine, YEAR);
        const rebuilt = await engine.command('projections', 'rebuild', '--json');
        expect(await statisticsOf(engine, YEAR)).toEqual(before);
        const models = printed(await engine.command('projections', 'verify', '--json'));
        const { verified } = models.json as { verified: { projection: string; difference: unknown }[] };
        const log = printed(await engine.command('verify', '--json'));
        expect(log.json).toEqual(await verifyLog(engine.upheld.store));
        return {
          rebuilt: rebuilt.code,
          // The number of rows of the time index depends on positions, so it is not compared.
          models: [models.code, verified.map(({ projection, difference }) => ({ projection, difference }))],
          log,
        };
      });
      expect(other).toEqual(one);
      expect(one).toMatchObject({
        rebuilt: 0,
        models: [0, [{ projection: 'statistics', difference: null }]],
        log: { code: 0, json: { broken: null } },
      });
    }, 120_000);

    it('names an event that was written to EventStoreDB directly, and verify exits with code 6', async () => {
      const client = EventStoreDBClient.connectionString(engines.eventStoreUrl);
      try {
        await client.appendToStream(`${engines.streamPrefix}complaint-13000001`, [
          jsonEvent({ type: 'ComplaintReceived', data: { reference: '13000001' } }),
        ]);
      } finally {
        await client.dispose();
      }
      const [, ran] = await both(({ command }) => command('verify', '--json'));
      expect(printed(ran)).toMatchObject({
        code: 6,
        json: { broken: { stream: 'complaint-13000001', revision: 0, reason: 'hash' } },
      });
    });
  },
);
