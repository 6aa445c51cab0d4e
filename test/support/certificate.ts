import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A certificate and its private key, both as PEM. */
export type Certificate = Readonly<{ cert: string; key: string }>;

// DER (X.690): each value is a tag, its length and its content.
const tagged = (tag: number, ...contents: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(contents);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
};
const sequence = (...contents: readonly Buffer[]) => tagged(0x30, ...contents);
const bytes = (hex: string) => Buffer.from(hex, 'hex');
const octets = (content: Buffer) => tagged(0x04, content);
const time = (utc: string) => tagged(0x17, Buffer.from(utc));

const ECDSA_WITH_SHA256 = sequence(bytes('06082a8648ce3d040302'));
const COMMON_NAME = bytes('0603550403');
const SUBJECT_ALT_NAME = bytes('0603551d11');
const NAMES = sequence(tagged(0x82, Buffer.from('localhost')), tagged(0x87, bytes('7f000001')));

/** A self-signed certificate of localhost, which is its own certificate authority. */
export function certificateOfLocalhost(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(
    tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, Buffer.from(randomBytes(4).toString('hex'))))),
  );
  const addresses = sequence(SUBJECT_ALT_NAME, octets(NAMES));
  const body = sequence(
    tagged(0xa0, bytes('020102')),
    tagged(0x02, Buffer.concat([bytes('01'), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    name,
    sequence(time('200101000000Z'), time('491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(addresses)),
  );
  const signature = tagged(0x03, bytes('00'), sign('sha256', body, privateKey));
  const pem = sequence(body, ECDSA_WITH_SHA256, signature).toString('base64').replaceAll(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
