/**
 * PostgreSQL's types of array elements. The arrays are sent in binary form: in text form, every quote in a JSON text
 * would have to be escaped here and unescaped by the server.
 */
const OID = { bigint: 20, integer: 23, text: 25, json: 114, uuid: 2950 };

/** text[] */
export const textArray = (values: readonly string[]): Buffer => ofTexts(OID.text, values);
/** json[], from JSON texts. */
export const jsonArray = (values: readonly string[]): Buffer => ofTexts(OID.json, values);

/** integer[] */
export function integerArray(values: readonly number[]): Buffer {
  return array(OID.integer, values, 4, (buffer, value, offset) => {
    buffer.writeInt32BE(value, offset);
    return 4;
  });
}

/** bigint[] */
export function bigintArray(values: readonly bigint[]): Buffer {
  return array(OID.bigint, values, 8, (buffer, value, offset) => {
    buffer.writeBigInt64BE(value, offset);
    return 8;
  });
}

/** uuid[], from UUIDs with their dashes. */
export function uuidArray(values: readonly string[]): Buffer {
  return array(OID.uuid, values, 16, (buffer, value, offset) => {
    return buffer.write(value.replaceAll('-', ''), offset, 'hex');
  });
}

function ofTexts(oid: number, values: readonly string[]): Buffer {
  // UTF-8 takes at most three bytes for each UTF-16 unit.
  const longest = values.reduce((sum, value) => sum + value.length * 3, 0);
  return array(oid, values, longest / Math.max(values.length, 1), (buffer, value, offset) => {
    return buffer.write(value, offset);
  });
}

const HEADER = 20;

/**
 * An array of one dimension, counted from 1, without nulls.
 * @param room upper bound of the average size of a value, in bytes.
 */
function array<T>(
  oid: number,
  values: readonly T[],
  room: number,
  write: (buffer: Buffer, value: T, offset: number) => number,
): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + Math.ceil(values.length * (4 + room)));
  const dimensions = values.length === 0 ? 0 : 1;
  [dimensions, 0, oid, values.length, 1].forEach((word, index) => buffer.writeInt32BE(word, index * 4));
  let offset = HEADER;
  for (const value of values) {
    const length = write(buffer, value, offset + 4);
    buffer.writeInt32BE(length, offset);
    offset += 4 + length;
  }
  return buffer.subarray(0, dimensions === 0 ? 12 : offset);
}
