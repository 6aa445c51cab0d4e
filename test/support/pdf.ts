import { getDocument, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';

/** A node of the structure tree: an element with its role and text alternative, or a piece of marked content. */
export type Tag = { role?: string; alt?: string; type?: string; id?: string; children?: Tag[] };

/** One page: its tags, parents first, the text of each, and the text of artifacts, which have no tag. */
export type Page = { tags: Tag[]; textOf: (tag: Tag) => string; artifacts: string };

/** Text, or the begin or end of marked content. The types of pdf.js omit the last two. */
type Item = { str?: string; hasEOL?: boolean; type?: string; tag?: string; id?: string | null };

/** Roles whose text is read in one piece. */
const TEXT_ROLES = ['P', 'H1', 'H2', 'H3', 'Lbl', 'LBody', 'Figure'];

/** Opens a PDF while `use` runs. */
export async function withPdf<T>(
  pdf: Uint8Array,
  use: (document: PDFDocumentProxy) => Promise<T>,
): Promise<T> {
  // pdf.js detaches the array it is given.
  const task = getDocument({ data: Uint8Array.from(pdf), verbosity: 0 });
  try {
    return await use(await task.promise);
  } finally {
    await task.destroy();
  }
}

/** The pages as a screen reader reads them. @throws Error where text is neither tagged nor an artifact. */
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
    // Marked content without an id belongs to the content around it.
    else open.push(tag === 'Artifact' ? 'Artifact' : (id ?? here));
  }
  return texts;
}

function flat(tag: Tag): Tag[] {
  return [tag, ...(tag.children ?? []).flatMap(flat)];
}

/** The text read aloud, in order and on one line, without bullets and breaks inside very long words. */
export function readAloud(pages: readonly Page[]): string {
  const texts = pages.flatMap(({ tags, textOf }) =>
    tags.filter((tag) => TEXT_ROLES.includes(tag.role ?? '')).map((tag) => oneLine(textOf(tag))),
  );
  return oneLine(
    texts
      .filter((text) => text !== '•')
      .join(' ')
      .replaceAll('\u200B', ''),
  );
}

/** The text with each run of white space replaced by one space. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
