import { setTimeout as pause } from 'node:timers/promises';
import { batchAppendRaw } from '../support/fake-eventstoredb/batch-append-raw.js';
import { fakeOfTests } from '../support/fake-eventstoredb/fake-of-tests.js';
import type { AppendFault } from '../support/fake-eventstoredb/faults.js';

const { fake, newServer, append, countOf } = fakeOfTests();

describe('an append to the fake EventStoreDB', () => {
  const endings: [AppendFault, stored: number][] = [
    [{ kind: 'lose-the-answer' }, 1],
    [{ kind: 'lose-the-request' }, 0],
  ];
  it.each(endings)('fails as unavailable with the fault %j, and %i are stored', async (fault, stored) => {
    fake().faults.onAppend(fault);
    await expect(append('lost')).rejects.toMatchObject({ code: 14 });
    expect(await countOf('lost')).toBe(stored);
    expect(fake().faults.struck).toBe(1);
    await append('lost');
    expect(await countOf('lost')).toBe(stored + 1);
  });

  it('is stored when it is never answered', async () => {
    fake().faults.onAppend({ kind: 'never-answer' });
    const answer = append('silent').then(() => 'answered');
    expect(await Promise.race([answer, pause(200, 'nothing')])).toBe('nothing');
    expect(await countOf('silent')).toBe(1);
  });

  it.each<[AppendFault['kind'], number]>([
    ['answer-late', 1],
    ['delay', 0],
  ])('with the fault %s is answered late, and %i are stored meanwhile', async (kind, meanwhile) => {
    fake().faults.onAppend({ kind: kind as 'delay', ms: 300 });
    const begun = performance.now();
    const answer = append('late');
    await pause(100);
    expect(await countOf('late')).toBe(meanwhile);
    await answer;
    expect(performance.now() - begun).toBeGreaterThanOrEqual(290);
    expect(await countOf('late')).toBe(1);
  });

  it('can be answered twice, and is stored once', async () => {
    fake().faults.onAppend({ kind: 'answer-twice' });
    const answers = await batchAppendRaw(fake(), 'twice');
    expect(answers.map((answer) => answer.getSuccess()?.getCurrentRevision())).toEqual(['0', '0']);
    expect(await countOf('twice')).toBe(1);
  });

  it('is answered with an error and not stored when the server does not handle it', async () => {
    fake().faults.onAppend({ kind: 'not-handled' });
    await expect(append('unhandled')).rejects.toMatchObject({ type: 'unknown' });
    expect(await countOf('unhandled')).toBe(0);
  });

  it('is refused by a node that is not the leader, and the client reconnects to the leader', async () => {
    const leader = await newServer();
    fake().faults.onAppend({ kind: 'not-leader', leader: leader.endpoint });
    await expect(append('led')).rejects.toMatchObject({ type: 'not-leader', leader: leader.endpoint });
    const before = leader.size;
    await append('led');
    expect(leader.size).toBe(before + 1);
    expect(await countOf('led')).toBe(0);
  });
});
