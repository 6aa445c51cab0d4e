import { MalformedInput, StaleState } from '../errors.js';

const ENTITY_TAG = /^(W\/)?"([\x21\x23-\x7e]*)"$/;
const ENTITY_TAGS = /^\s*(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*\s*$/;
/** A revision as {@link entityTag} writes it. */
const REVISION = /^(?:0|[1-9]\d{0,8})$/;
const VISIBLE = /^[\x21-\x7e]{1,200}$/;
/** A string of structured fields (RFC 9651, section 3.3.3), which the draft of the Idempotency-Key header requires. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

type Header = string | undefined;

/** The entity tag of a state: its revision, quoted. */
export function entityTag(revision: number): string {
  return `"${revision}"`;
}

/**
 * The command's id from `Idempotency-Key`: 1 to 200 visible ASCII characters, bare or as a quoted string.
 * @throws MalformedInput `malformed-idempotency-key`.
 */
export function idempotencyKey(header: Header): string | undefined {
  if (header === undefined) return undefined;
  const quoted = QUOTED.exec(header)?.[1]?.replace(/\\(["\\])/g, '$1');
  const key = quoted ?? header;
  if (VISIBLE.test(key) && (quoted !== undefined || !header.startsWith('"'))) return key;
  throw malformed('Idempotency-Key', 'must be 1 to 200 visible ASCII characters');
}

/**
 * The revision a caller decided upon, from `If-Match`. `*` requires only that the resource exists, which every
 * command but the first on a resource requires anyway.
 * @throws MalformedInput `malformed-if-match`; StaleState for a tag that no state ever has.
 */
export function revisionToMatch(header: Header): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const [, weak, tag] = ENTITY_TAG.exec(header.trim()) ?? [];
  if (tag === undefined) throw malformed('If-Match', 'must be * or one entity tag, such as "3"');
  // If-Match compares strongly (RFC 9110, section 13.1.1): a weak tag never matches, nor does one that no state has.
  if (weak !== undefined || !REVISION.test(tag)) {
    throw new StaleState(`no state has the entity tag ${header}`);
  }
  return Number(tag);
}

/**
 * Whether the caller has the state with this tag already, by `If-None-Match`.
 * @throws MalformedInput `malformed-if-none-match`.
 */
export function isKnown(tag: string, header: Header): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  if (!ENTITY_TAGS.test(header)) throw malformed('If-None-Match', 'must be * or entity tags, such as "3"');
  return header.split(',').some((known) => known.trim().replace(/^W\//, '') === tag);
}

const MALFORMED_CODES = {
  'Idempotency-Key': 'malformed-idempotency-key',
  'If-Match': 'malformed-if-match',
  'If-None-Match': 'malformed-if-none-match',
} as const;

function malformed(name: keyof typeof MALFORMED_CODES, detail: string): MalformedInput {
  return new MalformedInput(MALFORMED_CODES[name], `${name} ${detail}`, [{ pointer: name, detail }]);
}
