import { createReadStream } from 'node:fs';
import { systemCode } from '../../../platform/system-error.js';
import { UnusableFile } from './unusable-file.js';

/** Files that are often given in place of CSV: the bytes they begin with, and what to do instead. */
const OTHER_FORMATS: readonly (readonly [description: string, firstBytes: readonly number[]])[] = [
  ['a workbook or another zip archive; save it as CSV (UTF-8)', [0x50, 0x4b, 0x03, 0x04]],
  ['an old workbook; save it as CSV (UTF-8)', [0xd0, 0xcf, 0x11, 0xe0]],
  ['compressed; unpack it first', [0x1f, 0x8b]],
  ['a PDF', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['UTF-16 text; save it as CSV (UTF-8)', [0xff, 0xfe]],
  ['UTF-16 text; save it as CSV (UTF-8)', [0xfe, 0xff]],
];
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** Bytes needed to recognise any of {@link OTHER_FORMATS} and the byte order mark. */
const SIGNATURE_LENGTH = 5;
const CR = 0x0d;

/**
 * The bytes of a text file without its byte order mark. No chunk ends between a CR and its LF.
 * @throws UnusableFile when the file cannot be read, or turns out to be binary at any point.
 */
export function csvBytes(path: string): AsyncGenerator<Buffer> {
  return textChunks(path, fileChunks(path));
}

/** As {@link csvBytes}, for the chunks of a file that is open already. */
export async function* textChunks(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pending: Buffer = Buffer.alloc(0);
  let atStart = true;
  for await (const chunk of chunks) {
    if (chunk.includes(0)) {
      const format = atStart ? otherFormat(Buffer.concat([pending, chunk])) : undefined;
      throw new UnusableFile(path, format ?? 'not CSV: it is binary');
    }
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    if (atStart && pending.length < SIGNATURE_LENGTH) continue;
    const text = atStart ? withoutByteOrderMark(path, pending) : pending;
    atStart = false;
    // A CR at the end waits for the next chunk, which may begin with its LF.
    const end = text.at(-1) === CR ? text.length - 1 : text.length;
    pending = text.subarray(end);
    if (end > 0) yield text.subarray(0, end);
  }
  const rest = atStart ? withoutByteOrderMark(path, pending) : pending;
  if (rest.length > 0) yield rest;
}

function withoutByteOrderMark(path: string, start: Buffer): Buffer {
  const format = otherFormat(start);
  if (format !== undefined) throw new UnusableFile(path, format);
  return start.subarray(0, 3).equals(BYTE_ORDER_MARK) ? start.subarray(3) : start;
}

/** Why the file is not CSV, when its first bytes are those of another format. */
function otherFormat(start: Buffer): string | undefined {
  const format = OTHER_FORMATS.find(([, firstBytes]) =>
    firstBytes.every((byte, index) => start[index] === byte),
  );
  return format && `not CSV: it is ${format[0]}`;
}

async function* fileChunks(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Buffer;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new UnusableFile(path, READ_ERRORS.get(code) ?? `it cannot be read (${code})`);
  }
}

const READ_ERRORS = new Map([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'you may not read it'],
]);
