import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LetterModel } from '../model/letter-model.js';
import type { PdfWorkers } from '../rendering/pdf-workers.js';
import { renderHtml } from '../rendering/render-html.js';
import { renderText } from '../rendering/render-text.js';

/** A written file: its name in the folder, its length in bytes and their SHA-256 in hexadecimal. */
export type LetterFile = Readonly<{ name: string; bytes: number; sha256: string }>;

/** A letter whose PDF, HTML and text are written. */
export type WrittenLetter = Readonly<{ model: LetterModel; files: readonly LetterFile[] }>;

/** A letter that could not be rendered, and why. It has no files. */
export type FailedLetter = Readonly<{ model: LetterModel; error: Error }>;

/** Renders PDFs, up to `workers` at the same time. */
export type PdfRenderer = Pick<PdfWorkers, 'workers' | 'render'>;

/** `E07000129-blaby-district-council-2019-20`: the name of a letter's files without the extension. */
export function letterFileStem({ authority, year }: LetterModel): string {
  const slug = authority.name
    .normalize('NFD')
    .replaceAll(/[\p{M}'’]/gu, '')
    .replaceAll('&', ' and ')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 80)
    .replaceAll(/^-|-$/g, '');
  return [authority.code, slug, year].filter((part) => part !== '').join('-');
}

/**
 * Writes letters into a folder, created if it does not exist, and yields the result of each in the order given. A
 * letter that cannot be rendered leaves no file and does not stop the others.
 * @throws Error when the folder cannot be written to.
 */
export async function* writeLetters(
  models: Iterable<LetterModel>,
  folder: string,
  renderer: PdfRenderer,
): AsyncGenerator<WrittenLetter | FailedLetter> {
  await mkdir(folder, { recursive: true });
  const pending: Promise<WrittenLetter | FailedLetter>[] = [];
  try {
    for (const model of models) {
      const result = writeLetter(model, folder, renderer);
      // A rejection is thrown when this letter's result is yielded, and must not count as unhandled before that.
      result.catch(() => undefined);
      pending.push(result);
      // Enough letters are pending that no worker waits while files are written.
      if (pending.length > renderer.workers * 2) yield* shiftResult(pending);
    }
    while (pending.length > 0) yield* shiftResult(pending);
  } finally {
    await Promise.allSettled(pending);
  }
}

async function* shiftResult<Result>(pending: Promise<Result>[]): AsyncGenerator<Result> {
  const first = pending.shift();
  if (first !== undefined) yield await first;
}

async function writeLetter(
  model: LetterModel,
  folder: string,
  renderer: PdfRenderer,
): Promise<WrittenLetter | FailedLetter> {
  let pdf: Uint8Array;
  try {
    pdf = await renderer.render(model);
  } catch (error) {
    return { model, error: error instanceof Error ? error : new Error(String(error)) };
  }
  const stem = letterFileStem(model);
  const files = await Promise.all([
    writeFileAtomically(folder, `${stem}.pdf`, pdf),
    writeFileAtomically(folder, `${stem}.html`, Buffer.from(renderHtml(model))),
    writeFileAtomically(folder, `${stem}.txt`, Buffer.from(renderText(model))),
  ]);
  return { model, files };
}

/** Writes a temporary file and renames it, so that a reader finds the new file or the old one, never a part. */
async function writeFileAtomically(folder: string, name: string, content: Uint8Array): Promise<LetterFile> {
  const temporary = join(folder, `.${name}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, content, { flag: 'wx' });
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { name, bytes: content.byteLength, sha256: createHash('sha256').update(content).digest('hex') };
}
