import { MalformedInput } from '../errors.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a request body as I-JSON (RFC 7493): UTF-8, and no name twice in one object. `JSON.parse` alone would take
 * the last of two equal names and replace invalid bytes, so that something other than what was sent would be stored.
 * @throws MalformedInput `malformed-body`.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  const text = textOf(bytes);
  const value = valueOf(text);
  const repeated = repeatedName(text);
  if (repeated !== null) malformed(`the body names ${repeated} twice in one object`);
  return value;
}

function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return malformed('the body is not UTF-8');
  }
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return malformed(
      error instanceof Error ? `the body is not JSON: ${error.message}` : 'the body is not JSON',
    );
  }
}

function malformed(message: string): never {
  throw new MalformedInput('malformed-body', message);
}

/** Strings (with the colon that makes one a name) and brackets. Nothing else is needed to find names. */
const TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\]]/g;

/** The first name that occurs twice in one object of a JSON text, as written; null if there is none. */
function repeatedName(json: string): string | null {
  const open: (Set<unknown> | null)[] = [];
  for (const [token, literal, colon] of json.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (literal !== undefined && colon !== undefined) {
      const names = open.at(-1);
      const name: unknown = JSON.parse(literal);
      if (names?.has(name) === true) return literal;
      names?.add(name);
    }
  }
  return null;
}
