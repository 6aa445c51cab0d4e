import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CsvTable } from './csv-table.js';
import { UnusableFile } from './unusable-file.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upheld-csv-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, 'table.csv');
  await writeFile(path, content);
  return path;
}

async function open(content: string | Buffer) {
  return CsvTable.open(await file(content), ['reference', 'due_on']);
}

async function rowsOf(content: string | Buffer): Promise<object[]> {
  const rows: object[] = [];
  for await (const batch of (await open(content)).rows()) {
    rows.push(
      ...batch.map((row) =>
        'cells' in row ? { line: row.line, ...row.cells } : { line: row.line, ...row.fault },
      ),
    );
  }
  return rows;
}

async function refusalOf(content: string | Buffer): Promise<string> {
  try {
    await rowsOf(content);
  } catch (error) {
    if (error instanceof UnusableFile) return error.message.slice(error.path.length + 2);
    throw error;
  }
  throw new Error('the file was read');
}

describe('a table', () => {
  it('finds its columns in any order, and names those that are not read', async () => {
    const table = await open('officer,due_on,,reference\nx,2020-01-01,,19007429\n');
    expect(table.ignored).toEqual(['officer']);
    const batches: object[][] = [];
    for await (const batch of table.rows()) batches.push(batch);
    expect(batches.flat()).toEqual([{ line: 2, cells: { reference: '19007429', due_on: '2020-01-01' } }]);
  });

  it('ignores capitals and spaces in the names of columns', async () => {
    expect(await rowsOf('Reference , Due On\n19007429,2020-01-01\n')).toEqual([
      { line: 2, reference: '19007429', due_on: '2020-01-01' },
    ]);
  });

  it('ignores a byte order mark', async () => {
    expect(await rowsOf('\ufeffreference,due_on\n19007429,x')).toHaveLength(1);
  });

  it('trims cells, reads blank cells as undefined and skips blank rows', async () => {
    expect(await rowsOf('reference,due_on\n\n 19007429 ,  \n , \n,\n')).toEqual([
      { line: 3, reference: '19007429', due_on: undefined },
    ]);
  });

  it('reports a row with more or fewer cells than the header', async () => {
    expect(await rowsOf('reference,due_on\n19007429\n1,2,3\n')).toMatchObject([
      { line: 2, code: 'wrong-number-of-cells', message: 'has 1 cells where the header has 2' },
      { line: 3, code: 'wrong-number-of-cells', message: 'has 3 cells where the header has 2' },
    ]);
  });

  it('reports the cell that is not UTF-8', async () => {
    const rows = Buffer.from('reference,due_on\n1,caf\xe9\n2,caf\u00e9\n', 'latin1');
    expect(await rowsOf(rows)).toMatchObject([
      { line: 2, column: 'due_on', code: 'not-utf-8' },
      { line: 3, column: 'due_on', code: 'not-utf-8' },
    ]);
  });

  it('accepts a replacement character that is in the file', async () => {
    expect(await rowsOf('reference,due_on\n1,\ufffd\n')).toEqual([
      { line: 2, reference: '1', due_on: '\ufffd' },
    ]);
  });

  it('guesses the cell of a malformed row in each of its lines', async () => {
    const table = await open('due_on,reference\n"x,"19 007 429"\n"a\nb",1,2\n');
    const batches = [];
    for await (const batch of table.rows()) batches.push(batch);
    const guesses = batches.flat().map((row) => ('guessCells' in row ? row.guessCells('reference') : null));
    expect(guesses).toEqual([['19 007 429'], ['', '1', '']]);
  });
});

describe('a file that cannot be imported', () => {
  it.each<[string, string | Buffer, string]>([
    ['nothing', '', 'it is empty'],
    ['blank lines', '\n\r\n , \n', 'it is empty'],
    ['a missing column', 'reference,due\n', 'it has no column due_on; its header is: reference, due'],
    [
      'other separators',
      'reference;due_on\n',
      'it has no column reference, due_on; its header is: reference;due_on',
    ],
    ['a column twice', 'reference,due_on,Due On\n', 'it has column due_on twice'],
    [
      'a workbook',
      Buffer.from('PK\u0003\u0004\u0014\u0000\u0006', 'latin1'),
      'not CSV: it is a workbook or another zip archive; save it as CSV (UTF-8)',
    ],
    [
      'UTF-16',
      Buffer.from('\ufeffreference,due_on\n', 'utf16le'),
      'not CSV: it is UTF-16 text; save it as CSV (UTF-8)',
    ],
    [
      'a byte of zero far in',
      `reference,due_on\n${'1,2\n'.repeat(50_000)}1,\u0000\n`,
      'not CSV: it is binary',
    ],
    [
      'a header with a stray quotation mark',
      'reference,"due"_on\n',
      'the header has a stray quotation mark; put the cell in quotation marks and double those within it',
    ],
    [
      'a header that is not UTF-8',
      Buffer.from('reference,due_on,\xe9\n', 'latin1'),
      'the header is not UTF-8 text; save the file as CSV (UTF-8)',
    ],
  ])('holds %s', async (_, content, why) => {
    expect(await refusalOf(content)).toBe(why);
  });

  it('is missing, or a folder', async () => {
    await expect(CsvTable.open(join(folder, 'none.csv'), ['a'])).rejects.toThrow(
      'none.csv: there is no such file',
    );
    await expect(CsvTable.open(folder, ['a'])).rejects.toThrow(`${folder}: it is a folder`);
  });

  it('has a header whose control characters are not printed', async () => {
    expect(await refusalOf('\u001b[31mred,b\n')).toBe(
      'it has no column reference, due_on; its header is: [31mred, b',
    );
  });
});
