#!/usr/bin/env -S node --max-semi-space-size=32
// The log is read in pages that live longer than the default of 16 MB lets them: they would be copied to where
// collecting them costs a quarter of the time of an import or a rebuild.
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli/cli.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error('upheld: not built yet; run `npm ci` or `npm run build` in the checkout');
  process.exitCode = 1;
}
