import fc from 'fast-check';
import { csvRecords, MAX_RECORD_BYTES, type CsvRecord } from './csv-records.js';

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length;) {
    let end = Math.min(start + size, bytes.length);
    // As csvBytes guarantees: no chunk ends between a CR and its LF.
    if (bytes[end - 1] === 0x0d) end += 1;
    yield await Promise.resolve(bytes.subarray(start, end));
    start = end;
  }
}

async function recordsOf(text: string | Buffer, size = 65_536): Promise<CsvRecord[]> {
  const pages: CsvRecord[][] = [];
  for await (const page of csvRecords(chunked(Buffer.from(text), size))) pages.push(page);
  return pages.flat();
}

/** `line: cells` of each record, or `line! fault` of a malformed one. */
async function summaries(text: string | Buffer, size?: number): Promise<string[]> {
  const records = await recordsOf(text, size);
  return records.map((record) =>
    'malformed' in record
      ? `${record.line}! ${record.malformed.code} in cell ${record.malformed.cell}`
      : `${record.line}: ${record.fields.join('|')}`,
  );
}

describe('the records of a CSV file', () => {
  it.each([
    ['LF', 'a,b\nc,d\n'],
    ['CR LF', 'a,b\r\nc,d\r\n'],
    ['CR', 'a,b\rc,d\r'],
    ['no line end at the end', 'a,b\nc,d'],
  ])('are the same with %s', async (_, text) => {
    expect(await summaries(text)).toEqual(['1: a|b', '2: c|d']);
  });

  it('have the physical line at which they begin, with blank lines and quoted line ends before it', async () => {
    expect(await summaries('a,b\r\n\r\n"c\r\nand\r\nmore",d\r\n\r\n\r\ne,f')).toEqual([
      '1: a|b',
      '3: c\r\nand\r\nmore|d',
      '8: e|f',
    ]);
  });

  it('continue at the line after one with a stray quotation mark', async () => {
    expect(await summaries('a,b\n1,the "big" one\n2,"not closed" at all\n3,d\n')).toEqual([
      '1: a|b',
      '2! stray-quote in cell 1',
      '3! stray-quote in cell 1',
      '4: 3|d',
    ]);
  });

  it('have the right line when one is malformed after blank lines', async () => {
    expect(await summaries('a,b\r\n\r\n\r\n1,the "big" one\r\n\r\n2,c\r\n')).toEqual([
      '1: a|b',
      '4! stray-quote in cell 1',
      '6: 2|c',
    ]);
  });

  it('continue at the line after one whose quotation mark is never closed', async () => {
    expect(await summaries('a,b\n1,"open\n2,c\n3,d')).toEqual([
      '1: a|b',
      '2! quote-not-closed in cell 1',
      '3: 2|c',
      '4: 3|d',
    ]);
  });

  it('continue after a line that is too long, and keep little of it', async () => {
    const long = Buffer.concat([
      Buffer.from('a,b\n1,'),
      Buffer.alloc(10_000_000, 'x'),
      Buffer.from('\n2,c\n'),
    ]);
    expect(await summaries(long)).toEqual(['1: a|b', '2! line-too-long in cell 1', '3: 2|c']);
    const kept = (await recordsOf(long)).reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(kept).toBeLessThan(2 * MAX_RECORD_BYTES);
  });

  it('are not lost when the file ends within a line that is too long', async () => {
    expect(await summaries(`a,b\n1,${'x'.repeat(MAX_RECORD_BYTES + 1)}`)).toEqual([
      '1: a|b',
      '2! line-too-long in cell 1',
    ]);
  });

  const cell = fc.string({ unit: fc.constantFrom('a', '1', ' ', ',', '"', '\n', '\r\n', 'é', '€') });
  const rows = fc.array(
    fc.array(cell, { minLength: 2, maxLength: 4 }).filter((cells) => cells.some((text) => text !== '')),
    { minLength: 1, maxLength: 20 },
  );

  it('read back as they were written, with their lines, from chunks of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 40 }),
        async (all, end, size) => {
          let line = 1;
          const expected = all.map((fields) => {
            const begins = line;
            line += 1 + fields.join('').split('\n').length - 1;
            return { line: begins, fields };
          });
          const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
          const text = all.map((fields) => fields.map(quoted).join(',') + end).join('');
          const records = await recordsOf(text, size);
          expect(
            records.map((record) =>
              'fields' in record ? { line: record.line, fields: record.fields } : record,
            ),
          ).toEqual(expected);
        },
      ),
    );
  });

  it('are read from any bytes in rising order of lines, without an error', async () => {
    const bytes = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', '\r\n') });
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 9 }), async (text, size) => {
        const lines = (await recordsOf(text, size)).map(({ line }) => line);
        expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
        expect(Math.max(0, ...lines)).toBeLessThanOrEqual(text.split(/\r\n|\r|\n/).length);
        expect(await summaries(text, size)).toEqual(await summaries(text));
      }),
      { numRuns: 300 },
    );
  });
});
