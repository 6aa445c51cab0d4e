import { fileURLToPath } from 'node:url';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { DOUGHNUT_SIZE, doughnutRing } from './doughnut.js';
import { readingOrder, type LetterModel } from '../model/letter-model.js';
import { refuseUnprintable } from './printable-text.js';
import { letterFonts } from './typeface.js';

const TEMPLATE = fileURLToPath(new URL('./letter.typ', import.meta.url));
const COLOURS = { share: '#00566b', rest: '#d5dfe3' };

let compiler: NodeCompiler | undefined;

/**
 * A letter as tagged PDF/UA-1 on A4, with embedded fonts and the statistics on a page of their own. The same letter
 * gives the same bytes: its only date is the letter's, and its ids derive from its content.
 * @throws DomainRefusal `unprintable-character` for a character that the letter's typeface lacks.
 */
export function renderPdf(model: LetterModel): Uint8Array {
  refuseUnprintable(model);
  compiler ??= NodeCompiler.create({
    workspace: fileURLToPath(new URL('.', import.meta.url)),
    fontArgs: [{ fontBlobs: letterFonts() }],
  });
  const drawings = model.statistics.blocks.map(({ doughnut }) =>
    doughnut === null ? null : drawing(doughnut.percent),
  );
  const longWords = readingOrder(model).some((text) => /\S{40}/.test(text));
  const letter = JSON.stringify({ ...model, drawings, longWords });
  try {
    return compiler.pdf({ mainFilePath: TEMPLATE, inputs: { letter } }, { pdfStandard: 'ua-1' });
  } finally {
    // No letter reuses what was compiled for another, and the cache would only grow.
    compiler.evictCache(0);
  }
}

function drawing(percent: number): string {
  const square = `0 0 ${DOUGHNUT_SIZE} ${DOUGHNUT_SIZE}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${square}">${doughnutRing(percent, COLOURS)}</svg>`;
}
