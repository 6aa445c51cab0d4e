import { PassThrough } from 'node:stream';
import { progressDisplay, startProgress, type ProgressOutput } from './progress.js';

function output(isTTY: boolean) {
  const stream = new PassThrough();
  const written: string[] = [];
  stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  const terminal: ProgressOutput = Object.assign(stream, { isTTY, columns: 120 });
  return { terminal, text: () => written.join('') };
}

describe('progress without a terminal', () => {
  it('is a line at the beginning of each step, and one every few seconds', () => {
    const { terminal, text } = output(false);
    let now = 0;
    const { show, end } = progressDisplay(terminal, () => now);
    show({ step: 'Reading', done: 0, total: 4_000, reached: '0%' });
    show({ step: 'Reading', done: 1_000, total: 4_000, reached: '25%' });
    now = 5_000;
    show({ step: 'Reading', done: 3_000, total: 4_000, reached: '75%' });
    show({ step: 'Recording cases', done: 0, total: 20_000 });
    now = 11_000;
    show({ step: 'Recording cases', done: 12_000, total: 20_000 });
    end();
    expect(text()).toBe('Reading\nReading: 75%\nRecording cases\nRecording cases: 12,000 of 20,000\n');
  });
});

describe('progress on a terminal', () => {
  it('is a bar for each step', () => {
    const { terminal, text } = output(true);
    const { show, end } = progressDisplay(terminal);
    show({ step: 'Reading', done: 4_000, total: 4_000, reached: '100%' });
    show({ step: 'Recording cases', done: 10_000, total: 20_000 });
    end();
    expect(text()).toContain(`Reading [${'='.repeat(30)}] 100%`);
    expect(text()).toContain(`Recording cases [${'='.repeat(15)}${'-'.repeat(15)}] 10,000 of 20,000`);
  });
});

describe('progress of one step', () => {
  it('counts what is done', () => {
    const { terminal, text } = output(true);
    const progress = startProgress('Letters', 343, terminal);
    progress.advance(100);
    progress.advance(243);
    progress.end();
    expect(text()).toContain(`Letters [${'='.repeat(30)}] 343 of 343`);
  });
});
