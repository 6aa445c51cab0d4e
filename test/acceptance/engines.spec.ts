import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import { ChangeComplaint } from '../../src/complaints/complaint.commands.js';
import { envelope } from '../../src/event-store/command-envelope.js';
import { verifyLog } from '../../src/event-store/verify-log.js';
import { renderHtml } from '../../src/letters/render-html.js';
import { renderPdf } from '../../src/letters/render-pdf.js';
import { renderText } from '../../src/letters/render-text.js';
import { readLetterProse } from '../../src/letters/template-file.js';
import { yearLetters } from '../../src/letters/year-letters.js';
import { reportingYear } from '../../src/statistics/reporting-year.js';
import { StatisticsOfYear } from '../../src/statistics/statistics.queries.js';
import { commandsFor } from '../support/cases.js';
import { COMPLIED, complaint, RECOMMENDATION, UPHELD } from '../support/http-cases.js';
import { FakeEventStoreDb } from '../support/fake-eventstoredb/fake-eventstoredb.js';
import { freshPrefix } from '../support/stream-prefix.js';
import { runUpheld, type RunningUpheld } from '../support/running-upheld.js';

const YEAR = reportingYear('2019-20');
const BLABY = AuthorityCodeSchema.parse('E07000129');
const WORCESTERSHIRE = AuthorityCodeSchema.parse('E10000034');

const CASES = [
  ...commandsFor(BLABY, YEAR, { upheld: 3, notUpheld: 1, satisfactoryRemedies: 1, complied: 2 }),
  ...commandsFor(WORCESTERSHIRE, YEAR, { upheld: 4, complied: 1, compliedLate: 1, notComplied: 1 }),
];

const SERVERS: [name: string, url: string | undefined][] = [['the fake', undefined]];
if (process.env['TEST_EVENTSTORE_URL'] !== undefined) {
  SERVERS.push(['a real server', process.env['TEST_EVENTSTORE_URL']]);
}

async function record({ commands, upheld }: RunningUpheld): Promise<void> {
  for (const [received, ...others] of CASES) {
    if (received?.type !== 'ReceiveComplaint') throw new Error('a case begins with its receipt');
    for (const command of [received, ...others]) {
      const sent = envelope({ id: 'test', role: 'caseworker' }, new Date());
      await commands.execute(new ChangeComplaint(received.reference, command, sent));
    }
  }
  await upheld.caughtUp();
}

const statisticsOf = (engine: RunningUpheld) => engine.queries.execute(new StatisticsOfYear(YEAR));

describe.each(SERVERS)('with the log in PostgreSQL, and in EventStoreDB on %s', (_, url) => {
  let fake: FakeEventStoreDb | undefined;
  const engines: RunningUpheld[] = [];
  beforeAll(async () => {
    fake = url === undefined ? await FakeEventStoreDb.start() : undefined;
    const eventStoreUrl = url ?? fake?.url ?? '';
    for (const log of [{}, { eventStoreUrl, streamPrefix: freshPrefix() }])
      engines.push(await runUpheld(log));
    await Promise.all(engines.map(record));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.close()));
    await fake?.stop();
  });

  /** Each engine's answer to the same question. */
  const both = async <Answer>(ask: (engine: RunningUpheld) => Promise<Answer>): Promise<[Answer, Answer]> => {
    const [one, other] = engines;
    if (one === undefined || other === undefined) throw new Error('two engines are compared');
    return Promise.all([ask(one), ask(other)]);
  };

  it('the same cases give the same statistics, but for the position they are of', async () => {
    const [one, other] = await both(async (engine) => {
      const statistics = await statisticsOf(engine);
      return JSON.stringify(statistics).replaceAll(statistics.basis.position, 'POSITION');
    });
    expect(other).toBe(one);
    expect(one).toContain('"count":3,"of":4,"percent":75');
  });

  it('the same cases give the same bytes of letters', async () => {
    const prose = await readLetterProse();
    const [one, other] = await both(async (engine) => {
      const statistics = await statisticsOf(engine);
      const authorities = [BLABY, WORCESTERSHIRE];
      return yearLetters({ statistics, prose, paragraphs: new Map(), authorities }).map((model) => ({
        html: renderHtml(model),
        text: renderText(model),
        pdf: Buffer.from(renderPdf(model)).toString('base64'),
      }));
    });
    expect(one).toHaveLength(2);
    expect(other).toEqual(one);
  });

  it('each command is answered alike, and a repeat stores nothing', async () => {
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
        return { status: answer.status, told: (await answer.json()) as { position: string } };
      };
      const answers: unknown[] = [];
      for (const [path, body] of commands) {
        const first = await send(path, body, `one${path}`);
        const head = await upheld.store.head();
        expect(await send(path, body, `one${path}`)).toEqual(first);
        expect(await upheld.store.head()).toBe(head);
        answers.push({ status: first.status, ...first.told, position: null });
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
});
