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

/** What Node says of a name that the resolver cannot look up, or of a file or socket that is not there. */
const system = (code: string, syscall: string) =>
  Object.assign(new Error(`${syscall} ${code} db`), { code, syscall });
const withCode = (error: Error, code: string) => Object.assign(error, { code });

describe('what is an outage of PostgreSQL', () => {
  it.each<[string, unknown]>([
    ['a server that shuts down', answered('57P01')],
    ['a deadlock', answered('40P01')],
    ['a full disk', answered('53100')],
    ['a connection that was reset', withCode(new Error('read'), 'ECONNRESET')],
    ['a name that cannot be looked up at present', system('EAI_AGAIN', 'getaddrinfo')],
    ['a name that is not known', system('ENOTFOUND', 'getaddrinfo')],
    ['a socket that is not there', system('ENOENT', 'connect')],
    ['a connection that ended', new Error('Connection terminated unexpectedly')],
    [
      'a client that cannot be asked',
      new Error('Client has encountered a connection error and is not queryable'),
    ],
    ['a connection that does not come about in time', new Error('timeout expired')],
    ['a pool that gives none in time', new Error('timeout exceeded when trying to connect')],
    ['an answer that does not come in time', new Error('Query read timeout')],
    ['a connection that was cut between two queries', new QueryRunnerAlreadyReleasedError()],
    ['one that was cut within a transaction', new QueryRunnerProviderAlreadyReleasedError()],
  ])('%s', (_, error) => {
    expect(isServerOutage(error)).toBe(true);
  });
});

describe('what is none', () => {
  it.each([
    ['a refusal of the program', new Unavailable('event-store-unavailable', 'no')],
    ['a value the server refuses', answered('22P02')],
    ['a statement in a transaction that failed before', answered('25P02')],
    ['a rule of a table that is broken', answered('23505')],
    ['a history that cannot be', new Error('a finding without a decision')],
    ['a file that is not there', system('ENOENT', 'open')],
    ['a file that may not be read', system('EACCES', 'open')],
    ['a folder without room', system('ENOSPC', 'write')],
    ['a defect', new TypeError('undefined is not a function')],
    ['a defect that Node notices', withCode(new TypeError('no'), 'ERR_INVALID_ARG_TYPE')],
    ['something thrown that is no error', 'thrown'],
  ])('%s', (_, error) => {
    expect(isServerOutage(error)).toBe(false);
  });
});

describe('a reader of the database', () => {
  it('is told of an outage as unavailable, with what was said of it', async () => {
    const outage = translateOutages(() => Promise.reject(answered('57P01')));
    await expect(outage).rejects.toBeInstanceOf(Unavailable);
    await expect(outage).rejects.toMatchObject({
      code: 'database-unavailable',
      message: 'the database does not answer: refused',
    });
  });

  it('is told of anything else as it is', async () => {
    const refusal = new Unavailable('projection-behind', 'not yet');
    await expect(translateOutages(() => Promise.reject(refusal))).rejects.toBe(refusal);
    const defect = answered('42601');
    await expect(translateOutages(() => Promise.reject(defect))).rejects.toBe(defect);
    await expect(translateOutages(() => Promise.resolve(7))).resolves.toBe(7);
  });
});
