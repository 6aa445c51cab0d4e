import { InvalidInput } from '../../platform/errors.js';
import { connect, disconnect } from './connection.js';

/** Tries to connect. Returns the error, if any, and everything that was printed meanwhile. */
async function tryToConnect(url: string): Promise<{ error: unknown; printed: string }> {
  let printed = '';
  const { warn } = console;
  console.warn = (...words: unknown[]) => {
    printed += words.join(' ');
  };
  try {
    await disconnect(connect(url));
    return { error: null, printed };
  } catch (error) {
    return { error, printed };
  } finally {
    console.warn = warn;
  }
}

const at = (options: string) => `esdb://admin:hunter2@127.0.0.1:2113?${options}`;

it.each([
  at('throwOnAppendFailure=false'),
  at('throw_on-append_failure=false'),
  at('throwOn__AppendFailure=false'),
  at('tls=false& THROWONAPPENDFAILURE = false '),
  at('throwOnAppendFailure=false/'),
  at('tlsVerifyCert=false'),
  at('tls__verifyCert=false'),
  at('foo=1'),
  at('foo=1&connectionName=a@b'),
  at('connectionName=a@b'),
  at('tls=false&&tls=false'),
  at('tls=false?foo=1'),
  at('foo'),
  at(''),
  'esdb://127.0.0.1:2113?connectionName=hunter2@b',
  'esdb://admin:hunter2?tls=false@127.0.0.1:2113',
  'http://admin:hunter2@127.0.0.1:2113',
])('refuses %s without revealing the password', async (url) => {
  const { error, printed } = await tryToConnect(url);
  expect(error).toBeInstanceOf(InvalidInput);
  expect(error).toMatchObject({
    code: 'invalid-configuration',
    faults: [{ pointer: 'EVENTSTORE_URL', detail: expect.any(String) as unknown }],
  });
  expect(JSON.stringify([error, (error as Error).message, (error as Error).cause])).not.toContain('hunter2');
  expect(printed).toBe('');
});

it.each([
  'esdb://127.0.0.1:2113',
  'esdb+discover://127.0.0.1:2113/',
  at('tls=false'),
  at(
    'TLS=false&connection-name=a%40b%3F&throwOnAppendFailure=true&tlsVerifyCert=true&keepAliveInterval=20000',
  ),
])('accepts %s, and prints nothing', async (url) => {
  expect(await tryToConnect(url)).toEqual({ error: null, printed: '' });
});
