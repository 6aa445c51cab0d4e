import { AuthorityCodeSchema } from '../../src/authorities/authority-code.js';
import { CaseReferenceSchema } from '../../src/complaints/case-reference.js';
import type { ComplaintCommand } from '../../src/complaints/complaint.command.js';
import { localDate } from '../../src/platform/local-date.js';
import { recordCases } from '../support/cases.js';
import { runUpheld, type RunningUpheld } from '../support/running-upheld.js';

/** Occurs in every text of the case. */
const MARK = 'Quokka';
const REFERENCE = '19007429';

const CASE: readonly ComplaintCommand[] = [
  {
    type: 'ReceiveComplaint',
    reference: CaseReferenceSchema.parse(REFERENCE),
    authority: AuthorityCodeSchema.parse('E07000129'),
    subject: `Subject of ${MARK}`,
    receivedOn: localDate('2019-05-01'),
  },
  {
    type: 'RecordDecision',
    outcome: 'upheld',
    reason: `Reason of ${MARK}`,
    decidedOn: localDate('2019-09-02'),
    finding: { injustice: true, remedy: 'recommended', summary: `Summary of ${MARK}` },
  },
  {
    type: 'MakeRecommendation',
    recommendation: 'r1',
    kind: 'personal',
    category: `Category of ${MARK}`,
    text: `Apologise to ${MARK}.`,
    dueOn: localDate('2019-12-02'),
  },
  {
    type: 'CheckCompliance',
    recommendation: 'r1',
    result: 'complied',
    actionOn: localDate('2019-11-20'),
    checkedOn: localDate('2020-01-10'),
    evidence: `Letter to ${MARK}`,
  },
];

let running: RunningUpheld;
beforeAll(async () => {
  running = await runUpheld();
  await recordCases(running, [CASE]);
});
afterAll(() => running.close());

/** All rows of all projected tables, as text. */
async function readModelRows(): Promise<string[]> {
  const { database, projections } = running.upheld;
  const rows: string[] = [];
  for (const table of projections.flatMap(({ tables }) => tables)) {
    const found = await database.query<{ row: string }[]>(`select whole::text as row from ${table} as whole`);
    rows.push(...found.map(({ row }) => `${table} ${row}`));
  }
  return rows;
}

describe('the tables of the read models', () => {
  it('hold the dates and codes of a case, and none of its text', async () => {
    const rows = await readModelRows();
    expect(rows.filter((row) => row.startsWith('statistics_case'))).toEqual([
      expect.stringMatching(new RegExp(`${REFERENCE}.*2019-12-02.*2019-11-20`)),
    ]);
    expect(rows.filter((row) => row.includes(MARK))).toEqual([]);
  });

  it('are searched for texts that the log holds', async () => {
    const events: unknown[] = [];
    for await (const { data } of running.upheld.store.readAll()) events.push(data);
    expect(JSON.stringify(events).split(MARK)).toHaveLength(1 + 6);
  });
});
