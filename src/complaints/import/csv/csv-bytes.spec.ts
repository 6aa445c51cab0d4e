import { textChunks } from './csv-bytes.js';
import { UnusableFile } from './unusable-file.js';

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) {
    yield await Promise.resolve(bytes.subarray(start, start + size));
  }
}

async function chunksOf(content: string | Buffer, size: number): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of textChunks('file.csv', chunked(Buffer.from(content), size)))
    chunks.push(chunk.toString());
  return chunks;
}

describe('the bytes of a file, in chunks of any size', () => {
  it.each([1, 2, 3, 7, 100])(
    'lose the byte order mark and keep CR LF together, %i at a time',
    async (size) => {
      const text = 'a,b\r\nc,d\r\r\n\r';
      const chunks = await chunksOf(`\ufeff${text}`, size);
      expect(chunks.join('')).toBe(text);
      expect(chunks.filter((chunk, index) => chunk.startsWith('\n') && index > 0)).toEqual([]);
    },
  );

  it.each([1, 3, 100])('are refused when they begin like a workbook, %i at a time', async (size) => {
    await expect(chunksOf('PK\u0003\u0004 and more', size)).rejects.toThrow('it is a workbook');
  });

  it.each([1, 3, 100])('are refused when one of them is zero, %i at a time', async (size) => {
    await expect(chunksOf('a,b\n1,\u0000', size)).rejects.toThrow(UnusableFile);
  });

  it('may be fewer than a signature', async () => {
    expect(await chunksOf('a', 1)).toEqual(['a']);
    expect(await chunksOf('\ufeff', 1)).toEqual([]);
  });
});
