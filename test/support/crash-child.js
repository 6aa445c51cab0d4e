/**
 * A process that appends cases, projects them and rebuilds, all at once and without end: it is there to be killed,
 * or to have its PostgreSQL killed. It runs what was built, which starts soonest.
 *
 * Usage: node crash-child.js '{"databaseUrl": …} or {"dataFolder": …}' ROUND PHASE
 * It prints a line for everything a killer may wait for: `ready`, `begin PHASE` and `end PHASE` (append, page, rebuild,
 * swap), `folded` for a page of a rebuild, `swapped` for one that came to its end, and `stored STREAM REVISION` for what
 * was acknowledged. In the phase that it is given, or in `each`, it lingers, so that it can be met there.
 */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { complaintAggregate } from '../../dist/complaints/complaint.command-handler.js';
import { envelope } from '../../dist/event-sourcing/command-context.js';
import { StreamWriter } from '../../dist/event-sourcing/command-handler.js';
import { isDatabaseOutage } from '../../dist/projections/transient-failure.js';
import { rebuild } from '../../dist/projections/rebuild/rebuild.js';
import { openUpheld } from '../../dist/application.js';

const [, , target, round, aim] = process.argv;
const configuration = { dataFolder: '/nonexistent', port: 0, logLevel: 'silent', ...JSON.parse(target) };
/** Cases appended at a time; a pause between two of one appender, and the longest in the phase aimed at. */
const APPENDERS = 4;
const PAUSE = 3;
const LINGER = 40;

// At once and whole, so that nothing said is lost with the process.
const say = (line) => writeSync(1, `${line}\n`);
const linger = async (phase) => {
  if (aim === phase || aim === 'each') await pause(Math.random() * LINGER);
};

async function within(phase, work) {
  say(`begin ${phase}`);
  try {
    return await work();
  } finally {
    say(`end ${phase}`);
  }
}

/** Repeats what finds no database, as its user would; anything else ends the process. */
async function despiteOutages(work) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseOutage(error) && error.code !== 'rebuild-under-way') throw error;
      await pause(20);
    }
  }
}

async function append(appender) {
  for (let number = 0; ; number += 1) {
    const reference = `${10 + Number(round)}${appender}${String(number).padStart(5, '0')}`;
    for (const events of historyOf(reference)) {
      const by = envelope({ id: 'cw-7', role: 'caseworker' }, upheld.clock());
      const write = () => complaints.write(reference, { events }, by, () => events);
      await despiteOutages(() =>
        within('append', async () => {
          const { revision } = await write();
          say(`stored complaint-${reference} ${revision}`);
        }),
      );
    }
    await pause(PAUSE);
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

/** The live projector's pages tell of their commits; answers the projection as it was. */
function tellingCommits(projection) {
  const { fold } = projection;
  const untold = { ...projection };
  projection.fold = async (page, transaction) => {
    const write = await fold(page, transaction);
    const query = transaction.query.bind(transaction);
    transaction.query = (statement, ...rest) =>
      statement === 'commit'
        ? within('page', async () => {
            await linger('page');
            return query(statement, ...rest);
          })
        : query(statement, ...rest);
    return write;
  };
  return untold;
}

async function rebuildOn(projection) {
  for (;;) {
    let swapping = false;
    const { fold } = projection;
    const work = () =>
      rebuild({
        ...upheld,
        projection: {
          ...projection,
          fold: async (page, transaction) => {
            const write = await fold(page, transaction);
            return async () => {
              await write();
              await linger(swapping ? 'swap' : 'rebuild');
            };
          },
        },
        signal: new globalThis.AbortController().signal,
        onProgress: () => say('folded'),
        onSwap: () => {
          swapping = true;
          say('begin swap');
        },
      })
        .then(() => say('swapped'))
        .finally(() => {
          if (swapping) say('end swap');
          swapping = false;
        });
    await despiteOutages(() => within('rebuild', work));
  }
}

const upheld = await openUpheld({ configuration, notice: () => undefined });
const complaints = new StreamWriter(upheld.store, complaintAggregate);
const projections = upheld.projections.map(tellingCommits);
say('ready');
await Promise.all([
  ...Array.from({ length: APPENDERS }, (_, number) => append(number)),
  ...projections.map(rebuildOn),
]);
