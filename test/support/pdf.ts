import { getDocument, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** A node of the tree of tags: an element with its role and text alternative, or a piece of marked content. */
export type Tag = { role?: string; alt?: string; type?: string; id?: string; children?: Tag[] };

/** One page: its tags, parents first, what text stands in each, and the text that no tag holds. */
export type Page = { tags: Tag[]; textOf: (tag: Tag) => string; artifacts: string };

/** Text, or the beginning or end of marked content; the types of pdf.js leave the last two out. */
type Item = { str?: string; hasEOL?: boolean; type?: string; tag?: string; id?: string | null };

/** Roles whose text is read as one piece. */
const READ_WHOLE = ['P', 'H1', 'H2', 'H3', 'Lbl', 'LBody', 'Figure'];

/** Opens a PDF for as long as `look` takes. */
export async function withPdf<T>(
  pdf: Uint8Array,
  look: (document: PDFDocumentProxy) => Promise<T>,
): Promise<T> {
  // pdf.js takes the array it is given for its own.
  const task = getDocument({ data: Uint8Array.from(pdf), verbosity: 0 });
  try {
    return await look(await task.promise);
  } finally {
    await task.destroy();
  }
}

/** The pages as a screen reader meets them. @throws Error where text is neither tagged nor an artifact. */
export async function pagesOf(document: PDFDocumentProxy): Promise<Page[]> {
  const pages: Page[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number);
    const content = await page.getTextContent({ includeMarkedContent: true });
    const texts = textsByTag(content.items);
    if (texts.has('untagged')) throw new Error(`page ${number} has text that is not tagged`);
    const textOf = (tag: Tag): string =>
      tag.type === 'content' ? (texts.get(tag.id ?? '') ?? '') : (tag.children ?? []).map(textOf).join('');
    const tree = (await page.getStructTree()) as Tag;
    pages.push({ tags: flat(tree), textOf, artifacts: oneLine(texts.get('Artifact') ?? '') });
  }
  return pages;
}

function textsByTag(items: readonly Item[]): Map<string, string> {
  const texts = new Map<string, string>();
  const open: string[] = [];
  for (const { str, hasEOL = false, type, tag, id } of items) {
    const here = open.at(-1) ?? 'untagged';
    if (str !== undefined) texts.set(here, `${texts.get(here) ?? ''}${str}${hasEOL ? ' ' : ''}`);
    else if (type === 'endMarkedContent') open.pop();
    // Marked content without an id of its own belongs to what it stands in.
    else open.push(tag === 'Artifact' ? 'Artifact' : (id ?? here));
  }
  return texts;
}

function flat(tag: Tag): Tag[] {
  return [tag, ...(tag.children ?? []).flatMap(flat)];
}

/** What is read aloud, in order and in one line; bullets and breaks inside very long words are left out. */
export function readAloud(pages: readonly Page[]): string {
  const texts = pages.flatMap(({ tags, textOf }) =>
    tags.filter((tag) => READ_WHOLE.includes(tag.role ?? '')).map((tag) => oneLine(textOf(tag))),
  );
  return oneLine(
    texts
      .filter((text) => text !== '•')
      .join(' ')
      .replaceAll('\u200B', ''),
  );
}

/** A text with every run of white space as one space. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
