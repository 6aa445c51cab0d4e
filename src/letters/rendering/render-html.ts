import { readFileSync } from 'node:fs';
import { DOUGHNUT_SIZE, doughnutRing } from './doughnut.js';
import type { LetterModel } from '../model/letter-model.js';
import type { ProseBlock } from '../model/letter-prose.js';
import type { StatisticsBlock } from '../model/statistics-blocks.js';

const STYLE = readFileSync(new URL('./letter.css', import.meta.url), 'utf8').trimEnd();
const COLOURS = { share: 'var(--accent)', rest: 'var(--rest)' };

/**
 * A letter as one HTML file that needs nothing else: no script, font or picture from elsewhere. Doughnuts are
 * drawings with a text alternative; on paper the statistics begin a page.
 */
export function renderHtml(model: LetterModel): string {
  const notice = model.notice === null ? '' : `<p class="notice">${escaped(model.notice)}</p>\n`;
  const { heading, period, blocks } = model.statistics;
  return `<!doctype html>
<html lang="${model.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(model.title)}</title>
<style>
${STYLE}${model.notice === null ? '' : everyPage(model.notice)}
</style>
</head>
<body>
<header>
<p class="letterhead">${escaped(model.letterhead)}</p>
${notice}</header>
<main>
<p><time datetime="${model.date}">${escaped(model.dateLine)}</time></p>
<p>${escaped(model.delivery)}</p>
<p>${lines(model.addressee)}</p>
<p>${escaped(model.salutation)}</p>
<h1>${escaped(model.subject)}</h1>
${model.body.map(prose).join('\n')}
<div class="signature">
<p>${escaped(model.closing)}</p>
<p>${lines(model.signatory)}</p>
</div>
<section class="statistics" aria-labelledby="statistics">
${notice}<h2 id="statistics">${escaped(heading)}</h2>
<p class="period">${escaped(period)}</p>
${blocks.map(block).join('\n')}
</section>
</main>
${model.notice === null ? '' : `<footer>\n<p>${escaped(model.notice)}</p>\n</footer>\n`}</body>
</html>
`;
}

/** Prints a notice in the margin of every page, for the pages that begin inside the text. */
function everyPage(notice: string): string {
  const text = notice.replaceAll(/[^A-Za-z0-9 .,:;]/gu, (character) => {
    return `\\${(character.codePointAt(0) ?? 0).toString(16)} `;
  });
  return `\n@page {\n  @bottom-left {\n    content: '${text}';\n    color: #5c3c00;\n    font: 600 9pt sans-serif;\n  }\n}`;
}

function prose(piece: ProseBlock): string {
  switch (piece.kind) {
    case 'heading':
      return `<h2>${escaped(piece.text)}</h2>`;
    case 'paragraph':
      return `<p>${escaped(piece.text)}</p>`;
    case 'list':
      return `<ul>\n${piece.items.map((item) => `<li>${escaped(item)}</li>`).join('\n')}\n</ul>`;
    case 'definitions':
      return `<dl>\n${piece.entries
        .map(({ term, text }) => `<dt>${escaped(term)}</dt>\n<dd>${escaped(text)}</dd>`)
        .join('\n')}\n</dl>`;
  }
}

function block({ rate, heading, doughnut, lines: sentences }: StatisticsBlock): string {
  const words = sentences.map(({ role, text }) => `<p class="${role}">${escaped(text)}</p>`).join('\n');
  const middle = DOUGHNUT_SIZE / 2;
  const drawing =
    doughnut === null
      ? ''
      : `<svg viewBox="0 0 ${DOUGHNUT_SIZE} ${DOUGHNUT_SIZE}" role="img" aria-labelledby="${rate}-figure">
<title id="${rate}-figure">${escaped(doughnut.alternative)}</title>
${doughnutRing(doughnut.percent, COLOURS)}
<text x="${middle}" y="${middle}" dy="0.35em" aria-hidden="true">${escaped(doughnut.label)}</text>
</svg>
`;
  return `<section class="block" aria-labelledby="${rate}">
<h3 id="${rate}">${escaped(heading)}</h3>
<div class="figures">
${drawing}<div>
${words}
</div>
</div>
</section>`;
}

function lines(texts: readonly string[]): string {
  return texts.map(escaped).join('<br>\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
