import { REFERENCE } from '../../../test/support/complaints.js';
import { assembleCase } from './case-assembly.js';
import { readRow } from './case-rows.js';
import type { ImportFile } from './import-problem.js';
import { problemLine } from './import-report.js';
import type { StagedRow } from './import-staging.js';

const NAMES = { decisions: 'd.csv', recommendations: 'r.csv', compliance: 'c.csv' };

function row(file: ImportFile, line: number, cells: Record<string, string>): StagedRow {
  const reading = readRow(file, { reference: REFERENCE, ...cells });
  if (!('row' in reading)) throw new Error(`a bad row: ${JSON.stringify(reading.faults)}`);
  return { file, line, row: reading.row };
}

const decision = (line: number) =>
  row('decisions', line, {
    authority: 'E07000129',
    subject: 'Housing',
    received_on: '2019-05-01',
    decided_on: '2019-09-02',
    outcome: 'not-upheld',
  });

const recommendation = (line: number, id: string) =>
  row('recommendations', line, {
    recommendation: id,
    kind: 'personal',
    category: 'Apology',
    text: 'Apologise.',
    due_on: '2019-12-02',
  });

const check = (line: number, id: string) =>
  row('compliance', line, { recommendation: id, result: 'not-complied', checked_on: '2019-12-10' });

function assembled(rows: readonly StagedRow[], excess: StagedRow | null = null) {
  const { caseFile, problems } = assembleCase({ reference: REFERENCE, rows, excess }, NAMES);
  return { caseFile, problems: problems.map(problemLine) };
}

describe('the rows of one case', () => {
  it('become one case that knows the line of each part', () => {
    const { caseFile, problems } = assembled([decision(7), recommendation(3, 'r1'), check(4, 'r1')]);
    expect(problems).toEqual([]);
    expect(caseFile).toMatchObject({
      reference: REFERENCE,
      received: { subject: 'Housing', source: { file: 'd.csv', line: 7 } },
      decision: { outcome: 'not-upheld', source: { file: 'd.csv', line: 7 } },
      recommendations: [{ recommendation: 'r1', source: { file: 'r.csv', line: 3 } }],
      checks: [{ recommendation: 'r1', source: { file: 'c.csv', line: 4 } }],
      incomplete: false,
    });
  });

  it('may tell nothing of the decision', () => {
    const { caseFile } = assembled([check(4, 'r1')]);
    expect(caseFile).toMatchObject({ reference: REFERENCE, recommendations: [], incomplete: false });
    expect(caseFile.received).toBeUndefined();
  });

  it('are at fault where one is told twice, even in the same words', () => {
    const rows = [decision(2), decision(9), recommendation(2, 'r1'), recommendation(5, 'r1')];
    const { caseFile, problems } = assembled([...rows, check(2, 'r1'), check(3, 'r1')]);
    expect(problems).toEqual([
      'd.csv:9 reference: stands in line 2 already (19 007 429 not stored)',
      'r.csv:5 recommendation: stands in line 2 already (19 007 429 not stored)',
      'c.csv:3: stands in line 2 already (19 007 429 not stored)',
    ]);
    expect(caseFile.incomplete).toBe(true);
  });

  it('keep the case out where one of them could not be read', () => {
    const { caseFile, problems } = assembled([decision(2), { file: 'compliance', line: 3, row: null }]);
    expect(problems).toEqual([]);
    expect(caseFile.incomplete).toBe(true);
  });

  it('are at fault where there are more than the rules allow', () => {
    const { caseFile, problems } = assembled([decision(2)], check(1_060, 'r1'));
    expect(problems).toEqual([
      'c.csv:1060 reference: is the case of more than 1051 lines, which is more than the rules allow (19 007 429 not stored)',
    ]);
    expect(caseFile.incomplete).toBe(true);
  });
});
