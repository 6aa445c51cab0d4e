import { InvalidInput, type InputFault } from '../../platform/errors.js';
import { PLACEHOLDERS, textsOf, type LetterProse, type ProseBlock } from './letter-prose.js';
import { placeholdersIn } from './placeholders.js';

/** A run of lines between blank lines, with the number of its first line. */
type SourceBlock = Readonly<{ line: number; lines: readonly string[] }>;

type AddFault = (line: number, detail: string) => void;

const OWN_PARAGRAPHS = '{{ownParagraphs}}';
const COMMENT = /<!--[\s\S]*?-->/g;
const TERM = /^\*\*([^*]+)\*\*\s*[:–-]?\s+(.+)$/;
// This Markdown would be printed as it was typed.
const UNSUPPORTED_MARKDOWN = /^(#|>|\||```|\d+[.)]\s|[*+]\s)|\*|`|\]\(|<[a-z/!]/i;

/**
 * Parses a template, a small subset of Markdown: letterhead (`# `), headings (`## `), paragraphs, terms
 * (`**Term**: text`), bullets (`- `), comments, and after `---` the closing and the signatory.
 * @throws InvalidInput with one fault for each line it cannot use; unknown placeholders are named.
 */
export function parseLetterTemplate(template: string): LetterProse {
  const faults: InputFault[] = [];
  const addFault: AddFault = (line, detail) => {
    faults.push({ pointer: `line ${line}`, detail });
  };

  const blocks = sourceBlocks(withoutComments(template));
  const lastLine = blocks.at(-1)?.line ?? 1;
  const rule = blocks.findIndex((block) => sourceText(block) === '---');
  const [closing, ...signatory] = rule < 0 ? [] : blocks.slice(rule + 1).flatMap((block) => block.lines);
  if (closing === undefined || signatory.length === 0) {
    addFault(lastLine, 'a closing and a signatory must follow a line ---');
  }

  const [first, ...rest] = rule < 0 ? blocks : blocks.slice(0, rule);
  const letterhead = first === undefined ? '' : letterheadOf(first);
  if (letterhead === '') {
    addFault(first?.line ?? 1, 'the template must begin with its letterhead, # Name');
  }

  const places = rest.filter((block) => sourceText(block) === OWN_PARAGRAPHS);
  if (places.length !== 1) {
    addFault(
      places[1]?.line ?? lastLine,
      `${OWN_PARAGRAPHS} must appear once, on a line of its own between blank lines`,
    );
  }
  const place = places[0] === undefined ? rest.length : rest.indexOf(places[0]);

  for (const block of blocks) checkPlaceholders(block, addFault);
  const parse = (part: readonly SourceBlock[]) =>
    joinDefinitions(part.map((block) => parseBlock(block, addFault)));
  const prose = {
    letterhead,
    before: parse(rest.slice(0, place)),
    after: parse(rest.slice(place).filter((block) => !places.includes(block))),
    closing: closing ?? '',
    signatory,
  };
  const [fault] = faults;
  if (fault !== undefined) {
    throw new InvalidInput(`the letter template, ${fault.pointer}: ${fault.detail}`, faults);
  }
  return prose;
}

/** The template without its comments, each line at its old number. */
function withoutComments(template: string): string {
  return template.replaceAll(COMMENT, (comment) => comment.replaceAll(/[^\n]/g, ''));
}

function sourceBlocks(text: string): SourceBlock[] {
  const blocks: { line: number; lines: string[] }[] = [];
  let open: { line: number; lines: string[] } | undefined;
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.replace(/^\uFEFF/, '').trim();
    // A heading needs no blank line after it.
    const standsAlone = /^#{1,2} /.test(line) || line === '---';
    if (line === '' || standsAlone) open = undefined;
    if (line === '') continue;
    if (open === undefined) blocks.push((open = { line: index + 1, lines: [] }));
    open.lines.push(line);
    if (standsAlone) open = undefined;
  }
  return blocks;
}

function sourceText(block: SourceBlock): string {
  return block.lines.join(' ');
}

function letterheadOf(block: SourceBlock): string {
  const text = sourceText(block);
  return /^# ./.test(text) ? text.slice(2).trim() : '';
}

function checkPlaceholders(block: SourceBlock, addFault: AddFault): void {
  const text = sourceText(block);
  if (text === OWN_PARAGRAPHS) return;
  const known: readonly string[] = PLACEHOLDERS;
  for (const name of placeholdersIn(text)) {
    if (known.includes(name)) continue;
    addFault(block.line, `unknown placeholder {{${name}}}; known are ${known.join(', ')}`);
  }
}

function parseBlock(source: SourceBlock, addFault: AddFault): ProseBlock {
  const block = proseBlock(source);
  if (textsOf(block).some((text) => UNSUPPORTED_MARKDOWN.test(text))) {
    addFault(
      source.line,
      'only headings (## ), paragraphs, terms (**Term**: text) and bullets (- ) can be used',
    );
  }
  return block;
}

function proseBlock(source: SourceBlock): ProseBlock {
  const text = sourceText(source);
  if (text.startsWith('## ')) return { kind: 'heading', text: text.slice(3).trim() };
  if (text.startsWith('- ')) return { kind: 'list', items: listItems(source.lines) };
  const [, term, meaning] = TERM.exec(text) ?? [];
  if (term !== undefined && meaning !== undefined) {
    return { kind: 'definitions', entries: [{ term: term.trim(), text: meaning }] };
  }
  return { kind: 'paragraph', text };
}

/** `- ` begins an item; a line without it continues the one before. */
function listItems(lines: readonly string[]): string[] {
  const items: string[] = [];
  for (const line of lines) {
    if (line.startsWith('- ')) items.push(line.slice(2).trim());
    else items.push(`${items.pop() ?? ''} ${line}`.trim());
  }
  return items;
}

/** Definitions that follow one another become one block. */
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
