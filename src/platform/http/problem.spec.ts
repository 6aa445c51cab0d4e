import { HttpException } from '@nestjs/common';
import { UpcastFailed } from '../../event-sourcing/unreadable-event.js';
import { NotReady } from '../health/not-ready.js';
import {
  Conflict,
  DomainRefusal,
  InvalidInput,
  MalformedInput,
  NotFound,
  StaleState,
  Unavailable,
} from '../errors.js';
import { problemOf, ProblemSchema } from './problem.js';

const EVENT = { stream: 'complaint-19007429', revision: 1, type: 'DecisionRecorded', version: 1 };

it.each([
  [new DomainRefusal('already-decided', 'decided'), 409],
  [new Conflict('revision-conflict', 'others wrote'), 409],
  [new InvalidInput('wrong'), 422],
  [new MalformedInput('malformed-body', 'wrong'), 400],
  [new NotFound('complaint-not-found', 'there is none'), 404],
  [new StaleState('older'), 412],
  [new Unavailable('store-unavailable', 'gone'), 503],
  [new UpcastFailed(EVENT, 2, 'its upcast failed', new Error('secret detail')), 503],
  [new HttpException('teapot', 418), 418],
  [new HttpException('secret detail', 502), 500],
  [new TypeError('secret detail'), 500],
  ['secret detail', 500],
  [undefined, 500],
])('answers %p with status %d', (error, status) => {
  const problem = problemOf(error);
  expect(problem.status).toBe(status);
  expect(ProblemSchema.safeParse({ ...problem, correlationId: 'x' }).error).toBeUndefined();
  expect(JSON.stringify(problem)).not.toContain('secret');
});

it.each([
  [400, 'bad-request'],
  [404, 'not-found'],
  [405, 'method-not-allowed'],
  [408, 'request-timeout'],
  [413, 'payload-too-large'],
  [414, 'uri-too-long'],
  [415, 'unsupported-media-type'],
  [421, 'misdirected-request'],
  [431, 'request-header-fields-too-large'],
  [418, 'bad-request'],
])('gives a refusal of the framework with status %d the type %s', (status, code) => {
  expect(problemOf(new HttpException('refused', status)).type).toBe(`urn:upheld:problem:${code}`);
});

it('names the type by the code and the title by the same words', () => {
  expect(problemOf(new DomainRefusal('decided-before-received', 'too early', 'decidedOn'))).toEqual({
    type: 'urn:upheld:problem:decided-before-received',
    title: 'Decided before received',
    status: 409,
    detail: 'too early',
    errors: [{ pointer: '#/decidedOn', detail: 'too early' }],
  });
});

it('adds the members that an error has besides the standard ones', () => {
  const parts = { ready: false, log: 'down' };
  expect(problemOf(new NotReady('the log: away', parts))).toEqual({
    type: 'urn:upheld:problem:not-ready',
    title: 'Not ready',
    status: 503,
    detail: 'the log: away',
    ...parts,
  });
});

it('writes pointers as URI fragments, and parameters by name', () => {
  const faults = ['', '/', '/a~1b', '/é #%', '/\ud800', 'year'].map((pointer) => ({
    pointer,
    detail: 'wrong',
  }));
  expect(problemOf(new InvalidInput('wrong', faults)).errors).toEqual([
    { pointer: '#', detail: 'wrong' },
    { pointer: '#/', detail: 'wrong' },
    { pointer: '#/a~1b', detail: 'wrong' },
    { pointer: '#/%C3%A9%20%23%25', detail: 'wrong' },
    { pointer: '#/%EF%BF%BD', detail: 'wrong' },
    { parameter: 'year', detail: 'wrong' },
  ]);
});
