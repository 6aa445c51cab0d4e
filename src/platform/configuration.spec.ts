import { ENVIRONMENT, readConfiguration } from './configuration.js';

const valid = (variable: string, value: string) => {
  try {
    readConfiguration({ [variable]: value });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid-configuration', faults: [{ pointer: variable }] });
    expect(String(error)).not.toContain('hunter2');
    return false;
  }
};

describe('EVENTSTORE_URL', () => {
  it.each([
    'esdb://127.0.0.1:2113?tls=false',
    'esdb://localhost/',
    'esdb+discover://log.example:2113',
    'esdb://admin:hunter2@127.0.0.1:2111,127.0.0.1:2112,127.0.0.1:2113?tls=true&tlsCaFile=/etc/upheld/ca.crt',
    'esdb://admin:p%40ss%3Aword%2F@node1.log.example,node2.log.example:2114?nodePreference=leader',
    'esdb://admin:hunter2@127.0.0.1:2113?connectionName=a%40b%3F',
  ])('may be %s', (url) => {
    expect(valid('EVENTSTORE_URL', url)).toBe(true);
    expect(readConfiguration({ EVENTSTORE_URL: url }).eventStoreUrl).toBe(url);
  });

  it.each([
    'http://127.0.0.1:2113',
    'esdb://',
    'esdb://admin:hunter2@',
    'esdb://127.0.0.1:2113,',
    'esdb://127.0.0.1:2113,127.0.0.1:port',
    'esdb://admin:hunter2:2@127.0.0.1:2113',
    'esdb://admin:hunter2@2@127.0.0.1:2113',
    'esdb://admin:hunter2?@127.0.0.1:2113',
    'esdb://admin:hunter2@127.0.0.1:2113?connectionName=a@b',
    'esdb://127.0.0.1:2113?connectionName=hunter2@b',
    'esdb://127.0.0.1:2113 ?tls=false',
    'esdb://127.0.0.1:2113?tls=false\n',
  ])('may not be %j, and the error does not show the password', (url) => {
    expect(valid('EVENTSTORE_URL', url)).toBe(false);
  });
});

it('treats an empty variable as not set', () => {
  expect(readConfiguration({ EVENTSTORE_URL: '', DATABASE_URL: '', UPHELD_PORT: '' })).toMatchObject({
    eventStoreUrl: undefined,
    databaseUrl: undefined,
    port: 3000,
  });
});

it('lists every environment variable that this program or a driver reads', () => {
  expect([...ENVIRONMENT].sort()).toEqual([
    'DATABASE_URL',
    'EVENTSTORE_URL',
    'PGPASSWORD',
    'UPHELD_DATA',
    'UPHELD_LOG_LEVEL',
    'UPHELD_PORT',
    'UPHELD_STREAM_PREFIX',
  ]);
});
