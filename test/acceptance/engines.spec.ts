import { setTimeout as pause } from 'node:timers/promises';
import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import { verifyLog } from '../../src/event-store/core/verify-log.js';
import { renderHtml } from '../../src/letters/rendering/render-html.js';
import { renderPdf } from '../../src/letters/rendering/render-pdf.js';
import { renderText } from '../../src/letters/rendering/render-text.js';
import { readLetterProse } from '../../src/letters/run/input-files.js';
import { lettersOfYear } from '../../src/letters/run/letters-of-year.js';
import { reportingYear } from '../../src/statistics/rates/reporting-year.js';
import type { YearStatistics } from '../../src/statistics/rates/statistics.types.js';
import { commandsFor, recordCases } from '../support/cases.js';
import { COMPLIED, complaint, RECOMMENDATION, UPHELD } from '../support/http-cases.js';
import { EVENTSTOREDB_SERVERS } from '../support/eventstoredb-servers.js';
import { statisticsOf, TwoEngines, withoutPosition, type Engine } from '../support/two-engines.js';

const YEAR = reportingYear('2019-20');
const BLABY = AuthorityCodeSchema.parse('E07000129');
const WORCESTERSHIRE = AuthorityCodeSchema.parse('E10000034');

const CASES = [
  ...commandsFor(BLABY, YEAR, { upheld: 3, notUpheld: 1, satisfactoryRemedies: 1, complied: 2 }),
  ...commandsFor(WORCESTERSHIRE, YEAR, { upheld: 4, complied: 1, compliedLate: 1, notComplied: 1 }),
];

/** Statistics that were shown, and when. */
type Shown = Readonly<{ statistics: YearStatistics; instant: string }>;

/** Records cases in two parts. @returns the statistics shown after each. */
async function record(engine: Engine): Promise<readonly Shown[]> {
  const shown: Shown[] = [];
  for (const cases of [CASES.slice(0, 5), CASES.slice(5)]) {
    await recordCases(engine, cases);
    const statistics = await statisticsOf(engine, YEAR);
    // The instant must be after the stored events and before the next, by the clocks of both engines.
    await pause(50);
    shown.push({ statistics, instant: new Date().toISOString() });
    await pause(50);
  }
  return shown;
}

describe.each(EVENTSTOREDB_SERVERS)('with the log in PostgreSQL, and in EventStoreDB on %s', (_, url) => {
  let engines: TwoEngines;
  const shown = new Map<Engine, readonly Shown[]>();
  const both: TwoEngines['both'] = (ask) => engines.both(ask);
  beforeAll(async () => {
    engines = await TwoEngines.open(url);
    await both(async (engine) => shown.set(engine, await record(engine)));
  }, 120_000);
  afterAll(() => engines.close());

  it('the same cases give the same statistics, except for their position', async () => {
    const [one, other] = await both(async (engine) => withoutPosition(await statisticsOf(engine, YEAR)));
    expect(other).toBe(one);
    expect(one).toContain('"count":3,"of":4,"percent":75');
  });

  it('the same cases give the same bytes of letters', async () => {
    const prose = await readLetterProse();
    const [one, other] = await both(async (engine) => {
      const statistics = await statisticsOf(engine, YEAR);
      const authorities = [BLABY, WORCESTERSHIRE];
      return lettersOfYear({ statistics, prose, paragraphs: new Map(), authorities }).map((model) => ({
        html: renderHtml(model),
        text: renderText(model),
        pdf: Buffer.from(renderPdf(model)).toString('base64'),
      }));
    });
    expect(one).toHaveLength(2);
    expect(other).toEqual(one);
  });

  it('each command has the same answer, and a repeat stores nothing', async () => {
    const commands: [path: string, body: object][] = [
      ['', complaint('15000001')],
      ['/15000001/decisions', UPHELD],
      ['/15000001/recommendations', RECOMMENDATION],
      ['/15000001/recommendations/r1/checks', COMPLIED],
    ];
    const [one, other] = await both(async ({ url, upheld }) => {
      const send = async (path: string, body: object, key?: string) => {
        const answer = await fetch(`${url}/v1/complaints${path}`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(key === undefined ? {} : { 'idempotency-key': key }),
          },
          body: JSON.stringify(body),
        });
        return { status: answer.status, body: (await answer.json()) as { position: string } };
      };
      const answers: unknown[] = [];
      for (const [path, body] of commands) {
        const first = await send(path, body, `one${path}`);
        const head = await upheld.store.head();
        expect(await send(path, body, `one${path}`)).toEqual(first);
        expect(await upheld.store.head()).toBe(head);
        answers.push({ status: first.status, ...first.body, position: null });
      }
      const again = await send('', complaint('15000001'));
      return [...answers, again.status];
    });
    expect(other).toEqual(one);
    const made = { status: 201, reference: '15000001' };
    const recommended = { ...made, recommendation: 'r1' };
    expect(one).toMatchObject([made, made, recommended, recommended, 200]);
  });

  it('every hash of the log holds, for as many events', async () => {
    const [one, other] = await both(({ upheld }) => verifyLog(upheld.store));
    expect(one.broken).toBeNull();
    expect(other).toEqual(one);
  });

  it('statistics as at an earlier moment are those shown then, by position and by instant', async () => {
    const [one, other] = await both(async (engine) => {
      const moments = shown.get(engine) ?? [];
      for (const { statistics, instant } of moments) {
        for (const moment of [statistics.basis.position, instant]) {
          const answer = await engine.get(`/statistics/${YEAR}?asAt=${encodeURIComponent(moment)}`);
          expect(answer).toEqual({ status: 200, body: statistics });
        }
      }
      return moments.map(({ statistics }) => withoutPosition(statistics));
    });
    expect(other).toEqual(one);
    expect(new Set(one).size).toBe(2);
  });

  it('a request that names the position of an earlier write includes that write', async () => {
    await both(async ({ post, get }) => {
      for (const number of [1, 2, 3, 4, 5]) {
        const reference = `1400000${number}`;
        const complaint = { reference, authority: BLABY, subject: 'Housing', receivedOn: '2014-05-01' };
        await post('/complaints', complaint);
        const decision = { outcome: 'not-upheld', decidedOn: '2014-09-02' };
        const { body } = await post(`/complaints/${reference}/decisions`, decision);
        const { position } = body as { position: string };
        const own = await get(`/authorities/${BLABY}/statistics/2014-15?after=${position}`);
        expect(own).toMatchObject({ status: 200, body: { upheld: { of: number } } });
        const beyond = BigInt(position) + 1_000_000n;
        expect(await get(`/statistics/2014-15?after=${beyond}`)).toMatchObject({ status: 409 });
      }
    });
  });
});
