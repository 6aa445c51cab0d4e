/** Deeper nesting is refused: parsers and servers differ in how much they bear. */
export const MAX_DEPTH = 64;

/** No JSON of an append can have more values than its bytes; guards against shared references that multiply. */
const MAX_VALUES = 1_000_000;

/** What cannot be written as JSON and read back the same. The message names the place within it. */
export class NotPlainJson extends TypeError {
  override readonly name = 'NotPlainJson';
}

/** What stands otherwise in JSON than in the text, or may not stand in it at all (half of a surrogate pair). */
const NOT_VERBATIM = /["\\\p{Cc}\p{Cs}]/u;

/**
 * The canonical JSON of a value (RFC 8785): keys in the order of their UTF-16 units, no white space. Checked while it
 * is written: that takes three fifths of the time of the `canonicalize` package, which checks nothing.
 *
 * @param absent whether a field that is undefined counts as absent, or is refused as all else that is not JSON.
 * @throws NotPlainJson for a value that JSON cannot carry unchanged: bigint, undefined, function, symbol, NaN,
 * infinity, anything of a class, cycles, broken Unicode, or nested deeper than {@link MAX_DEPTH}.
 */
export function canonicalJson(
  value: unknown,
  absent: 'refuse-undefined' | 'undefined-is-absent' = 'refuse-undefined',
): string {
  return new Walk(absent === 'undefined-is-absent').written(value);
}

class Walk {
  #values = 0;
  /** Where the walk is: the keys that lead there, as many as it is deep. */
  readonly #path: (string | number)[] = [];
  #depth = 0;

  constructor(private readonly undefinedIsAbsent: boolean) {}

  written(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
        return Number.isFinite(value) ? String(value) : this.#refuse(`is ${value}, which is not JSON`);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'object':
        return value === null ? 'null' : this.#container(value);
      case 'bigint':
      case 'function':
      case 'symbol':
      case 'undefined':
        return this.#refuse(`is of type ${typeof value}, which is not JSON`);
    }
  }

  #string(text: string, brokenUnicode = 'has broken Unicode'): string {
    if (!NOT_VERBATIM.test(text)) return `"${text}"`;
    return text.isWellFormed() ? JSON.stringify(text) : this.#refuse(brokenUnicode);
  }

  #container(value: object): string {
    if (this.#depth >= MAX_DEPTH) this.#refuse(`is nested deeper than ${MAX_DEPTH}, or in itself`);
    return Array.isArray(value) ? this.#array(value) : this.#object(value as Record<string, unknown>);
  }

  #array(values: readonly unknown[]): string {
    if (Object.keys(values).length !== values.length) this.#refuse('is an array with gaps or with keys');
    let json = '';
    for (let index = 0; index < values.length; index++) {
      json += (index === 0 ? '' : ',') + this.#child(index, values[index]);
    }
    return `[${json}]`;
  }

  #object(object: Record<string, unknown>): string {
    // A plain object's prototype is the root one (of whichever realm) or none; a class has one more.
    const prototype = Object.getPrototypeOf(object) as object | null;
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      this.#refuse('is an instance of a class, not a plain object');
    }
    let json = '';
    for (const key of Object.keys(object).sort()) {
      const name = this.#string(key, 'has a key with broken Unicode');
      const value = object[key];
      if (value === undefined && this.undefinedIsAbsent) continue;
      json += `${json === '' ? '' : ','}${name}:${this.#child(key, value)}`;
    }
    return `{${json}}`;
  }

  #child(key: string | number, value: unknown): string {
    if (++this.#values > MAX_VALUES) this.#refuse('has too many values');
    this.#path[this.#depth++] = key;
    const json = this.written(value);
    this.#depth -= 1;
    return json;
  }

  #refuse(reason: string): never {
    const place = this.#path.slice(0, this.#depth);
    throw new NotPlainJson(`${place.length === 0 ? 'the value' : place.join('.')} ${reason}`);
  }
}
