import { AuthorityCodeSchema } from '../authorities/authority-code.js';
import { AuthorityRegister } from '../authorities/authority-register.js';
import { loadRegister } from '../authorities/load-register.js';
import { CaseReferenceSchema } from '../complaints/case-reference.js';
import { ChangeComplaint, ChangeComplaintHandler } from '../complaints/complaint.command-handler.js';
import { importHistory } from '../complaints/import/import-history.js';
import { commandContext } from '../event-sourcing/command-context.js';
import { START } from '../event-store/position.js';
import { MemoryEventStore } from '../event-store/memory/memory-event-store.js';
import { localDate } from '../platform/local-date.js';
import { StoreProvenance } from '../provenance/provenance.js';
import type { PolicyRequest } from './policy.js';

const ACTOR = { id: 'cw-7', role: 'caseworker' };
const NOW = new Date('2026-04-01T09:00:00Z');
const BLABY = AuthorityCodeSchema.parse('E07000129');
const REFERENCE = CaseReferenceSchema.parse('19007429');
const RECEIVE = {
  type: 'ReceiveComplaint' as const,
  reference: REFERENCE,
  authority: BLABY,
  subject: 'Housing',
  receivedOn: localDate('2019-06-14'),
};
const DECIDE = {
  type: 'RecordDecision' as const,
  outcome: 'not-upheld' as const,
  decidedOn: localDate('2019-10-02'),
};

class Forbidden extends Error {}

describe('a policy that refuses', () => {
  const store = new MemoryEventStore();
  const register = new AuthorityRegister(store);
  let asked: PolicyRequest[];
  const policy = (_: unknown, request: PolicyRequest) => {
    asked.push(request);
    throw new Forbidden();
  };
  beforeEach(() => {
    asked = [];
  });
  /** No command stores anything. */
  afterEach(async () => {
    expect(await store.head()).toBe(START);
  });

  it('stops a keyed command on a complaint before its key is claimed, naming the authority', async () => {
    const handler = new ChangeComplaintHandler(store, register, policy);
    const context = { ...commandContext(ACTOR, NOW, 'key'), keyed: true };
    const command = new ChangeComplaint(REFERENCE, RECEIVE, context);
    await expect(handler.execute(command)).rejects.toThrow(Forbidden);
    expect(asked).toContainEqual({ type: 'ReceiveComplaint', authorities: [BLABY] });
  });

  it('stops a command on a complaint that does not exist, naming no authority', async () => {
    const handler = new ChangeComplaintHandler(store, register, policy);
    const command = new ChangeComplaint(REFERENCE, DECIDE, commandContext(ACTOR, NOW));
    await expect(handler.execute(command)).rejects.toThrow(Forbidden);
    expect(asked).toContainEqual({ type: 'RecordDecision', authorities: [] });
  });

  it('stops an import before a file is opened', async () => {
    const files = { decisions: '/there/is/no/such/file.csv' };
    const request = {
      files,
      databaseUrl: 'postgres://127.0.0.1:1/none',
      store,
      register,
      actor: ACTOR,
      policy,
    };
    await expect(importHistory({ ...request, clock: () => NOW })).rejects.toThrow(Forbidden);
    expect(asked).toEqual([{ type: 'ImportCases', authorities: 'all' }]);
  });

  it('stops declarations of where the content of a store comes from', async () => {
    const provenance = new StoreProvenance(store, policy);
    const context = commandContext(ACTOR, NOW);
    await expect(provenance.declareSynthetic('synthetic', context)).rejects.toThrow(Forbidden);
    await expect(provenance.declareLoaded(1, context)).rejects.toThrow(Forbidden);
    expect(asked.map(({ type }) => type)).toEqual(['DeclareSyntheticData', 'DeclareSyntheticDataLoaded']);
  });
});

it('names the authority of a stored complaint in a request about it', async () => {
  const store = new MemoryEventStore();
  await loadRegister(store, NOW);
  const register = new AuthorityRegister(store);
  const asked: PolicyRequest[] = [];
  const handler = new ChangeComplaintHandler(store, register, (_, request) => {
    asked.push(request);
  });
  for (const change of [RECEIVE, DECIDE]) {
    await handler.execute(new ChangeComplaint(REFERENCE, change, commandContext(ACTOR, NOW)));
  }
  expect(asked).toEqual([
    { type: 'ReceiveComplaint', authorities: [BLABY] },
    { type: 'RecordDecision', authorities: [BLABY] },
  ]);
});
