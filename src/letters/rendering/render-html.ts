import { readFileSync } from 'node:fs';
import { DOUGHNUT_SIZE, doughnutRing } from './doughnut.js';
import type { LetterModel } from '../model/letter-model.js';
import type { ProseBlock } from '../model/letter-prose.js';
import type { StatisticsBlock } from '../model/statistics-blocks.js';

const STYLE = readFileSync(new URL('./letter.css', import.meta.url), 'utf8').trimEnd();
const COLOURS = { share: 'var(--accent)', rest: 'var(--rest)' };

/**
 * A letter as one self-contained HTML file: no script, and no font or image from elsewhere. Doughnuts are SVG with a
 * text alternative. In print the statistics begin a new page.
 */
export function renderHtml(model: LetterModel): string {
  const notice = model.notice === null ? '' : `<p class="notice">${escapeHtml(model.notice)}</p>\n`;
  const { heading, period, blocks } = model.statistics;
  return `<!doctype html>
<html lang="${model.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(model.title)}</title>
<style>
${STYLE}${model.notice === null ? '' : noticeInPageMargin(model.notice)}
</style>
</head>
<body>
<header>
<p class="letterhead">${escapeHtml(model.letterhead)}</p>
${notice}</header>
<main>
<p><time datetime="${model.date}">${escapeHtml(model.dateLine)}</time></p>
<p>${escapeHtml(model.delivery)}</p>
<p>${linesHtml(model.addressee)}</p>
<p>${escapeHtml(model.salutation)}</p>
<h1>${escapeHtml(model.subject)}</h1>
${model.body.map(proseHtml).join('\n')}
<div class="signature">
<p>${escapeHtml(model.closing)}</p>
<p>${linesHtml(model.signatory)}</p>
</div>
<section class="statistics" aria-labelledby="statistics">
${notice}<h2 id="statistics">${escapeHtml(heading)}</h2>
<p class="period">${escapeHtml(period)}</p>
${blocks.map(statisticsHtml).join('\n')}
</section>
</main>
${model.notice === null ? '' : `<footer>\n<p>${escapeHtml(model.notice)}</p>\n</footer>\n`}</body>
</html>
`;
}

/** Style that prints the notice in the margin of every page, because a page may begin inside the text. */
function noticeInPageMargin(notice: string): string {
  const text = notice.replaceAll(/[^A-Za-z0-9 .,:;]/gu, (character) => {
    return `\\${(character.codePointAt(0) ?? 0).toString(16)} `;
  });
  return `\n@page {\n  @bottom-left {\n    content: '${text}';\n    color: #5c3c00;\n    font: 600 9pt sans-serif;\n  }\n}`;
}

function proseHtml(block: ProseBlock): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escapeHtml(block.text)}</h2>`;
    case 'paragraph':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'list':
      return `<ul>\n${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}\n</ul>`;
    case 'definitions':
      return `<dl>\n${block.entries
        .map(({ term, text }) => `<dt>${escapeHtml(term)}</dt>\n<dd>${escapeHtml(text)}</dd>`)
        .join('\n')}\n</dl>`;
  }
}

function statisticsHtml({ rate, heading, doughnut, lines }: StatisticsBlock): string {
  const sentences = lines.map(({ role, text }) => `<p class="${role}">${escapeHtml(text)}</p>`).join('\n');
  const middle = DOUGHNUT_SIZE / 2;
  const drawing =
    doughnut === null
      ? ''
      : `<svg viewBox="0 0 ${DOUGHNUT_SIZE} ${DOUGHNUT_SIZE}" role="img" aria-labelledby="${rate}-figure">
<title id="${rate}-figure">${escapeHtml(doughnut.alternative)}</title>
${doughnutRing(doughnut.percent, COLOURS)}
<text x="${middle}" y="${middle}" dy="0.35em" aria-hidden="true">${escapeHtml(doughnut.label)}</text>
</svg>
`;
  return `<section class="block" aria-labelledby="${rate}">
<h3 id="${rate}">${escapeHtml(heading)}</h3>
<div class="figures">
${drawing}<div>
${sentences}
</div>
</div>
</section>`;
}

function linesHtml(texts: readonly string[]): string {
  return texts.map(escapeHtml).join('<br>\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
