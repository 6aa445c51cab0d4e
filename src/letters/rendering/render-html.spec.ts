import { BLABY, REDDITCH, WORCESTERSHIRE, letterOf } from '../../../test/support/letters.js';
import { readingOrder } from '../model/letter-model.js';
import { renderHtml } from './render-html.js';

const VOID = new Set(['!doctype', 'meta', 'br', 'circle', 'path']);
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

type Tag = { name: string; attributes: string; text: string };

/** The elements in order of their start tags, each with its text. @throws Error where tags do not nest. */
function elementsOf(html: string): Tag[] {
  const tags: Tag[] = [];
  const open: Tag[] = [];
  for (const [, closing, name = '', attributes = '', text = ''] of html.matchAll(
    /<(\/?)([!a-z][a-z0-9]*)([^<>]*)>([^<]*)/gi,
  )) {
    const lower = name.toLowerCase();
    if (closing === '/') {
      const last = open.pop();
      if (last?.name !== lower) throw new Error(`</${name}> closes <${last?.name ?? 'nothing'}>`);
    } else {
      const tag = { name: lower, attributes, text: '' };
      tags.push(tag);
      if (!VOID.has(lower)) open.push(tag);
    }
    const words = text.replaceAll(/&([a-z0-9#]+);/g, (_, entity: string) => ENTITIES[entity] ?? '?');
    for (const tag of open) tag.text += words;
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name ?? ''}> is never closed`);
  return tags;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** The text of the body without the text alternatives of drawings. */
function bodyText(html: string): string {
  const tags = elementsOf(html.replaceAll(/<title id=[^>]*>[^<]*<\/title>/g, ''));
  return oneLine(tags.find((tag) => tag.name === 'body')?.text ?? '');
}

describe('a letter as HTML', () => {
  it('has the text of the letter in order, and no other', async () => {
    for (const council of [BLABY, WORCESTERSHIRE, REDDITCH]) {
      const model = await letterOf(council, { paragraphs: ['Words of our own.'] });
      expect(bodyText(renderHtml(model))).toBe(oneLine(readingOrder(model).join(' ')));
    }
  });

  it('states its language and title, and has landmarks and headings of each level in turn', async () => {
    const tags = elementsOf(renderHtml(await letterOf(BLABY)));
    expect(tags.find((tag) => tag.name === 'html')?.attributes).toBe(' lang="en-GB"');
    expect(tags.find((tag) => tag.name === 'title')?.text).toBe(
      'Annual Review letter 2020: Blaby District Council',
    );
    expect(tags.filter((tag) => ['header', 'main'].includes(tag.name)).map((tag) => tag.name)).toEqual([
      'header',
      'main',
    ]);
    expect(tags.filter((tag) => /^h\d$/.test(tag.name)).map((tag) => [tag.name, tag.text])).toEqual([
      ['h1', 'Annual Review letter 2020'],
      ['h2', 'Complaint statistics'],
      ['h2', 'Resources and help'],
      ['h2', 'Blaby District Council'],
      ['h3', 'Complaints upheld'],
      ['h3', 'Compliance with Ombudsman recommendations'],
      ['h3', 'Satisfactory remedies provided by the authority'],
    ]);
  });

  it('draws three doughnuts with a text alternative, and none without figures', async () => {
    const tags = elementsOf(renderHtml(await letterOf(BLABY)));
    const drawings = tags.filter((tag) => tag.name === 'svg');
    const titles = tags.filter((tag) => tag.name === 'title').slice(1);
    expect(drawings.map((tag) => /role="img" aria-labelledby="([^"]+)"/.exec(tag.attributes)?.[1])).toEqual(
      titles.map((tag) => /id="([^"]+)"/.exec(tag.attributes)?.[1]),
    );
    expect(titles.map((tag) => tag.text)).toEqual([
      'Doughnut chart. Complaints upheld: 75%.',
      'Doughnut chart. Compliance with Ombudsman recommendations: 100%.',
      'Doughnut chart. Satisfactory remedies provided by the authority: 33%.',
    ]);
    expect(renderHtml(await letterOf(REDDITCH))).not.toContain('<svg');
  });

  it('has no script and nothing from elsewhere, and uses each id once', async () => {
    const html = renderHtml(await letterOf({ ...BLABY, synthetic: true }));
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\ssrc=|href=|url\(|@import|@font-face|https?:/i);
    const ids = elementsOf(html).flatMap((tag) => /\sid="([^"]+)"/.exec(tag.attributes)?.[1] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...html.matchAll(/aria-labelledby="([^"]+)"/g)].map((match) => match[1]);
    expect(references.filter((id) => !ids.includes(id ?? ''))).toEqual([]);
    expect(references).toHaveLength(7);
  });

  it('escapes markup in names and paragraphs', async () => {
    const hostile = `</p></style><script>alert("x")</script> & &amp; ' onload=x`;
    const model = await letterOf({ ...BLABY, name: `<b>"'Council` }, { paragraphs: [hostile] });
    const html = renderHtml(model);
    expect(html).not.toMatch(/<script|<b>/);
    expect(bodyText(html)).toBe(oneLine(readingOrder(model).join(' ')));
    expect(bodyText(html)).toContain(hostile);
  });

  it('of synthetic figures says so at the head, above the statistics, at the foot and on each printed page', async () => {
    const html = renderHtml(await letterOf({ ...BLABY, synthetic: true }));
    const notice = "Synthetic data for demonstration: not the council's figures";
    const text = bodyText(html);
    expect(text.startsWith(`Local Government & Social Care Ombudsman ${notice} 22 July 2020`)).toBe(true);
    expect(text).toContain(`${notice} Blaby District Council For the period ending`);
    expect(text.endsWith(notice)).toBe(true);
    expect(html).toContain(
      String.raw`content: 'Synthetic data for demonstration: not the council\27 s figures';`,
    );
    expect(renderHtml(await letterOf(BLABY))).not.toMatch(/synthetic/i);
  });
});
