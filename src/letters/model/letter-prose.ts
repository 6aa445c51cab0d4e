import { InvalidInput, type InputFault } from '../../platform/errors.js';
import { placeholdersIn } from './placeholders.js';

/** The names a template may use in double braces, besides `{{ownParagraphs}}` on a line of its own. */
export const PLACEHOLDERS = [
  'authority',
  'reportingYear',
  'yearBeginning',
  'yearEnding',
  'letterDate',
  'publishedOn',
] as const;

/** A piece of running text; `definitions` are terms with what they mean. */
export type ProseBlock =
  | Readonly<{ kind: 'heading' | 'paragraph'; text: string }>
  | Readonly<{ kind: 'list'; items: readonly string[] }>
  | Readonly<{ kind: 'definitions'; entries: readonly Readonly<{ term: string; text: string }>[] }>;

/** A letter's general prose, read from a template; placeholders still stand in its texts. */
export type LetterProse = Readonly<{
  letterhead: string;
  /** What stands before the council's own paragraphs, and after them. */
  before: readonly ProseBlock[];
  after: readonly ProseBlock[];
  closing: string;
  signatory: readonly string[];
}>;

type Chunk = Readonly<{ line: number; lines: readonly string[] }>;

const SLOT = '{{ownParagraphs}}';
const COMMENT = /<!--[\s\S]*?-->/g;
const TERM = /^\*\*([^*]+)\*\*\s*[:–-]?\s+(.+)$/;
// Markdown that would otherwise be printed as it was typed.
const NOT_SUPPORTED = /^(#|>|\||```|\d+[.)]\s|[*+]\s)|\*|`|\]\(|<[a-z/!]/i;

/**
 * Reads a template: letterhead (`# `), headings (`## `), paragraphs, terms (`**Term**: text`), bullets (`- `),
 * comments, and after `---` the closing and the signatory.
 * @throws InvalidInput with one fault for every line it cannot use, unknown placeholders by name.
 */
export function parseLetterProse(template: string): LetterProse {
  const faults: InputFault[] = [];
  const fault = (line: number, detail: string) => faults.push({ pointer: `line ${line}`, detail });

  const chunks = chunksOf(template.replaceAll(COMMENT, (comment) => comment.replaceAll(/[^\n]/g, '')));
  const last = chunks.at(-1)?.line ?? 1;
  const rule = chunks.findIndex((chunk) => textOf(chunk) === '---');
  const body = rule < 0 ? chunks : chunks.slice(0, rule);
  const [closing, ...signatory] = rule < 0 ? [] : chunks.slice(rule + 1).flatMap((chunk) => chunk.lines);
  if (closing === undefined || signatory.length === 0)
    fault(last, 'a closing and a signatory must follow a line ---');

  const [head, ...rest] = body;
  const letterhead = head !== undefined && /^# ./.test(textOf(head)) ? textOf(head).slice(2).trim() : '';
  if (letterhead === '') fault(head?.line ?? 1, 'the template must begin with its letterhead, # Name');

  const slots = rest.filter((chunk) => textOf(chunk) === SLOT);
  if (slots.length !== 1)
    fault(slots[1]?.line ?? last, `${SLOT} must stand once, on a line of its own between blank lines`);
  const slot = slots[0] === undefined ? rest.length : rest.indexOf(slots[0]);

  for (const chunk of chunks) {
    for (const name of placeholdersIn(textOf(chunk))) {
      const known = PLACEHOLDERS.some((placeholder) => placeholder === name);
      if (!known && textOf(chunk) !== SLOT)
        fault(chunk.line, `unknown placeholder {{${name}}}; known are ${PLACEHOLDERS.join(', ')}`);
    }
  }
  const read = (part: readonly Chunk[]) => part.flatMap((chunk) => blockOf(chunk, fault));
  const prose = {
    letterhead,
    before: joinDefinitions(read(rest.slice(0, slot))),
    after: joinDefinitions(read(rest.slice(slot).filter((chunk) => !slots.includes(chunk)))),
    closing: closing ?? '',
    signatory,
  };
  if (faults.length > 0) {
    const [first] = faults;
    throw new InvalidInput(`the letter template, ${first?.pointer ?? ''}: ${first?.detail ?? ''}`, faults);
  }
  return prose;
}

/** The runs of lines between blank lines, each with the number of its first line. */
function chunksOf(text: string): Chunk[] {
  const chunks: { line: number; lines: string[] }[] = [];
  let open: { line: number; lines: string[] } | undefined;
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.replace(/^\uFEFF/, '').trim();
    // A heading needs no blank line after it.
    const alone = /^#{1,2} /.test(line) || line === '---';
    if (line === '' || alone) open = undefined;
    if (line === '') continue;
    if (open === undefined) chunks.push((open = { line: index + 1, lines: [] }));
    open.lines.push(line);
    if (alone) open = undefined;
  }
  return chunks;
}

function textOf(chunk: Chunk): string {
  return chunk.lines.join(' ');
}

function blockOf(chunk: Chunk, fault: (line: number, detail: string) => void): ProseBlock[] {
  const text = textOf(chunk);
  const block = readBlock(chunk, text);
  const texts = textsOf(block);
  if (texts.some((part) => NOT_SUPPORTED.test(part))) {
    fault(chunk.line, 'only headings (## ), paragraphs, terms (**Term**: text) and bullets (- ) can be used');
  }
  return [block];
}

function readBlock({ lines }: Chunk, text: string): ProseBlock {
  if (text.startsWith('## ')) return { kind: 'heading', text: text.slice(3).trim() };
  if (text.startsWith('- ')) return { kind: 'list', items: itemsOf(lines) };
  const [, term, meaning] = TERM.exec(text) ?? [];
  if (term !== undefined && meaning !== undefined) {
    return { kind: 'definitions', entries: [{ term: term.trim(), text: meaning }] };
  }
  return { kind: 'paragraph', text };
}

/** Each `- ` begins an item; a line without it goes on with the one before. */
function itemsOf(lines: readonly string[]): string[] {
  const items: string[] = [];
  for (const line of lines) {
    if (line.startsWith('- ')) items.push(line.slice(2).trim());
    else items.push(`${items.pop() ?? ''} ${line}`.trim());
  }
  return items;
}

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

/** Terms that follow one another make one list. */
function joinDefinitions(blocks: readonly ProseBlock[]): ProseBlock[] {
  const joined: ProseBlock[] = [];
  for (const block of blocks) {
    const before = joined.at(-1);
    if (block.kind === 'definitions' && before?.kind === 'definitions') {
      joined.splice(-1, 1, { kind: 'definitions', entries: [...before.entries, ...block.entries] });
    } else joined.push(block);
  }
  return joined;
}
