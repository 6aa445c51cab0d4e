import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BLABY, REDDITCH, WORCESTERSHIRE, letterOf } from '../../../test/support/letters.js';
import { oneLine, pagesOf, readAloud, withPdf } from '../../../test/support/pdf.js';
import { readingOrder, type LetterModel } from '../model/letter-model.js';
import { renderPdf } from './render-pdf.js';

function expected(model: LetterModel): string {
  return oneLine(readingOrder(model).join(' '));
}

describe('a letter as PDF', () => {
  it('has the text of the letter, tagged in reading order, and no other', async () => {
    for (const council of [BLABY, WORCESTERSHIRE, REDDITCH]) {
      const model = await letterOf(council, { paragraphs: ['Words of our own.'] });
      await withPdf(renderPdf(model), async (document) => {
        expect(readAloud(await pagesOf(document))).toBe(expected(model));
      });
    }
  });

  it('is tagged PDF/UA-1 on A4 with its title shown, its language and the date of the letter', async () => {
    await withPdf(renderPdf(await letterOf(BLABY)), async (document) => {
      expect(await document.getMarkInfo()).toMatchObject({ Marked: true, Suspects: false });
      const metadata = await document.getMetadata();
      expect(metadata.info).toMatchObject({
        Title: 'Annual Review letter 2020: Blaby District Council',
        Author: 'Local Government & Social Care Ombudsman',
        Language: 'en-GB',
        CreationDate: 'D:20200722000000Z',
        ModDate: 'D:20200722000000Z',
      });
      expect(metadata.metadata.get('pdfuaid:part')).toBe('1');
      expect(await document.getViewerPreferences()).toMatchObject({ DisplayDocTitle: true });
      const { view } = await document.getPage(1);
      expect(view.map(Math.round)).toEqual([0, 0, 595, 842]);
    });
  });

  it('has headings of each level in turn, as tags and as bookmarks', async () => {
    const headings = [
      ['H1', 'Annual Review letter 2020'],
      ['H2', 'Complaint statistics'],
      ['H2', 'Resources and help'],
      ['H2', 'Blaby District Council'],
      ['H3', 'Complaints upheld'],
      ['H3', 'Compliance with Ombudsman recommendations'],
      ['H3', 'Satisfactory remedies provided by the authority'],
    ];
    await withPdf(renderPdf(await letterOf(BLABY)), async (document) => {
      const pages = await pagesOf(document);
      const tagged = pages.flatMap(({ tags, textOf }) =>
        tags.filter((tag) => /^H\d$/.test(tag.role ?? '')).map((tag) => [tag.role, oneLine(textOf(tag))]),
      );
      expect(tagged).toEqual(headings);
      type Bookmark = { title: string; items: Bookmark[] };
      const outline = (await document.getOutline()) as Bookmark[];
      const titles = (marks: Bookmark[]): string[] =>
        marks.flatMap((mark) => [mark.title, ...titles(mark.items)]);
      expect(titles(outline)).toEqual(headings.map(([, title]) => title));
    });
  });

  it('has three doughnuts with text alternatives, and none without figures', async () => {
    const alternatives = (pdf: Uint8Array) =>
      withPdf(pdf, async (document) =>
        (await pagesOf(document)).flatMap(({ tags }) =>
          tags.filter((tag) => tag.role === 'Figure').map((tag) => tag.alt),
        ),
      );
    expect(await alternatives(renderPdf(await letterOf(WORCESTERSHIRE)))).toEqual([
      'Doughnut chart. Complaints upheld: 86%.',
      'Doughnut chart. Compliance with Ombudsman recommendations: 92%.',
      'Doughnut chart. Satisfactory remedies provided by the authority: 16%.',
    ]);
    expect(await alternatives(renderPdf(await letterOf(REDDITCH)))).toEqual([]);
  });

  it('embeds every font, and uses only those shipped', async () => {
    const pdf = Buffer.from(renderPdf(await letterOf(BLABY))).toString('latin1');
    const fonts = [...pdf.matchAll(/\/Type \/FontDescriptor[^>]*?\/FontName \/[A-Z]{6}\+(\S+)[\s\S]*?>>/g)];
    expect(fonts.map((font) => font[1]).sort()).toEqual(['SourceSans3-Regular', 'SourceSans3-SemiBold']);
    expect(fonts.every((font) => font[0].includes('/FontFile'))).toBe(true);
    expect(pdf.match(/\/Type \/Font\b/g)).toHaveLength(4);
  });

  it('has at most two pages of letter and one of statistics, with own paragraphs of a usual length', async () => {
    const paragraphs = Array.from({ length: 4 }, () => 'Some words about a case. '.repeat(18));
    for (const parts of [{}, { paragraphs }]) {
      await withPdf(
        renderPdf(await letterOf({ ...WORCESTERSHIRE, synthetic: true }, parts)),
        async (document) => {
          const pages = await pagesOf(document);
          expect(pages).toHaveLength(3);
          expect(readAloud(pages.slice(1, 2))).toMatch(
            /Chair, Commission for Local Administration in England$/,
          );
          expect(readAloud(pages.slice(2))).toMatch(
            /^Synthetic data[^.]+figures Worcestershire County Council For the period ending: 31\/03\/20 Complaints upheld/,
          );
        },
      );
    }
  });

  it('keeps the statistics to one page under a name of 200 characters', async () => {
    const name = 'A Council of Very Many Places and '.repeat(6).slice(0, 199) + 'X';
    await withPdf(renderPdf(await letterOf({ ...BLABY, name, synthetic: true })), async (document) => {
      expect(document.numPages).toBe(3);
      expect(readAloud((await pagesOf(document)).slice(2))).toContain(name);
    });
  });

  it('takes more pages for long paragraphs, with the statistics alone on the last', async () => {
    const model = await letterOf(
      { ...BLABY, synthetic: true },
      { paragraphs: Array.from({ length: 30 }, (_, index) => `Paragraph ${index}. `.repeat(40)) },
    );
    await withPdf(renderPdf(model), async (document) => {
      const pages = await pagesOf(document);
      expect(pages.length).toBeGreaterThan(4);
      expect(readAloud(pages.slice(-1))).toMatch(/Blaby District Council For the period ending/);
      // Each page carries the notice once, read aloud on the first and the last.
      const counts = pages.map((page) => [
        readAloud([page]).split('Synthetic data').length - 1,
        page.artifacts.split('Synthetic data').length - 1,
      ]);
      expect(counts).toEqual(
        pages.map((_, index) => ([0, pages.length - 1].includes(index) ? [1, 0] : [0, 1])),
      );
    });
  });

  it('prints markup in names and paragraphs as text, and breaks a word that is longer than a line', async () => {
    const paragraphs = [
      '#import "x.typ": * $x^2$ <script>alert(1)</script> \\ #sys.inputs *bold* _it_ `code` @label = // /* */',
      '= Not a heading',
      'x'.repeat(400),
    ];
    const model = await letterOf({ ...BLABY, name: '#panic("x") & <b>Council</b>' }, { paragraphs });
    await withPdf(renderPdf(model), async (document) => {
      // Only line ends separate the parts of the long word.
      expect(readAloud(await pagesOf(document)).replaceAll('x x', 'xx')).toBe(expected(model));
      expect(document.numPages).toBe(3);
      for (const number of [1, 2, 3]) {
        const page = await document.getPage(number);
        for (const item of (await page.getTextContent()).items) {
          if ('str' in item) expect(Number(item.transform[4]) + item.width).toBeLessThan(595 - 60);
        }
      }
    });
  });

  it('refuses a character that its typeface lacks rather than dropping it', async () => {
    const model = await letterOf(BLABY, { paragraphs: ['Thank you 🙏'] });
    expect(() => renderPdf(model)).toThrow('characters that cannot be printed: U+1F64F');
  });

  it('has the same bytes every time, in another process and in any time zone', async () => {
    const model = await letterOf({ ...WORCESTERSHIRE, synthetic: true }, { paragraphs: ['Own words.'] });
    expect(sha256(renderPdf(model))).toBe(sha256(renderPdf(model)));
    expect(sha256(renderPdf(model))).not.toBe(sha256(renderPdf(await letterOf(WORCESTERSHIRE))));

    const [east, west] = await Promise.all([
      renderedElsewhere(model, 'Pacific/Kiritimati'),
      renderedElsewhere(model, 'Pacific/Pago_Pago'),
    ]);
    expect(east).toMatch(/^[0-9a-f]{64}$/);
    expect(east).toBe(west);
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The digest of a letter rendered by the build in a process of its own. */
async function renderedElsewhere(model: LetterModel, timeZone: string): Promise<string> {
  const renderer = new URL('../../../dist/letters/rendering/render-pdf.js', import.meta.url).href;
  const script = `
    const { createHash } = await import('node:crypto');
    const { renderPdf } = await import(${JSON.stringify(renderer)});
    const pdf = renderPdf(JSON.parse(process.env.LETTER));
    process.stdout.write(createHash('sha256').update(pdf).digest('hex'));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, NODE_OPTIONS: '', TZ: timeZone, LETTER: JSON.stringify(model) },
  });
  return stdout;
}
