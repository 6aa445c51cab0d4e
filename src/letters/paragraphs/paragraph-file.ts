import { AuthorityCodeSchema, type AuthorityCode } from '../../authorities/authority-code.js';
import { InvalidInput, type InputFault } from '../../platform/errors.js';

/** The councils' own paragraphs, in order, by the code of the council. */
export type CouncilParagraphs = ReadonlyMap<AuthorityCode, readonly string[]>;

/**
 * Reads a file of own paragraphs: a line `# E10000034` names the council that the paragraphs after it belong
 * to, blank lines part them. Nothing in a paragraph is markup.
 * @throws InvalidInput with one fault for every line that is out of place.
 */
export function parseParagraphFile(text: string): CouncilParagraphs {
  const paragraphs = new Map<AuthorityCode, string[]>();
  const faults: InputFault[] = [];
  let council: string[] | undefined;
  let open = false;

  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const fault = (detail: string) => faults.push({ pointer: `line ${index + 1}`, detail });
    const line = raw.trim();
    if (line.startsWith('# ')) {
      const code = AuthorityCodeSchema.safeParse(line.slice(2));
      council = [];
      if (!code.success) fault('a council is named by its code, such as # E10000034');
      else if (paragraphs.has(code.data)) fault(`${code.data} stands here a second time`);
      else paragraphs.set(code.data, council);
      open = false;
    } else if (line === '') open = false;
    else if (council === undefined) fault('a line # with the code of a council must come first');
    else {
      if (open) council.push(`${council.pop() ?? ''} ${line}`);
      else council.push(line);
      open = true;
    }
  }
  const [first] = faults;
  if (first !== undefined) {
    throw new InvalidInput(`the file of own paragraphs, ${first.pointer}: ${first.detail}`, faults);
  }
  return paragraphs;
}
