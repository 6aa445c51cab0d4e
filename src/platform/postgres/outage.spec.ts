import { DatabaseError } from 'pg';
import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import { isServerOutage, translateOutages } from './outage.js';
import { Unavailable } from '../errors.js';

function answered(code: string): QueryFailedError {
  const error = new DatabaseError('refused', 7, 'error');
  error.code = code;
  return new QueryFailedError('select', [], error);
}

/** Node's error for a name that cannot be looked up, or for a file or socket that is missing. */
const system = (code: string, syscall: string) =>
  Object.assign(new Error(`${syscall} ${code} db`), { code, syscall });
const withCode = (error: Error, code: string) => Object.assign(error, { code });

describe('an outage of PostgreSQL is', () => {
  it.each<[string, unknown]>([
    ['a server that shuts down', answered('57P01')],
    ['a deadlock', answered('40P01')],
    ['a full disk', answered('53100')],
    ['a connection that was reset', withCode(new Error('read'), 'ECONNRESET')],
    ['a name that cannot be looked up at the moment', system('EAI_AGAIN', 'getaddrinfo')],
    ['a name that is not known', system('ENOTFOUND', 'getaddrinfo')],
    ['a missing socket', system('ENOENT', 'connect')],
    ['a connection that ended', new Error('Connection terminated unexpectedly')],
    [
      'a client that is not queryable',
      new Error('Client has encountered a connection error and is not queryable'),
    ],
    ['a connection that is not made in time', new Error('timeout expired')],
    ['a pool that has no free connection in time', new Error('timeout exceeded when trying to connect')],
    ['an answer that does not arrive in time', new Error('Query read timeout')],
    ['a connection that was cut between two queries', new QueryRunnerAlreadyReleasedError()],
    ['a connection that was cut within a transaction', new QueryRunnerProviderAlreadyReleasedError()],
  ])('%s', (_, error) => {
    expect(isServerOutage(error)).toBe(true);
  });
});

describe('no outage of PostgreSQL is', () => {
  it.each([
    ['an error of this program', new Unavailable('event-store-unavailable', 'no')],
    ['a value the server refuses', answered('22P02')],
    ['a statement in a transaction that has failed already', answered('25P02')],
    ['a violated constraint', answered('23505')],
    ['an impossible history', new Error('a finding without a decision')],
    ['a missing file', system('ENOENT', 'open')],
    ['a file that may not be read', system('EACCES', 'open')],
    ['a full disk of this machine', system('ENOSPC', 'write')],
    ['a programming error', new TypeError('undefined is not a function')],
    ['a programming error that Node reports', withCode(new TypeError('no'), 'ERR_INVALID_ARG_TYPE')],
    ['a thrown value that is no error', 'thrown'],
  ])('%s', (_, error) => {
    expect(isServerOutage(error)).toBe(false);
  });
});

describe('work on the database', () => {
  it('fails with database-unavailable and the reason on an outage', async () => {
    const outage = translateOutages(() => Promise.reject(answered('57P01')));
    await expect(outage).rejects.toBeInstanceOf(Unavailable);
    await expect(outage).rejects.toMatchObject({
      code: 'database-unavailable',
      message: 'the database does not answer: refused',
    });
  });

  it('fails with any other error unchanged', async () => {
    const refusal = new Unavailable('projection-behind', 'not yet');
    await expect(translateOutages(() => Promise.reject(refusal))).rejects.toBe(refusal);
    const defect = answered('42601');
    await expect(translateOutages(() => Promise.reject(defect))).rejects.toBe(defect);
    await expect(translateOutages(() => Promise.resolve(7))).resolves.toBe(7);
  });
});
