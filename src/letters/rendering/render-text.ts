import type { LetterModel } from '../model/letter-model.js';
import type { ProseBlock } from '../model/letter-prose.js';

/**
 * A letter as plain text: one line for each paragraph, blank lines between them, line ends `\n`. The doughnuts are left
 * out, because the sentence under each heading says the same.
 */
export function renderText(model: LetterModel): string {
  const notice = model.notice === null ? [] : [`[${model.notice}]`];
  const paragraphs = [
    ...notice,
    model.letterhead,
    model.dateLine,
    model.delivery,
    model.addressee.join('\n'),
    model.salutation,
    model.subject,
    ...model.body.flatMap(proseText),
    model.closing,
    model.signatory.join('\n'),
    ...notice,
    `${model.statistics.heading}\n${model.statistics.period}`,
    ...model.statistics.blocks.flatMap(({ heading, lines }) => [heading, ...lines.map((line) => line.text)]),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

function proseText(block: ProseBlock): string[] {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return [block.text];
    case 'list':
      return [block.items.map((item) => `- ${item}`).join('\n')];
    case 'definitions':
      return block.entries.map(({ term, text }) => `${term}: ${text}`);
  }
}
