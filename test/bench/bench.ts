/**
 * `npm run bench`: measures the figures of docs/measured.md on this machine, each beside its bound. The exit code is 0
 * even if a target is missed, because this is a measurement and no test; it is 1 if a row could not be measured.
 *
 * Usage: npm run bench -- [--only NAME] [--scale 2m] [--json]
 */
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { BenchEnvironment, SCALES, type Row } from './bench-environment.js';
import { commandsRow } from './commands.row.js';
import { eventStoreDbRow } from './eventstoredb.row.js';
import { figureTable, type Figure } from './figure.js';
import { httpRow } from './http.row.js';
import { importRow } from './import.row.js';
import { lagRow } from './lag.row.js';
import { lettersRow } from './letters.row.js';
import { machineLine } from './machine.js';
import { rebuildRow } from './rebuild.row.js';
import { statisticsRow } from './statistics.row.js';

const ROWS: readonly Row[] = [
  importRow,
  commandsRow,
  rebuildRow,
  lagRow,
  statisticsRow,
  httpRow,
  eventStoreDbRow,
  lettersRow,
];

const say = (line: string) => process.stderr.write(`${line}\n`);

function readArguments() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, scale: { type: 'string' }, json: { type: 'boolean' } },
  });
  const names = ROWS.map(({ name }) => name);
  if (values.only !== undefined && !names.includes(values.only)) {
    throw new TypeError(`--only takes one of ${names.join(', ')}`);
  }
  if (values.scale !== undefined && values.scale !== '2m') throw new TypeError('--scale takes 2m');
  return {
    rows: ROWS.filter(({ name }) => values.only === undefined || name === values.only),
    scale: SCALES[values.scale ?? 'short'],
    json: values.json ?? false,
  };
}

async function measure({ rows, scale, json }: ReturnType<typeof readArguments>): Promise<number> {
  const interrupted = new AbortController();
  const isInterrupted = () => interrupted.signal.aborted;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      interrupted.abort(new Error('interrupted'));
    });
  }
  const bench = await BenchEnvironment.open(scale, interrupted.signal);
  try {
    const machine = await onServer(bench.serverUrl, machineLine);
    const figures: Figure[] = [];
    let failed = 0;
    for (const row of rows) {
      if (isInterrupted()) break;
      say(`measuring ${row.name}`);
      try {
        figures.push(...(await row.measure(bench)));
      } catch (error) {
        if (isInterrupted()) break;
        failed += 1;
        say(
          `${row.name} could not be measured: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
        );
      }
    }
    if (json) console.log(JSON.stringify({ machine, figures }, null, 2));
    else console.log([machine, '', ...figureTable(figures)].join('\n'));
    if (isInterrupted()) return 130;
    return failed > 0 ? 1 : 0;
  } finally {
    await bench.close();
  }
}

async function onServer<Result>(url: string, ask: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}

try {
  process.exitCode = await measure(readArguments());
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
