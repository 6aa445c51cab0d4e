import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Caseworker } from '../support/caseworker.js';

const complete: RequestListener = (_, response) => response.end('{}');
const empty: RequestListener = (_, response) => response.writeHead(503).end();
const cutShort: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
  response.write('{', () => response.destroy());
};

/** Queries a server whose first answer is the given one, and whose later answers are complete. */
async function query(first: RequestListener, serversMayEnd: boolean) {
  const answers = [first];
  const server = createServer((request, response) => {
    (answers.shift() ?? complete)(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const worker = new Caseworker(9, () => `http://127.0.0.1:${port}`, serversMayEnd);
    const answer = await worker.query('/').catch((error: unknown) => (error as Error).message);
    return { answer, refused: worker.refused.GET };
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe('the caseworker of the tests', () => {
  it.each([
    ['an empty answer', empty, 'GET /: 503 '],
    ['an answer cut short', cutShort, 'GET /: 200 (cut short)'],
  ])('reports %s as a fault where the server must stay up', async (_, first, fault) => {
    expect(await query(first, false)).toEqual({ answer: fault, refused: [] });
  });

  it('repeats a query after an answer cut short where servers may end, but not after an empty one', async () => {
    expect(await query(cutShort, true)).toEqual({ answer: {}, refused: ['no server'] });
    expect(await query(empty, true)).toEqual({ answer: 'GET /: 503 ', refused: [] });
  });
});
