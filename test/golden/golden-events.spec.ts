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
  toldOf,
} from './golden-files.js';

const events = await goldenFiles(join(GOLDEN, 'events'), GoldenEventSchema);
const cases = await goldenFiles(join(GOLDEN, 'cases'), GoldenCaseSchema);
const known = STREAMS.flatMap(({ schemas }) =>
  Object.entries(schemas).flatMap(([type, schema]) =>
    schemasOf(schema).map((versionSchema, index) => ({ name: `${type}@${index + 1}`, versionSchema })),
  ),
);

describe('the golden events', () => {
  it('are one for every version of every type that can stand in the log, and no other', () => {
    expect(events.map(([name]) => name)).toEqual(known.map(({ name }) => name).toSorted());
  });

  describe.each(events)('%s', (name, { stored, reads }) => {
    it('is what its name says', () => {
      expect(`${stored.type}@${stored.version}`).toBe(name);
    });

    it('reads as told, each time, and stays as it was stored', () => {
      const event = frozen(recorded(stored));
      expect([presentData(event), presentData(event)]).toEqual([reads, reads]);
    });

    it('was of its version’s own schema when it was stored, and is', () => {
      const schema = known.find((one) => one.name === name)?.versionSchema;
      expect(schema?.parse(stored.data)).toEqual(stored.data);
    });

    it('has the hash of what was stored, and of nothing else', () => {
      const before =
        stored.previous === null ? undefined : { revision: stored.revision - 1, hash: stored.previous };
      const event = recorded(stored);
      expect(verifyLink(event, before)).toBeUndefined();
      const changed = { ...event, data: { ...event.data, and: 'more' } };
      expect(verifyLink(changed, before)).toMatchObject({ reason: 'hash' });
      // Neither what it reads as nor the version that has it are what was hashed, unless they are the same.
      const upcast = { ...event, version: event.version + 1, data: reads };
      expect(verifyLink(upcast, before)).toMatchObject({ reason: 'hash' });
    });
  });
});

describe('the golden cases', () => {
  it('have among them every event that a complaint can have', () => {
    const types = new Set(cases.flatMap(([, { stored }]) => stored.map(({ type }) => type)));
    expect([...types].toSorted()).toEqual(Object.keys(complaintEventSchemas).toSorted());
  });

  it.each(cases)('%s is whole, and told as ever', async (_, { stored, ...told }) => {
    expect(verifyChain(stored.map(recorded))).toBeUndefined();
    expect(await toldOf(stored)).toEqual(told);
  });
});

describe('adding golden files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'upheld-golden-'));
    await cp(GOLDEN, folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('adds nothing where none is missing', async () => {
    expect(await addGoldenFiles(folder)).toEqual([]);
  });

  it('adds what is missing, and never writes a file that is there', async () => {
    const [missing, kept] = [join('events', 'CommandClaimed@1.json'), join('events', 'FindingUpheld@1.json')];
    const before = await readFile(join(folder, missing), 'utf8');
    await rm(join(folder, missing));
    await writeFile(join(folder, kept), 'as someone left it');
    expect(await addGoldenFiles(folder)).toEqual([missing]);
    expect(await readFile(join(folder, missing), 'utf8')).toBe(before);
    expect(await readFile(join(folder, kept), 'utf8')).toBe('as someone left it');
  });
});

/** The same, as nobody can change it. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
