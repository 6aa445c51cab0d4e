import {
  AuthorityStatisticsSchema,
  YearStatisticsSchema,
} from '../../src/statistics/api/statistics.schemas.js';
import { ComplaintAnswerSchema } from '../../src/complaints/complaint.answers.js';
import { HistoryAnswerSchema } from '../../src/complaints/complaint-history.answers.js';
import { openHttpApi, type HttpApi } from '../support/http-api.js';
import { complaint, COMPLIED, given, NOT_UPHELD, RECOMMENDATION, UPHELD } from '../support/http-cases.js';

let api: HttpApi;
beforeEach(async () => {
  api = await openHttpApi();
});
afterEach(() => api.close());

describe('a case over HTTP', () => {
  it('leads from receipt through decision and recommendation to compliance', async () => {
    const received = await api.post('/v1/complaints', complaint('19007429'));
    expect(received).toMatchObject({
      status: 201,
      body: { reference: '19007429', revision: 0, position: '4' },
    });
    expect(received.headers.get('location')).toBe('/v1/complaints/19007429');
    expect(received.headers.get('etag')).toBe('"0"');

    const decided = await api.post('/v1/complaints/19007429/decisions', UPHELD);
    expect(decided).toMatchObject({
      status: 201,
      body: { reference: '19007429', revision: 2, position: '6' },
    });

    const made = await api.post('/v1/complaints/19007429/recommendations', RECOMMENDATION);
    expect(made.status).toBe(201);
    expect(made.body).toEqual({ reference: '19007429', revision: 3, position: '7', recommendation: 'r1' });
    const address = '/v1/complaints/19007429/recommendations/r1';
    expect(made.headers.get('location')).toBe(address);

    const checked = await api.post(`${address}/checks`, COMPLIED);
    expect(checked.status).toBe(201);
    expect(checked.body).toEqual({ reference: '19007429', revision: 4, position: '8', recommendation: 'r1' });

    const { body, headers } = await api.get('/v1/complaints/19007429');
    expect(body).toEqual({
      reference: '19007429',
      printedReference: '19 007 429',
      authority: 'E07000129',
      subject: 'Housing',
      receivedOn: '2019-05-01',
      decision: UPHELD,
      recommendations: [{ recommendation: 'r1', ...RECOMMENDATION, checks: [COMPLIED] }],
      compliance: { outcome: 'complied', on: '2020-01-10', dueOn: '2019-12-02' },
      revision: 4,
      position: '8',
    });
    expect(headers.get('etag')).toBe('"4"');
    expect(ComplaintAnswerSchema.safeParse(body).error).toBeUndefined();
    expect(await api.get(address)).toMatchObject({
      status: 200,
      body: { recommendation: 'r1', ...RECOMMENDATION, checks: [COMPLIED] },
    });
  });

  it('has a history: what was done, by whom, when and by which command', async () => {
    await api.post('/v1/complaints', complaint('19007429'), { 'idempotency-key': 'the-first' });
    await api.post('/v1/complaints/19007429/decisions', UPHELD, { 'idempotency-key': 'the-second' });
    const { status, body } = await api.get('/v1/complaints/19007429/history');
    const recorded = {
      actor: { id: 'local-api', role: 'unidentified' },
      recordedAt: '2020-04-20T09:30:00.000Z',
    };
    const { finding, ...decision } = UPHELD;
    expect(status).toBe(200);
    expect(body).toEqual({
      reference: '19007429',
      events: [
        {
          type: 'ComplaintReceived',
          revision: 0,
          // The three councils and the claim of its key are before it.
          position: '5',
          command: 'the-first',
          data: complaint('19007429'),
          ...recorded,
        },
        {
          type: 'DecisionRecorded',
          revision: 1,
          position: '6',
          command: 'the-second',
          data: decision,
          ...recorded,
        },
        {
          type: 'FindingUpheld',
          revision: 2,
          position: '7',
          command: 'the-second',
          data: finding,
          ...recorded,
        },
      ],
    });
    expect(HistoryAnswerSchema.safeParse(body).error).toBeUndefined();
  });

  it('is also found by its printed reference', async () => {
    await api.post('/v1/complaints', complaint('19 007 429'));
    const { status, body } = await api.post('/v1/complaints/19%20007%20429/decisions', NOT_UPHELD);
    expect({ status, body }).toMatchObject({ status: 201, body: { reference: '19007429' } });
    expect((await api.get('/v1/complaints/19%20007%20429')).status).toBe(200);
  });

  it('numbers recommendations consecutively', async () => {
    const reference = await given(api, 'recommended');
    const { body } = await api.post(`/v1/complaints/${reference}/recommendations`, RECOMMENDATION);
    expect(body).toMatchObject({ recommendation: 'r2' });
  });

  it('is the same complaint when it is registered again with the same content', async () => {
    const reference = await given(api, 'upheld');
    const again = await api.post('/v1/complaints', complaint(reference));
    expect(again).toMatchObject({ status: 200, body: { reference, revision: 2 } });
    expect(await api.events(reference)).toBe(3);
  });
});

