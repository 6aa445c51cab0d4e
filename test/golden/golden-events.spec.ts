import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { complaintEventSchemas } from '../../src/complaints/complaint.events.js';
import { schemasOf } from '../../src/event-sourcing/upcasting.js';
import { verifyChain, verifyLink } from '../../src/event-store/core/hash-chain.js';
import { STREAMS } from '../../src/slices.js';
import {
  addGoldenFiles,
  GOLDEN,
  GoldenCaseSchema,
  goldenFiles,
  GoldenEventSchema,
  presentData,
  recorded,
  stateAndAnswer,
} from './golden-files.js';

const events = await goldenFiles(join(GOLDEN, 'events'), GoldenEventSchema);
const cases = await goldenFiles(join(GOLDEN, 'cases'), GoldenCaseSchema);
const known = STREAMS.flatMap(({ schemas }) =>
  Object.entries(schemas).flatMap(([type, schema]) =>
    schemasOf(schema).map((versionSchema, index) => ({ name: `${type}@${index + 1}`, versionSchema })),
  ),
);

describe('the golden events', () => {
  it('are one for each version of each type that the log can hold', () => {
    expect(events.map(([name]) => name)).toEqual(known.map(({ name }) => name).toSorted());
  });

  describe.each(events)('%s', (name, { stored, reads }) => {
    it('has the type and version in its name', () => {
      expect(`${stored.type}@${stored.version}`).toBe(name);
    });

    it('is read as recorded each time, and is not changed by reading', () => {
      const event = frozen(recorded(stored));
      expect([presentData(event), presentData(event)]).toEqual([reads, reads]);
    });

    it('matches the schema of its version exactly', () => {
      const schema = known.find((one) => one.name === name)?.versionSchema;
      expect(schema?.parse(stored.data)).toEqual(stored.data);
    });

    it('has the hash of the stored event, which no other data has', () => {
      const before =
        stored.previous === null ? undefined : { revision: stored.revision - 1, hash: stored.previous };
      const event = recorded(stored);
      expect(verifyLink(event, before)).toBeUndefined();
      const changed = { ...event, data: { ...event.data, extra: 'field' } };
      expect(verifyLink(changed, before)).toMatchObject({ reason: 'hash' });
      // The hash is never that of the upcast event.
      const upcast = { ...event, version: event.version + 1, data: reads };
      expect(verifyLink(upcast, before)).toMatchObject({ reason: 'hash' });
    });
  });
});

describe('the golden cases', () => {
  it('contain, together, every type of event that a complaint can have', () => {
    const types = new Set(cases.flatMap(([, { stored }]) => stored.map(({ type }) => type)));
    expect([...types].toSorted()).toEqual(Object.keys(complaintEventSchemas).toSorted());
  });

  it.each(cases)(
    '%s has an unbroken chain, the recorded state and the recorded answer',
    async (_, { stored, ...present }) => {
      expect(verifyChain(stored.map(recorded))).toBeUndefined();
      expect(await stateAndAnswer(stored)).toEqual(present);
    },
  );
});

describe('adding golden files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'upheld-golden-'));
    await cp(GOLDEN, folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('adds nothing when none is missing', async () => {
    expect(await addGoldenFiles(folder)).toEqual([]);
  });

  it('adds missing files and never overwrites one', async () => {
    const [missing, kept] = [join('events', 'CommandClaimed@1.json'), join('events', 'FindingUpheld@1.json')];
    const before = await readFile(join(folder, missing), 'utf8');
    await rm(join(folder, missing));
    await writeFile(join(folder, kept), 'changed by hand');
    expect(await addGoldenFiles(folder)).toEqual([missing]);
    expect(await readFile(join(folder, missing), 'utf8')).toBe(before);
    expect(await readFile(join(folder, kept), 'utf8')).toBe('changed by hand');
  });
});

/** Freezes a value and everything in it. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
