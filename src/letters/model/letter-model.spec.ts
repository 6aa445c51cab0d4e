import { BLABY, WORCESTERSHIRE, letterOf } from '../../../test/support/letters.js';
import { readingOrder } from './letter-model.js';

describe('a letter', () => {
  it('has the frame of the letters of 2019-20', async () => {
    const model = await letterOf(BLABY, { recipient: { title: 'Chief Executive', name: 'Mrs Toman' } });
    expect(model).toMatchObject({
      language: 'en-GB',
      title: 'Annual Review letter 2020: Blaby District Council',
      date: '2020-07-22',
      letterhead: 'Local Government & Social Care Ombudsman',
      dateLine: '22 July 2020',
      delivery: 'By email',
      addressee: ['Mrs Toman', 'Chief Executive', 'Blaby District Council'],
      salutation: 'Dear Mrs Toman',
      subject: 'Annual Review letter 2020',
      closing: 'Yours sincerely,',
      statistics: { heading: 'Blaby District Council', period: 'For the period ending: 31/03/20' },
      notice: null,
    });
  });

  it('greets the post where the recipient has no name', async () => {
    const model = await letterOf(WORCESTERSHIRE, { recipient: { title: 'Head of Paid Service' } });
    expect(model.addressee).toEqual(['Head of Paid Service', 'Worcestershire County Council']);
    expect(model.salutation).toBe('Dear Head of Paid Service');
  });

  it('fills in the council, the year and the date of publication', async () => {
    const text = readingOrder(await letterOf(BLABY)).join('\n');
    expect(text).toContain('our figures on Blaby District Council for the year to 31 March 2020.');
    expect(text).toContain('with a copy of this letter, on 29 July 2020.');
    expect(text).not.toMatch(/[{}]/);
  });

  it("prints the council's own paragraphs as written, before the resources", async () => {
    const { body } = await letterOf(BLABY, {
      paragraphs: ['One\n  line: {{authority}}, **not bold**.', '   ', 'e\u0301'],
    });
    const at = body.findIndex((block) => block.kind === 'heading' && block.text.startsWith('Resources'));
    expect(body.slice(at - 2, at)).toEqual([
      { kind: 'paragraph', text: 'One line: {{authority}}, **not bold**.' },
      { kind: 'paragraph', text: 'é' },
    ]);
    expect((await letterOf(BLABY)).body).toEqual([...body.slice(0, at - 2), ...body.slice(at)]);
  });

  it('of synthetic figures says so in its title and in a notice', async () => {
    const model = await letterOf({ ...BLABY, synthetic: true });
    expect(model.title).toBe('Annual Review letter 2020: Blaby District Council (synthetic data)');
    expect(model.notice).toBe("Synthetic data for demonstration: not the council's figures");
  });

  it('prints no log position and no name of a rule', async () => {
    expect(JSON.stringify(await letterOf(BLABY))).not.toMatch(/4711|outcome-date|letter-2019-20@/);
  });
});
