import { DomainRefusal } from '../../platform/errors.js';
import type { LetterModel } from '../model/letter-model.js';
import { renderPdf } from './render-pdf.js';

/** A letter's PDF, or the rule that forbids it: an error loses its class and code on the way between threads. */
export type PdfWorkerResult =
  | Readonly<{ pdf: Uint8Array }>
  | Readonly<{ refused: { code: string; message: string; field?: string | undefined } }>;

/** Renders one letter in a worker thread. @throws Error when the compiler fails. */
export default function renderInWorker(model: LetterModel): PdfWorkerResult {
  try {
    return { pdf: renderPdf(model) };
  } catch (error) {
    if (!(error instanceof DomainRefusal)) throw error;
    return { refused: { code: error.code, message: error.message, field: error.field } };
  }
}
