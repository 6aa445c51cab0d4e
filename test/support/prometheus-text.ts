/** One series of a scrape. */
export type Sample = Readonly<{ name: string; labels: Readonly<Record<string, string>>; value: number }>;

export type Family = Readonly<{
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  samples: readonly Sample[];
}>;

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
const HELP = new RegExp(`^# HELP (${NAME}) (.+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (\\S+)$`);

/**
 * Parses the text format of Prometheus (0.0.4), and is stricter than Prometheus: every family occurs once, as a block of
 * its help, its type and its samples; no series occurs twice; counters are named `_total`; the buckets of a histogram
 * rise to its count.
 */
export function readMetrics(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n') || text.includes('\r'))
    throw new Error('lines end with a line feed, the last one too');
  const families = new Map<string, Family>();
  const blocks = text.trimEnd().split('\n\n');
  for (const block of blocks) {
    const family = readFamily(block.split('\n'));
    if (families.has(family.name)) throw new Error(`${family.name} comes twice`);
    families.set(family.name, family);
  }
  return families;
}

function readFamily([help = '', type = '', ...lines]: readonly string[]): Family {
  const [, name, words] = HELP.exec(help) ?? fail(help);
  const [, typed, kind] = TYPE.exec(type) ?? fail(type);
  if (name === undefined || words === undefined || typed !== name) return fail(`${help}\n${type}`);
  const samples = lines.map(readSample);
  const series = samples.map(({ name: of, labels }) => JSON.stringify([of, Object.entries(labels).sort()]));
  if (new Set(series).size !== series.length) return fail(`a series of ${name} comes twice`);
  if (kind === 'counter' && !name.endsWith('_total')) return fail(`counter ${name} is not named _total`);
  const parts = kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  for (const sample of samples) {
    if (!parts.some((part) => sample.name === name + part)) return fail(`${sample.name} among ${name}`);
  }
  const family: Family = { name, type: kind as Family['type'], help: words, samples };
  if (kind === 'histogram') checkHistogram(family);
  return family;
}

function readSample(line: string): Sample {
  const [, name, labels, value] = SAMPLE.exec(line) ?? fail(line);
  if (name === undefined || value === undefined) return fail(line);
  const number = value === '+Inf' ? Infinity : Number(value);
  if (Number.isNaN(number)) return fail(`${line} has no value`);
  return { name, labels: labels === undefined ? {} : readLabels(labels), value: number };
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [pair] of text.matchAll(new RegExp(LABEL, 'g'))) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    if (name in labels) fail(`label ${name} comes twice`);
    labels[name] = pair
      .slice(equals + 2, -1)
      .replaceAll(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

function checkHistogram({ name, samples }: Family): void {
  const buckets = new Map<string, Sample[]>();
  for (const sample of samples.filter((one) => one.name === `${name}_bucket`)) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    buckets.set(key, [...(buckets.get(key) ?? []), sample]);
  }
  for (const [labels, series] of buckets) {
    const counts = series.map(({ value }) => value);
    const bounds = series.map(({ labels: { le } }) => (le === '+Inf' ? Infinity : Number(le)));
    if (bounds.at(-1) !== Infinity) fail(`${name} has no last bucket`);
    for (const rising of [counts, bounds]) {
      if (rising.some((value, index) => value < (rising[index - 1] ?? 0))) fail(`${name} falls`);
    }
    const count = samples.find(
      (sample) => sample.name === `${name}_count` && JSON.stringify(sample.labels) === labels,
    );
    if (count?.value !== counts.at(-1)) fail(`${name} does not count what is in its buckets`);
  }
}

function fail(what: string): never {
  throw new Error(`not the text format of Prometheus: ${what}`);
}

/** The value of one series. */
export function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''));
  if (family === undefined) throw new Error(`there is no ${name}`);
  return family.samples.find(
    (sample) => sample.name === name && JSON.stringify(Object.entries(sample.labels).sort()) === wanted,
  )?.value;
}