describe('the statistics over HTTP', () => {
  beforeEach(async () => {
    const provided = { ...UPHELD, finding: { injustice: false, remedy: 'already-provided' } };
    for (const [reference, decision] of Object.entries({
      '19000001': UPHELD,
      '19000002': UPHELD,
      '19000003': provided,
      '19000004': NOT_UPHELD,
    })) {
      await api.post('/v1/complaints', complaint(reference));
      await api.post(`/v1/complaints/${reference}/decisions`, decision);
    }
    for (const [reference, actionOn] of [
      ['19000001', '2019-11-20'],
      ['19000002', '2019-12-03'],
    ] as const) {
      await api.post(`/v1/complaints/${reference}/recommendations`, RECOMMENDATION);
      await api.post(`/v1/complaints/${reference}/recommendations/r1/checks`, { ...COMPLIED, actionOn });
    }
  });

  const rates = {
    upheld: { count: 3, of: 4, percent: 75 },
    compliance: { count: 2, of: 2, percent: 100, late: 1 },
    satisfactoryRemedies: { count: 1, of: 3, percent: 33 },
  };
  const decided = {
    'invalid-or-incomplete': 0,
    'advice-given': 0,
    'referred-back': 0,
    'closed-after-initial-enquiries': 0,
    'not-upheld': 1,
    upheld: 3,
  };
  const basis = {
    position: '18',
    snapshot: null,
    rules: ['outcome-date@1', 'pooled-by-type@1', 'half-up-percent@1'],
    synthetic: false,
  };

  it('are those of one council, with the averages of its type', async () => {
    const { status, body } = await api.get('/v1/authorities/E07000129/statistics/2019-20');
    expect(status).toBe(200);
    expect(body).toEqual({
      authority: { code: 'E07000129', name: 'Blaby District Council', type: 'district' },
      year: '2019-20',
      upheld: { ...rates.upheld, average: { ...rates.upheld, authorities: 1 } },
      compliance: { ...rates.compliance, average: { count: 2, of: 2, percent: 100, authorities: 1 } },
      satisfactoryRemedies: {
        ...rates.satisfactoryRemedies,
        average: { ...rates.satisfactoryRemedies, authorities: 1 },
      },
      upheldPer100k: null,
      decided,
      basis,
    });
    expect(AuthorityStatisticsSchema.safeParse(body).error).toBeUndefined();
  });

  it('are those of all councils by code, of each type and of the nation', async () => {
    const { status, body } = await api.get('/v1/statistics/2019-20');
    expect(status).toBe(200);
    const year = YearStatisticsSchema.parse(body);
    expect(Object.keys(year)).toEqual(['year', 'authorities', 'types', 'national', 'basis']);
    expect(year.authorities.map(({ authority }) => authority.code)).toEqual([
      'E06000058',
      'E07000129',
      'E10000034',
    ]);
    expect(year.types.map(({ type }) => type)).toEqual([
      'county',
      'district',
      'metropolitan-borough',
      'unitary',
      'london-borough',
    ]);
    expect(year.types[1]).toEqual({ type: 'district', authorities: 1, ...rates, decided });
    expect(year.national).toEqual({ authorities: 3, ...rates, decided });
    expect(year.basis).toEqual(basis);
    expect(year.authorities[1]).toEqual((await api.get('/v1/authorities/E07000129/statistics/2019-20')).body);
  });

  it('are refused for a body that is not in the register, or not listed for the year', async () => {
    expect(await api.get('/v1/authorities/E07000999/statistics/2019-20')).toMatchObject({
      status: 404,
      body: { type: 'urn:upheld:problem:authority-not-found' },
    });
    expect(await api.get('/v1/authorities/E06000058/statistics/2018-19')).toMatchObject({
      status: 404,
      body: { type: 'urn:upheld:problem:record-of-this-year-for-authority-not-found' },
    });
  });

  it('are refused for an invalid year or code', async () => {
    for (const year of ['2019', '2019-21', '2019-2020', '0000-01', '2019-20%00']) {
      expect(await api.get(`/v1/statistics/${year}`)).toMatchObject({
        status: 422,
        body: { errors: [{ parameter: 'year' }] },
      });
    }
    expect(await api.get('/v1/authorities/Blaby/statistics/2019-20')).toMatchObject({
      status: 422,
      body: { errors: [{ parameter: 'code' }] },
    });
  });
});
