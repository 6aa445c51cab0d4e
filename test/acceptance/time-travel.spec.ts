import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { ChangeComplaint } from '../../src/complaints/complaint.command-handler.js';
import type { ComplaintCommand } from '../../src/complaints/complaint.command.js';
import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import { commandContext } from '../../src/event-sourcing/command-context.js';
import { position, type Position } from '../../src/event-store/position.js';
import { annualStatistics } from '../../src/statistics/rates/annual-statistics.js';
import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import { StatisticsOfAuthority, StatisticsOfYear } from '../../src/statistics/api/statistics.queries.js';
import type { AuthorityStatistics, YearStatistics } from '../../src/statistics/rates/statistics.types.js';
import { commandsFor } from '../support/cases.js';
import { upheldCommand, type CommandOutput } from '../support/command-line.js';
import { FoldedStatistics } from '../support/http-statistics.js';
import { runUpheld, type RunningUpheld } from '../support/running-upheld.js';

const YEAR = reportingYear('2019-20');
const BLABY = AuthorityCodeSchema.parse('E07000129');

/** The statistics answered after some cases, and when. */
type Answered = Readonly<{
  statistics: YearStatistics;
  ofBlaby: AuthorityStatistics;
  at: Position;
  instant: string;
}>;

let running: RunningUpheld;
const answers: Answered[] = [];

beforeAll(async () => {
  running = await runUpheld();
  for (const counts of [{ upheld: 2 }, { notUpheld: 3 }, { upheld: 3, complied: 1, notComplied: 2 }]) {
    for (const commands of commandsFor(BLABY, YEAR, counts)) await record(commands);
    await running.upheld.caughtUp();
    const statistics = await running.queries.execute(new StatisticsOfYear(YEAR));
    const ofBlaby = await running.queries.execute(new StatisticsOfAuthority(BLABY, YEAR));
    const at = position(statistics.basis.position);
    answers.push({ statistics, ofBlaby, at, instant: new Date().toISOString() });
    // The next cases must be stored at a later instant.
    await pause(20);
  }
});
afterAll(() => running.close());

/** Sends the commands of one case. */
async function record(commands: readonly ComplaintCommand[]): Promise<void> {
  const [first] = commands;
  if (first?.type !== 'ReceiveComplaint') throw new Error('a case begins with its receipt');
  for (const command of commands) {
    const sent = commandContext({ id: 'test', role: 'caseworker' }, new Date());
    await running.commands.execute(new ChangeComplaint(first.reference, command, sent));
  }
}

const statisticsAsAt = (query: string) =>
  running.get(`/statistics/2019-20?asAt=${encodeURIComponent(query)}`);
const askedOfBlaby = (query: string) =>
  running.get(`/authorities/${BLABY}/statistics/2019-20?asAt=${encodeURIComponent(query)}`);
/** Statistics as at a moment from the command line. */
const printed = (moment: string, ...options: string[]): Promise<CommandOutput> =>
  upheldCommand(['statistics', '2019-20', '--as-at', moment, ...options], {
    DATABASE_URL: running.upheld.databaseUrl,
  });

