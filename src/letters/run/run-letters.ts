import { startProgress } from '../../platform/cli/progress.js';
import type { LetterModel } from '../model/letter-model.js';
import { PdfWorkers } from '../rendering/pdf-workers.js';
import { writeLetters, type FailedLetter, type WrittenLetter } from './write-letters.js';

/** What a run wrote, and what it could not render; letters left over by an abort are in neither. */
export type LetterRun = Readonly<{ written: readonly WrittenLetter[]; failed: readonly FailedLetter[] }>;

/**
 * Writes letters with PDF workers of its own and shows progress on stderr. Stops early when the signal aborts; the
 * same run again writes the rest, for the files of a letter always have the same names and bytes.
 * @throws Error when the folder cannot be written to.
 */
export async function runLetters(
  models: readonly LetterModel[],
  folder: string,
  signal: AbortSignal,
): Promise<LetterRun> {
  const workers = new PdfWorkers();
  const progress = startProgress('Writing letters', models.length);
  const written: WrittenLetter[] = [];
  const failed: FailedLetter[] = [];
  try {
    for await (const result of writeLetters(models, folder, workers)) {
      if ('error' in result) failed.push(result);
      else written.push(result);
      progress.advance(1);
      if (signal.aborted) break;
    }
  } finally {
    progress.end();
    await workers.close();
  }
  return { written, failed };
}
