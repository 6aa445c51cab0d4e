import { parentPort } from 'node:worker_threads';
import { DomainRefusal } from '../../platform/errors.js';
import type { LetterModel } from '../model/letter-model.js';
import { renderPdf } from './render-pdf.js';

/** What the worker answers to a letter: its pages, a rule that forbids them, or what went wrong. */
export type PdfWorkerAnswer =
  | Readonly<{ pdf: Uint8Array }>
  | Readonly<{ refused: { code: string; message: string; field?: string | undefined } }>
  | Readonly<{ failed: string }>;

parentPort?.on('message', (model: LetterModel) => {
  const answer = answerTo(model);
  parentPort?.postMessage(answer, 'pdf' in answer ? [answer.pdf.buffer as ArrayBuffer] : []);
});

function answerTo(model: LetterModel): PdfWorkerAnswer {
  try {
    // A copy, because the compiler's own memory cannot be handed to another thread.
    return { pdf: Uint8Array.from(renderPdf(model)) };
  } catch (error) {
    if (error instanceof DomainRefusal) {
      return { refused: { code: error.code, message: error.message, field: error.field } };
    }
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}
