/**
 * A process that appends cases, projects them and rebuilds, all at the same time and endlessly. Tests kill it, or its
 * PostgreSQL. It runs the built program, because that starts fastest.
 *
 * Usage: node crash-child.js '{"databaseUrl": …} or {"dataFolder": …}' ROUND PHASE
 * It prints a line for everything that a test may wait for: `ready`, `begin PHASE` and `end PHASE` (append, page, rebuild,
 * swap), `folded` for a page of a rebuild, `swapped` for a rebuild that finished, and `stored STREAM REVISION` for an
 * acknowledged append. It pauses in the given phase, or in each (`each`), so that it can be killed there.
 */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { complaintAggregate } from '../../dist/complaints/complaint.command-handler.js';
import { commandContext } from '../../dist/event-sourcing/command-context.js';
import { StreamCommandHandler } from '../../dist/event-sourcing/command-handler.js';
import { isTransientFailure } from '../../dist/projections/transient-failure.js';
import { rebuild } from '../../dist/projections/rebuild/rebuild.js';
import { openApplication } from '../../dist/application.js';

const [, , target, round, aim] = process.argv;
const configuration = { dataFolder: '/nonexistent', port: 0, logLevel: 'silent', ...JSON.parse(target) };
/** Cases appended at the same time. */
const APPENDERS = 4;
/** Pause between two cases of one appender, in milliseconds. */
const PAUSE_MS = 3;
/** Longest pause in the given phase, in milliseconds. */
const PHASE_PAUSE_MS = 40;

// Synchronous, so that no line is lost with the process.
const printLine = (line) => writeSync(1, `${line}\n`);
const pauseIn = async (phase) => {
  if (aim === phase || aim === 'each') await pause(Math.random() * PHASE_PAUSE_MS);
};

async function within(phase, work) {
  printLine(`begin ${phase}`);
  try {
    return await work();
  } finally {
    printLine(`end ${phase}`);
  }
}

/** Repeats work during an outage, as its user would. Any other error ends the process. */
async function untilAvailable(work) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isTransientFailure(error) && error.code !== 'rebuild-under-way') throw error;
      await pause(20);
    }
  }
}

async function append(appender) {
  for (let number = 0; ; number += 1) {
    const reference = `${10 + Number(round)}${appender}${String(number).padStart(5, '0')}`;
    for (const events of historyOf(reference)) {
      const by = commandContext({ id: 'cw-7', role: 'caseworker' }, upheld.clock());
      const write = () => complaints.handle(reference, { events }, by, () => events);
      await untilAvailable(() =>
        within('append', async () => {
          const { revision } = await write();
          printLine(`stored complaint-${reference} ${revision}`);
        }),
      );
    }
    await pause(PAUSE_MS);
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

/** Makes the live projector print its commits. Returns the projection as it was. */
function printingCommits(projection) {
  const { fold } = projection;
  const unchanged = { ...projection };
  projection.fold = async (page, transaction) => {
    const write = await fold(page, transaction);
    const query = transaction.query.bind(transaction);
    transaction.query = (statement, ...rest) =>
      statement === 'commit'
        ? within('page', async () => {
            await pauseIn('page');
            return query(statement, ...rest);
          })
        : query(statement, ...rest);
    return write;
  };
  return unchanged;
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
              await pauseIn(swapping ? 'swap' : 'rebuild');
            };
          },
        },
        signal: new globalThis.AbortController().signal,
        onProgress: () => printLine('folded'),
        onSwap: () => {
          swapping = true;
          printLine('begin swap');
        },
      })
        .then(() => printLine('swapped'))
        .finally(() => {
          if (swapping) printLine('end swap');
          swapping = false;
        });
    await untilAvailable(() => within('rebuild', work));
  }
}

const upheld = await openApplication({ configuration, notice: () => undefined });
const complaints = new StreamCommandHandler(upheld.store, complaintAggregate);
const projections = upheld.projections.map(printingCommits);
printLine('ready');
await Promise.all([
  ...Array.from({ length: APPENDERS }, (_, number) => append(number)),
  ...projections.map(rebuildOn),
]);
