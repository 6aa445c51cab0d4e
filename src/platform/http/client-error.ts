import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { HttpException } from '@nestjs/common';
import { PROBLEM_MEDIA_TYPE, problemOf } from './problem.js';

/** Statuses by the codes of Node's parser; 400 for any other. */
const STATUS_BY_CODE: ReadonlyMap<string | undefined, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

/** Answers bytes that are no HTTP request, and so reach no route, with problem details like every other refusal. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_BY_CODE.get(error.code) ?? 400;
  const reason = STATUS_CODES[status] ?? '';
  const problem = problemOf(new HttpException('the request cannot be read', status));
  const body = JSON.stringify({ ...problem, correlationId: randomUUID() });
  socket.end(
    [
      `HTTP/1.1 ${status} ${reason}`,
      `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
