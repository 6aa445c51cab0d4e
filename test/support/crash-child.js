/**
 * A process that appends cases, projects them and rebuilds, all at once and without end: it is there to be killed.
 *
 * Usage: node crash-child.js DATABASE_URL ROUND
 * It prints a line for everything a killer may wait for: `ready`, `stored STREAM REVISION` for what was
 * acknowledged, `page` for a page of a rebuild, `swap` before a swap and `swapped` after it.
 */
import { register } from 'node:module';
import { writeSync } from 'node:fs';

register('./embedded-postgres-child.hooks.js', import.meta.url);
const { openUpheld } = await import('../../src/upheld.js');
const { StreamWriter } = await import('../../src/event-store/stream-writer.js');
const { envelope } = await import('../../src/event-store/command-envelope.js');
const { complaintAggregate } = await import('../../src/complaints/complaint.commands.js');
const { rebuild } = await import('../../src/projections/rebuild.js');

const [, , databaseUrl, round] = process.argv;
const configuration = { dataFolder: '/nonexistent', databaseUrl, port: 0, logLevel: 'silent' };
// At once and whole, so that nothing said is lost with the process.
const say = (line) => writeSync(1, `${line}\n`);
const upheld = await openUpheld({ configuration, notice: () => undefined });
const complaints = new StreamWriter(upheld.store, complaintAggregate);

async function append(appender) {
  for (let number = 0; ; number += 1) {
    const reference = `19${String((round * 4 + appender) * 1_000 + number).padStart(6, '0')}`;
    for (const events of historyOf(reference)) {
      const by = envelope({ id: 'cw-7', role: 'caseworker' }, upheld.clock());
      const { revision } = await complaints.write(reference, { events }, by, () => events);
      say(`stored complaint-${reference} ${revision}`);
    }
  }
}

function historyOf(reference) {
  return [
    [
      {
        type: 'ComplaintReceived',
        data: { reference, authority: 'E07000129', subject: 'Housing', receivedOn: '2019-05-01' },
      },
    ],
    [
      { type: 'DecisionRecorded', data: { outcome: 'upheld', decidedOn: '2019-09-02' } },
      { type: 'FindingUpheld', data: { injustice: true, remedy: 'recommended' } },
    ],
  ];
}

async function rebuildOn() {
  const [projection] = upheld.projections;
  for (;;) {
    await rebuild({
      ...upheld,
      projection,
      signal: new globalThis.AbortController().signal,
      onProgress: () => say('page'),
      onSwap: () => say('swap'),
    });
    say('swapped');
  }
}

say('ready');
await Promise.all([...[0, 1, 2, 3].map(append), rebuildOn()]);
