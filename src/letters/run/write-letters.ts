import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LetterModel } from '../model/letter-model.js';
import type { PdfWorkers } from '../rendering/pdf-workers.js';
import { renderHtml } from '../rendering/render-html.js';
import { renderText } from '../rendering/render-text.js';

/** A file as written: its name in the folder, its length in bytes and the SHA-256 of them, in hexadecimal. */
export type LetterFile = Readonly<{ name: string; bytes: number; sha256: string }>;

/** What became of one letter: its PDF, HTML and text, or why there are none. */
export type LetterOutcome = Readonly<{ model: LetterModel }> &
  (Readonly<{ files: readonly LetterFile[] }> | Readonly<{ error: Error }>);

/** What sets the letters: so many at a time. */
export type PdfRenderer = Pick<PdfWorkers, 'workers' | 'render'>;

/** `E07000129-blaby-district-council-2019-20`: the name of a letter's files, less their endings. */
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
 * Writes letters into a folder, made if need be, and tells what became of each in the order they were given.
 * A letter that cannot be rendered leaves no file of its own and does not stop the others; a folder that
 * cannot be written to does.
 */
export async function* writeLetters(
  models: Iterable<LetterModel>,
  folder: string,
  press: PdfRenderer,
): AsyncGenerator<LetterOutcome> {
  await mkdir(folder, { recursive: true });
  const underWay: Promise<LetterOutcome>[] = [];
  try {
    for (const model of models) {
      const outcome = writeLetter(model, folder, press);
      // Its failure is thrown when its turn comes, and must not count as unhandled until then.
      outcome.catch(() => undefined);
      underWay.push(outcome);
      // Enough ahead that no worker waits while files are written.
      if (underWay.length > press.workers * 2) yield* firstOf(underWay);
    }
    while (underWay.length > 0) yield* firstOf(underWay);
  } finally {
    await Promise.allSettled(underWay);
  }
}

async function* firstOf(underWay: Promise<LetterOutcome>[]): AsyncGenerator<LetterOutcome> {
  const first = underWay.shift();
  if (first !== undefined) yield await first;
}

async function writeLetter(model: LetterModel, folder: string, press: PdfRenderer): Promise<LetterOutcome> {
  let pdf: Uint8Array;
  try {
    pdf = await press.render(model);
  } catch (error) {
    return { model, error: error instanceof Error ? error : new Error(String(error)) };
  }
  const stem = letterFileStem(model);
  const files = await Promise.all([
    writeFileWhole(folder, `${stem}.pdf`, pdf),
    writeFileWhole(folder, `${stem}.html`, Buffer.from(renderHtml(model))),
    writeFileWhole(folder, `${stem}.txt`, Buffer.from(renderText(model))),
  ]);
  return { model, files };
}

/** Under its name stands the whole file or the one before it, never a part. */
async function writeFileWhole(folder: string, name: string, content: Uint8Array): Promise<LetterFile> {
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
