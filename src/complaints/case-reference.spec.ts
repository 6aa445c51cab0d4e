import { CaseReferenceSchema, printedReference } from './case-reference.js';

describe('a case reference', () => {
  it('takes eight digits, with or without the printed spaces', () => {
    expect(CaseReferenceSchema.parse('19 007 429')).toBe('19007429');
    expect(CaseReferenceSchema.parse(' 19007429 ')).toBe('19007429');
  });

  it('is printed with spaces', () => {
    expect(printedReference(CaseReferenceSchema.parse('19007429'))).toBe('19 007 429');
  });

  it.each(['1900742', '190074291', '19-007-429', '1900742a', '１９００７４２９', '19  007 429', ''])(
    'refuses %s',
    (text) => {
      expect(CaseReferenceSchema.safeParse(text).success).toBe(false);
    },
  );
});
