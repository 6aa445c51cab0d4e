import { DomainRefusal } from './errors.js';
import { exampleRefusal, refuseBy, rule, type Refuse } from './refusals.js';

const rules = {
  'too-early': rule({
    means: 'The date is before the first.',
    field: 'on',
    message: (on: string, first: string) => `on ${on} is before ${first}`,
    example: ['2019-01-01', '2019-01-02'],
  }),
  'too-many': rule({ means: 'There are too many.', message: () => 'there are too many', example: [] }),
};
const refuse: Refuse<typeof rules> = refuseBy(rules);

it('refuses with the code, the message and the field of a rule', () => {
  expect(() => refuse('too-early', '2019-03-01', '2019-03-02')).toThrow(
    new DomainRefusal('too-early', 'on 2019-03-01 is before 2019-03-02', 'on'),
  );
  expect(() => refuse('too-many')).toThrow(new DomainRefusal('too-many', 'there are too many'));
});

it('builds the example of a rule like a real refusal', () => {
  expect(exampleRefusal(rules, 'too-early')).toMatchObject({
    code: 'too-early',
    message: 'on 2019-01-01 is before 2019-01-02',
    field: 'on',
  });
});

it('takes no code that the command does not declare, and no parts but those of the rule', () => {
  // @ts-expect-error: no such rule
  expect(() => refuse('too-late')).toThrow('no rule has the code too-late');
  // @ts-expect-error: the message of this rule is made of two dates
  expect(() => refuse('too-early', '2019-03-01')).toThrow(DomainRefusal);
});

it('lets a helper of several commands refuse by rules that each of them declares, and by no others', () => {
  const shared = (refuseShared: Refuse<Pick<typeof rules, 'too-many'>>) => refuseShared('too-many');
  expect(() => shared(refuse)).toThrow('there are too many');
  const others: Refuse<Pick<typeof rules, 'too-early'>> = refuseBy(rules);
  // @ts-expect-error: this command does not declare too-many
  expect(() => shared(others)).toThrow(DomainRefusal);
});
