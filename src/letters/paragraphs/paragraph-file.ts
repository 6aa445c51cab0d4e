import { AuthorityCodeSchema, type AuthorityCode } from '../../authorities/authority-code.js';
import { InvalidInput, type InputFault } from '../../platform/errors.js';

/** Each council's own paragraphs, in order, by the council's code. */
export type CouncilParagraphs = ReadonlyMap<AuthorityCode, readonly string[]>;

/**
 * Parses a file of own paragraphs: a line `# E10000034` names the council of the paragraphs after it, and blank lines
 * separate paragraphs. Nothing in a paragraph is markup.
 * @throws InvalidInput with one fault for each line out of place.
 */
export function parseParagraphFile(text: string): CouncilParagraphs {
  const paragraphs = new Map<AuthorityCode, string[]>();
  const faults: InputFault[] = [];
  /** The paragraphs of the council named last. */
  let current: string[] | undefined;
  let insideParagraph = false;

  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const addFault = (detail: string) => faults.push({ pointer: `line ${index + 1}`, detail });
    const line = raw.trim();
    if (line.startsWith('# ')) {
      const code = AuthorityCodeSchema.safeParse(line.slice(2));
      current = [];
      if (!code.success) addFault('a council is named by its code, such as # E10000034');
      else if (paragraphs.has(code.data)) addFault(`${code.data} is named a second time`);
      else paragraphs.set(code.data, current);
      insideParagraph = false;
    } else if (line === '') insideParagraph = false;
    else if (current === undefined) addFault('a line with # and the code of a council must come first');
    else {
      if (insideParagraph) current.push(`${current.pop() ?? ''} ${line}`);
      else current.push(line);
      insideParagraph = true;
    }
  }
  const [first] = faults;
  if (first !== undefined) {
    throw new InvalidInput(`the file of own paragraphs, ${first.pointer}: ${first.detail}`, faults);
  }
  return paragraphs;
}
