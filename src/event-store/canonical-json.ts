import packaged from 'canonicalize';

// The package is CommonJS and its types are written as if it were not: what is imported is the function.
const canonicalize = packaged as unknown as (value: unknown) => string | undefined;

/** Deeper nesting is refused: parsers and servers differ in how much they bear. */
export const MAX_DEPTH = 64;

/** No JSON of an append can have more values than its bytes; guards against shared references that multiply. */
const MAX_VALUES = 1_000_000;

/** What cannot be written as JSON and read back the same. The message names the place within it. */
export class NotPlainJson extends TypeError {
  override readonly name = 'NotPlainJson';
}

/**
 * The canonical JSON of a value (RFC 8785): keys in the order of their UTF-16 units, no white space.
 *
 * The native writer does it on a copy with its keys in order, at about a third of the time of the `canonicalize`
 * package; the package writes the rare objects whose key order JavaScript would not keep.
 *
 * @param absent whether a field that is undefined counts as absent, or is refused as all else that is not JSON.
 * @throws NotPlainJson for a value that JSON cannot carry unchanged: bigint, undefined, function, symbol, NaN,
 * infinity, anything of a class, cycles, broken Unicode, or nested deeper than {@link MAX_DEPTH}.
 */
export function canonicalJson(
  value: unknown,
  absent: 'refuse-undefined' | 'undefined-is-absent' = 'refuse-undefined',
): string {
  const walk = new Walk(absent === 'undefined-is-absent');
  const ordered = walk.inOrder(value);
  const text = walk.reordered ? canonicalize(value) : JSON.stringify(ordered);
  return text ?? walk.refuse('is not JSON');
}

class Walk {
  /** A key was met that JavaScript puts elsewhere than where it is written to. */
  reordered = false;
  #values = 0;
  readonly #path: (string | number)[] = [];

  constructor(private readonly undefinedIsAbsent: boolean) {}

  /** A copy of the value with the keys of its objects in canonical order. */
  inOrder(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        return value.isWellFormed() ? value : this.refuse('has broken Unicode');
      case 'number':
        return Number.isFinite(value) ? value : this.refuse(`is ${value}, which is not JSON`);
      case 'boolean':
        return value;
      case 'object':
        return value === null ? null : this.#container(value);
      case 'bigint':
      case 'function':
      case 'symbol':
      case 'undefined':
        return this.refuse(`is of type ${typeof value}, which is not JSON`);
    }
  }

  #container(value: object): unknown {
    if (this.#path.length >= MAX_DEPTH) this.refuse(`is nested deeper than ${MAX_DEPTH}, or in itself`);
    return Array.isArray(value) ? this.#array(value) : this.#object(value as Record<string, unknown>);
  }

  #array(values: readonly unknown[]): unknown[] {
    if (Object.keys(values).length !== values.length) this.refuse('is an array with gaps or with keys');
    const ordered: unknown[] = [];
    for (let index = 0; index < values.length; index++) ordered.push(this.#child(index, values[index]));
    return ordered;
  }

  #object(object: Record<string, unknown>): Record<string, unknown> {
    // A plain object's prototype is the root one (of whichever realm) or none; a class has one more.
    const prototype = Object.getPrototypeOf(object) as object | null;
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      this.refuse('is an instance of a class, not a plain object');
    }
    const ordered: Record<string, unknown> = {};
    for (const key of Object.keys(object).sort()) {
      if (!key.isWellFormed()) this.refuse('has a key with broken Unicode');
      if (startsWithDigit(key) || key === '__proto__') this.reordered = true;
      const value = object[key];
      if (value === undefined && this.undefinedIsAbsent) continue;
      ordered[key] = this.#child(key, value);
    }
    return ordered;
  }

  #child(key: string | number, value: unknown): unknown {
    if (++this.#values > MAX_VALUES) this.refuse('has too many values');
    this.#path.push(key);
    const ordered = this.inOrder(value);
    this.#path.pop();
    return ordered;
  }

  refuse(reason: string): never {
    throw new NotPlainJson(`${this.#path.length === 0 ? 'the value' : this.#path.join('.')} ${reason}`);
  }
}

function startsWithDigit(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}
