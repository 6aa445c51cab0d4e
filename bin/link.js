/**
 * Makes `npx upheld` work in the checkout: npx looks for local commands in node_modules/.bin, where npm
 * puts those of dependencies but not the package's own.
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';

const bin = new URL('../node_modules/.bin/', import.meta.url);
mkdirSync(bin, { recursive: true });
const link = new URL('upheld', bin);
rmSync(link, { force: true });
if (process.platform === 'win32') {
  writeFileSync(new URL('upheld.cmd', bin), '@node "%~dp0..\\..\\bin\\upheld.js" %*\r\n');
} else {
  symlinkSync('../../bin/upheld.js', link);
}
