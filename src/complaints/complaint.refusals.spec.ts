import type { Rules } from '../platform/refusals.js';
import { complaintRefusals } from './complaint.refusals.js';

const rules = Object.values<Rules>(complaintRefusals).flatMap((ofCommand) => Object.entries(ofCommand));

describe('the refusals of commands', () => {
  it('are the same rule wherever a code is used', () => {
    for (const [code, own] of rules) {
      expect(rules.filter(([other]) => other === code).every(([, other]) => other === own)).toBe(true);
    }
  });

  it.each(rules)('explains %s in a sentence', (code, { means }) => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(means).toMatch(/^[A-Z].*\.$/);
  });
});
