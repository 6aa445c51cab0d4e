/** The names a template may use in double braces, besides `{{ownParagraphs}}` on a line of its own. */
export const PLACEHOLDERS = [
  'authority',
  'reportingYear',
  'yearBeginning',
  'yearEnding',
  'letterDate',
  'publishedOn',
] as const;

/** A block of running text. `definitions` are terms with their meanings. */
export type ProseBlock =
  | Readonly<{ kind: 'heading' | 'paragraph'; text: string }>
  | Readonly<{ kind: 'list'; items: readonly string[] }>
  | Readonly<{ kind: 'definitions'; entries: readonly Readonly<{ term: string; text: string }>[] }>;

/** A letter's general prose, read from a template. Its texts still hold placeholders. */
export type LetterProse = Readonly<{
  letterhead: string;
  /** The blocks before the council's own paragraphs. */
  before: readonly ProseBlock[];
  /** The blocks after them. */
  after: readonly ProseBlock[];
  closing: string;
  signatory: readonly string[];
}>;

/** Every text of a block, in reading order. */
export function textsOf(block: ProseBlock): string[] {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return [block.text];
    case 'list':
      return [...block.items];
    case 'definitions':
      return block.entries.flatMap(({ term, text }) => [term, text]);
  }
}

/** The block with each of its texts changed. */
export function mapTexts(block: ProseBlock, change: (text: string) => string): ProseBlock {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return { kind: block.kind, text: change(block.text) };
    case 'list':
      return { kind: block.kind, items: block.items.map(change) };
    case 'definitions':
      return {
        kind: block.kind,
        entries: block.entries.map(({ term, text }) => ({ term: change(term), text: change(text) })),
      };
  }
}
