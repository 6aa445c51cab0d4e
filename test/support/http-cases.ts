import type { Answer, HttpApi } from './http-api.js';

/** The body that registers a complaint about Blaby. */
export const complaint = (reference: string, over: object = {}) => ({
  reference,
  authority: 'E07000129',
  subject: 'Housing',
  receivedOn: '2019-05-01',
  ...over,
});
export const UPHELD = {
  outcome: 'upheld',
  decidedOn: '2019-09-02',
  finding: { injustice: true, remedy: 'recommended' },
};
export const NOT_UPHELD = { outcome: 'not-upheld', decidedOn: '2019-09-02' };
export const RECOMMENDATION = {
  kind: 'personal',
  category: 'Apology',
  text: 'Apologise.',
  dueOn: '2019-12-02',
};
export const COMPLIED = { result: 'complied', actionOn: '2019-11-20', checkedOn: '2020-01-10' };
export const NOT_COMPLIED = { result: 'not-complied', checkedOn: '2020-01-10' };

/** How far a case has come. */
export type Stage =
  'unknown' | 'received' | 'not upheld' | 'upheld' | 'recommended' | 'complied' | 'not complied';

let last = 0;

/** A reference that no other case of this process has. */
export function newReference(): string {
  last += 1;
  return `20${String(last).padStart(6, '0')}`;
}

/** Brings a new case to a stage through the API. Returns its reference. */
export async function given(api: HttpApi, stage: Stage): Promise<string> {
  const reference = newReference();
  if (stage === 'unknown') return reference;
  const one = `/v1/complaints/${reference}`;
  await done(api.post('/v1/complaints', complaint(reference)));
  if (stage === 'received') return reference;
  await done(api.post(`${one}/decisions`, stage === 'not upheld' ? NOT_UPHELD : UPHELD));
  if (stage === 'not upheld' || stage === 'upheld') return reference;
  await done(api.post(`${one}/recommendations`, RECOMMENDATION));
  if (stage === 'recommended') return reference;
  await done(api.post(`${one}/recommendations/r1/checks`, stage === 'complied' ? COMPLIED : NOT_COMPLIED));
  return reference;
}

async function done(answer: Promise<Answer>): Promise<void> {
  const { status, body } = await answer;
  if (status !== 201) throw new Error(`a step towards the case failed: ${status} ${JSON.stringify(body)}`);
}
