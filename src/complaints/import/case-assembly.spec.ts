import { REFERENCE } from '../../../test/support/complaints.js';
import { assembleCase } from './case-assembly.js';
import { parseRow } from './case-rows.js';
import type { ImportFileKind } from './import-file.js';
import { problemLine } from './import-report.js';
import type { StagedRow } from './import-staging.js';

const PATHS = { decisions: 'd.csv', recommendations: 'r.csv', compliance: 'c.csv' };

function row(kind: ImportFileKind, line: number, cells: Record<string, string>): StagedRow {
  const parsed = parseRow(kind, { reference: REFERENCE, ...cells });
  if (!('row' in parsed)) throw new Error(`a bad row: ${JSON.stringify(parsed.faults)}`);
  return { kind, line, row: parsed.row };
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
  const { history, problems } = assembleCase({ reference: REFERENCE, rows, excess }, PATHS);
  return { history, problems: problems.map(problemLine) };
}

describe('the rows of one case', () => {
  it('become one case, with the line of each part', () => {
    const { history, problems } = assembled([decision(7), recommendation(3, 'r1'), check(4, 'r1')]);
    expect(problems).toEqual([]);
    expect(history).toMatchObject({
      reference: REFERENCE,
      received: { subject: 'Housing', location: { path: 'd.csv', line: 7 } },
      decision: { outcome: 'not-upheld', location: { path: 'd.csv', line: 7 } },
      recommendations: [{ recommendation: 'r1', location: { path: 'r.csv', line: 3 } }],
      checks: [{ recommendation: 'r1', location: { path: 'c.csv', line: 4 } }],
      incomplete: false,
    });
  });

  it('may lack the decision', () => {
    const { history } = assembled([check(4, 'r1')]);
    expect(history).toMatchObject({ reference: REFERENCE, recommendations: [], incomplete: false });
    expect(history.received).toBeUndefined();
  });

  it('make it incomplete when one repeats another, even in the same words', () => {
    const rows = [decision(2), decision(9), recommendation(2, 'r1'), recommendation(5, 'r1')];
    const { history, problems } = assembled([...rows, check(2, 'r1'), check(3, 'r1')]);
    expect(problems).toEqual([
      'd.csv:9 reference: is already in line 2 (19 007 429 not stored)',
      'r.csv:5 recommendation: is already in line 2 (19 007 429 not stored)',
      'c.csv:3: is already in line 2 (19 007 429 not stored)',
    ]);
    expect(history.incomplete).toBe(true);
  });

  it('make it incomplete when one of them could not be read', () => {
    const { history, problems } = assembled([decision(2), { kind: 'compliance', line: 3, row: null }]);
    expect(problems).toEqual([]);
    expect(history.incomplete).toBe(true);
  });

  it('make it incomplete when there are more than the rules allow', () => {
    const { history, problems } = assembled([decision(2)], check(1_060, 'r1'));
    expect(problems).toEqual([
      'c.csv:1060 reference: is the reference of more than 1051 lines, the most a case may have (19 007 429 not stored)',
    ]);
    expect(history.incomplete).toBe(true);
  });
});
