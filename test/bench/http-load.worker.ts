import { Agent, request } from 'node:http';
import { parentPort } from 'node:worker_threads';

/** Complaints to post: `requests` of them, at most `inFlight` at a time, with consecutive references from `first`. */
export type Load = Readonly<{
  url: string;
  complaint: object;
  first: number;
  requests: number;
  inFlight: number;
}>;

export type LoadAnswer = Readonly<{ ms: number }> | Readonly<{ failed: string }>;

parentPort?.on('message', (load: Load) => {
  void post(load).then((answer) => parentPort?.postMessage(answer));
});

async function post({ url, complaint, first, requests, inFlight }: Load): Promise<LoadAnswer> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  let next = first;
  const work = async () => {
    while (next < first + requests) {
      const reference = String(next);
      next += 1;
      await postOne(url, JSON.stringify({ reference, ...complaint }), agent);
    }
  };
  const began = performance.now();
  try {
    await Promise.all(Array.from({ length: inFlight }, work));
    return { ms: performance.now() - began };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  } finally {
    agent.destroy();
  }
}

function postOne(url: string, body: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 201) resolve();
        else reject(new Error(`answered ${response.statusCode ?? 'nothing'}`));
      });
    });
    sent.on('error', reject).end(body);
  });
}
