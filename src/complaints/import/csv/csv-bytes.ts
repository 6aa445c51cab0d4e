import { createReadStream } from 'node:fs';
import { systemCode } from '../../../platform/embedded-postgres/system-error.js';
import { InvalidInput } from '../../../platform/errors.js';

/** A file that cannot be taken at all; nothing of any file is stored (exit 2). */
export class UnusableFile extends InvalidInput {
  constructor(
    readonly file: string,
    why: string,
  ) {
    super(`${file}: ${why}`, [{ pointer: file, detail: why }], 'unusable-file');
  }
}

/** What a file that is no text begins with, and what to do instead. */
const NO_TEXT: readonly (readonly [name: string, start: readonly number[]])[] = [
  ['a workbook or another zip archive; save it as CSV (UTF-8)', [0x50, 0x4b, 0x03, 0x04]],
  ['an old workbook; save it as CSV (UTF-8)', [0xd0, 0xcf, 0x11, 0xe0]],
  ['compressed; unpack it first', [0x1f, 0x8b]],
  ['a PDF', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['UTF-16 text; save it as CSV (UTF-8)', [0xff, 0xfe]],
  ['UTF-16 text; save it as CSV (UTF-8)', [0xfe, 0xff]],
];
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const LONGEST_START = 5;
const CR = 0x0d;

/**
 * The bytes of a text file, without byte order mark, in chunks none of which parts a CR from its LF.
 * @throws UnusableFile when it cannot be read or is binary, however late that shows.
 */
export function csvBytes(file: string): AsyncGenerator<Buffer> {
  return textOf(file, chunksOf(file));
}

/** The same of a file's bytes as they come. */
export async function* textOf(file: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let first = true;
  for await (const chunk of chunks) {
    if (chunk.includes(0))
      throw new UnusableFile(file, (first && refusal(held, chunk)) || 'not CSV: it is binary');
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (first && held.length < LONGEST_START) continue;
    const text = first ? withoutMark(file, held) : held;
    first = false;
    const whole = text.at(-1) === CR ? text.length - 1 : text.length;
    held = text.subarray(whole);
    if (whole > 0) yield text.subarray(0, whole);
  }
  const rest = first ? withoutMark(file, held) : held;
  if (rest.length > 0) yield rest;
}

function withoutMark(file: string, start: Buffer): Buffer {
  const why = refusal(start);
  if (why !== undefined) throw new UnusableFile(file, why);
  return start.subarray(0, 3).equals(BYTE_ORDER_MARK) ? start.subarray(3) : start;
}

function refusal(...start: readonly Buffer[]): string | undefined {
  const bytes = Buffer.concat(start).subarray(0, LONGEST_START);
  const found = NO_TEXT.find(([, begins]) => begins.every((byte, index) => bytes[index] === byte));
  return found && `not CSV: it is ${found[0]}`;
}

async function* chunksOf(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Buffer;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new UnusableFile(file, REASONS.get(code) ?? `it cannot be read (${code})`);
  }
}

const REASONS = new Map([
  ['ENOENT', 'there is no such file'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'you may not read it'],
]);
