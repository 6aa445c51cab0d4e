#!/usr/bin/env node
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error('upheld: not built yet; run `npm ci` or `npm run build` in the checkout');
  process.exitCode = 1;
}
