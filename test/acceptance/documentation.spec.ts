import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');

const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...filesIn('docs')];

function filesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).map((name) => join(folder, name));
}

/** Folders of src, relative to it. */
function foldersOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [path, ...foldersOf(path)] : [];
  });
}

/** The folders that ARCHITECTURE.md lists: one a line, indented by two spaces a level, with a slash after the name. */
function listedFolders(): string[] {
  const listing = /^src\/\n((?: {2}.*\n)+)/m.exec(read('ARCHITECTURE.md'))?.[1] ?? '';
  const path: string[] = [];
  return listing.split('\n').flatMap((line) => {
    const [, indent = '', name] = /^((?: {2})+)([a-z-]+)\/(?:\s|$)/.exec(line) ?? [];
    if (name === undefined) return [];
    path.splice(indent.length / 2 - 1, path.length, name);
    return [path.join('/')];
  });
}

describe('the documentation', () => {
  it.each(DOCUMENTS)('links to files that exist: %s', (document) => {
    const targets = [...read(document).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(
      ([, target]) => target ?? '',
    );
    const files = targets.filter((target) => !/^[a-z]+:/.test(target));
    expect(files.filter((file) => !existsSync(join(ROOT, dirname(document), file)))).toEqual([]);
  });

  it.each(DOCUMENTS)('names source and test files that exist: %s', (document) => {
    const named = [...read(document).matchAll(/`((?:src|test)\/[\w./-]+)`/g)].map(([, path]) => path ?? '');
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it.each(DOCUMENTS)('names specs that exist: %s', (document) => {
    const specs = new Set(
      [join(ROOT, 'src'), join(ROOT, 'test')].flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => basename(path)),
      ),
    );
    const named = [...read(document).matchAll(/`(?:[\w-]+\/)*([\w.-]+\.spec\.ts)`/g)].map(
      ([, name]) => name ?? '',
    );
    const examples = ['conduct.decide.spec.ts'];
    expect(named.filter((name) => !specs.has(name) && !examples.includes(name))).toEqual([]);
  });

  it('lists in ARCHITECTURE.md the folders that src has', () => {
    const actual = foldersOf(join(ROOT, 'src')).map((path) => relative(join(ROOT, 'src'), path));
    expect(listedFolders().toSorted()).toEqual(actual.toSorted());
  });
});
