import { importColumns, parseRow } from './case-rows.js';
import type { ImportFileKind } from './import-file.js';

const DECISION = {
  reference: '19 007 429',
  authority: 'E07000129',
  subject: 'Housing',
  received_on: '2019-05-01',
  decided_on: '2019-09-02',
  outcome: 'upheld',
  reason: 'fault found',
  remedy: 'recommended',
  injustice: 'true',
};

const RECOMMENDATION = {
  reference: '19007429',
  recommendation: 'r1',
  kind: 'personal',
  category: 'Apology',
  text: 'Apologise.',
  due_on: '2019-12-02',
};

const CHECK = {
  reference: '19007429',
  recommendation: 'r1',
  result: 'complied',
  action_on: '2019-11-30',
  checked_on: '2019-12-10',
};

function faultsOf(kind: ImportFileKind, cells: Record<string, string | undefined>) {
  const parsed = parseRow(kind, cells);
  if (!('faults' in parsed)) throw new Error('the row was accepted');
  return parsed.faults.map(({ column, message }) => `${column ?? ''} ${message}`);
}

describe('the columns of the files', () => {
  it('are those of the documentation', () => {
    expect(importColumns).toEqual({
      decisions: Object.keys(DECISION),
      recommendations: Object.keys(RECOMMENDATION),
      compliance: Object.keys(CHECK),
    });
  });
});

describe('a row', () => {
  it('of decisions holds a complaint and its decision with the finding', () => {
    expect(parseRow('decisions', DECISION)).toEqual({
      reference: '19007429',
      row: {
        kind: 'decisions',
        received: { authority: 'E07000129', subject: 'Housing', receivedOn: '2019-05-01' },
        decision: {
          decidedOn: '2019-09-02',
          outcome: 'upheld',
          reason: 'fault found',
          finding: { remedy: 'recommended', injustice: true },
        },
      },
    });
  });

  it('of decisions holds no finding when the case was not upheld', () => {
    const cells = {
      ...DECISION,
      outcome: 'not-upheld',
      reason: undefined,
      remedy: undefined,
      injustice: undefined,
    };
    expect(parseRow('decisions', cells)).toMatchObject({
      row: { decision: { outcome: 'not-upheld', reason: undefined, finding: undefined } },
    });
  });

  it('accepts injustice in capitals, as spreadsheets write it', () => {
    expect(parseRow('decisions', { ...DECISION, injustice: 'FALSE' })).toMatchObject({
      row: { decision: { finding: { injustice: false } } },
    });
  });

  it('of recommendations or compliance holds one recommendation or check', () => {
    expect(parseRow('recommendations', RECOMMENDATION)).toMatchObject({
      row: { recommendation: { recommendation: 'r1', kind: 'personal', dueOn: '2019-12-02' } },
    });
    expect(parseRow('compliance', { ...CHECK, result: 'not-complied', action_on: undefined })).toMatchObject({
      row: { check: { recommendation: 'r1', result: 'not-complied', checkedOn: '2019-12-10' } },
    });
  });
});

describe('a bad row', () => {
  it('is reported with every bad cell', () => {
    const cells = {
      ...DECISION,
      authority: 'Blaby',
      subject: undefined,
      received_on: '2019-02-30',
      outcome: 'Upheld',
    };
    expect(faultsOf('decisions', cells)).toEqual([
      'authority must be an ONS code such as E07000129',
      'subject must not be blank',
      'received_on must be a calendar date, YYYY-MM-DD',
      'outcome must be one of invalid-or-incomplete, advice-given, referred-back, closed-after-initial-enquiries, not-upheld, upheld',
    ]);
  });

  it.each([
    [
      { remedy: undefined, injustice: undefined },
      ['remedy', 'injustice'],
      'must not be blank where the outcome is upheld',
    ],
    [{ outcome: 'not-upheld' }, ['remedy', 'injustice'], 'must be blank unless the outcome is upheld'],
    [
      { outcome: 'referred-back', injustice: undefined },
      ['remedy'],
      'must be blank unless the outcome is upheld',
    ],
  ])('has half a finding, or one that does not belong: %j', (over, columns, message) => {
    expect(faultsOf('decisions', { ...DECISION, ...over })).toEqual(
      columns.map((column) => `${column} ${message}`),
    );
  });

  it('is reported with bad cells and half a finding together', () => {
    expect(faultsOf('decisions', { ...DECISION, decided_on: '1/9/2019', injustice: undefined })).toEqual([
      'decided_on must be a calendar date, YYYY-MM-DD',
      'injustice must not be blank where the outcome is upheld',
    ]);
  });

  it('has its reference when that can be read', () => {
    expect(parseRow('compliance', { ...CHECK, result: 'yes' })).toMatchObject({ reference: '19007429' });
    expect(parseRow('compliance', { ...CHECK, reference: '7429' })).toMatchObject({
      reference: null,
      faults: [{ column: 'reference', message: 'must be eight digits, such as 19007429 or 19 007 429' }],
    });
  });
});