describe('statistics as at an earlier moment', () => {
  it('are those answered then, as at the position of that answer', async () => {
    expect(answers.map(({ statistics }) => statistics.national.upheld.of)).toEqual([2, 5, 8]);
    for (const { statistics, at } of answers) {
      expect(await statisticsAsAt(String(at))).toEqual({ status: 200, body: statistics });
    }
  });

  it('are those answered then, as at the instant, and name the position', async () => {
    for (const { statistics, instant } of answers) {
      expect(await statisticsAsAt(instant)).toEqual({ status: 200, body: statistics });
    }
  });

  it('are those of one council, with the averages of its type at that moment', async () => {
    expect(answers.map(({ ofBlaby }) => [ofBlaby.upheld.of, ofBlaby.upheld.average?.of])).toEqual([
      [2, 2],
      [5, 5],
      [8, 8],
    ]);
    for (const { ofBlaby, at, instant } of answers) {
      expect(await askedOfBlaby(String(at))).toEqual({ status: 200, body: ofBlaby });
      expect(await askedOfBlaby(instant)).toEqual({ status: 200, body: ofBlaby });
    }
  });

  it('are the same on the command line, for all councils and for one', async () => {
    const [first] = answers;
    for (const moment of [String(first?.at), String(first?.instant)]) {
      const all = await printed(moment, '--json');
      expect([all.code, JSON.parse(all.stdout)]).toEqual([0, first?.statistics]);
      const one = await printed(moment, '--authority', BLABY, '--json');
      expect([one.code, JSON.parse(one.stdout)]).toEqual([0, first?.ofBlaby]);
    }
    const table = await printed(String(first?.at));
    expect(table.stdout).toMatch(/Blaby District Council.* 100% \(2 of 2\)/);
  }, 120_000);

  it('equal a fold of the log up to the position, at every position', async () => {
    const oracle = new FoldedStatistics(running.upheld.store);
    const head = answers.at(-1)?.at ?? position('0');
    for (let at = head - 40n; at <= head; at += 1n) {
      const asAt = { kind: 'position', position: position(at) } as const;
      const folded = annualStatistics(await oracle.talliesOfYear(YEAR, asAt));
      const answered = await running.queries.execute(new StatisticsOfYear(YEAR, { asAt }));
      expect(answered).toEqual({
        ...folded,
        basis: { ...folded.basis, position: String(at) },
        authorities: answered.authorities,
      });
      expect(answered.authorities.map(({ basis: _, ...rest }) => rest)).toEqual(
        folded.authorities.map(({ basis: _, ...rest }) => rest),
      );
    }
  });

  it('accept an instant in any zone', async () => {
    const [first] = answers;
    const instant = first?.instant.replace('Z', '+00:00') ?? '';
    expect((await statisticsAsAt(instant)).body).toEqual(first?.statistics);
  });

  it('are empty before the log began', async () => {
    expect((await statisticsAsAt('2001-01-01T00:00:00Z')).body).toMatchObject({
      authorities: [],
      national: { authorities: 0, upheld: { of: 0, percent: null } },
      basis: { position: '0' },
    });
  });

  it.each([
    ['an instant in the future', '2099-01-01T00:00:00Z'],
    ['a position beyond the head', '999999999'],
  ])('refuse %s', async (_, query) => {
    expect(await statisticsAsAt(query)).toMatchObject({
      status: 409,
      body: { type: 'urn:upheld:problem:not-reached-yet' },
    });
    expect(await askedOfBlaby(query)).toMatchObject({ status: 409 });
    const ran = await printed(query);
    expect(ran).toMatchObject({ code: 3, stdout: '' });
    expect(ran.stderr).toMatch(/^upheld: .* is not reached yet/m);
  });

  it.each([
    'yesterday',
    '2020-07-01',
    '2020-07-01T12:00:00',
    '-1',
    '1.5',
    '',
    String(2n ** 63n),
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59-23:59',
  ])('refuse %p, which is neither a position nor an instant with its zone', async (query) => {
    expect(await statisticsAsAt(query)).toMatchObject({
      status: 422,
      body: { errors: [{ parameter: 'asAt' }] },
    });
  });

  it.each(['yesterday', '2020-07-01', '1.5'])('refuse --as-at %s as a misuse', async (moment) => {
    const ran = await printed(moment);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('must be a position of the log, or an instant');
  });
});

describe('an instant', () => {
  it('is searched for in the log only after the last entry of the time index before it', async () => {
    const { database, store } = running.upheld;
    await Promise.all(commandsFor(BLABY, YEAR, { notUpheld: 60 }).map(record));
    await running.upheld.caughtUp();
    const head = await store.head();
    // Compared as text, they are in the opposite order.
    const indexed = [position('99'), position(head - 3n)];
    expect(head).toBeGreaterThan(103n);
    await database.query('delete from statistics_time_index');
    for await (const event of store.readAll()) {
      if (!indexed.includes(event.position)) continue;
      const entry = [String(event.position), event.storedAt];
      await database.query('insert into statistics_time_index (position, stored_at) values ($1, $2)', entry);
    }
    const instant = new Date();
    await pause(20);

    const reading = jest.spyOn(store, 'readAll');
    expect((await statisticsAsAt(instant.toISOString())).body).toMatchObject({
      basis: { position: String(head) },
    });
    expect(reading.mock.calls.map(([options]) => options?.after)).toEqual([indexed[1]]);
    reading.mockRestore();
  });
});
