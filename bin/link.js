/**
 * Makes `npx upheld` work in the checkout. npx looks for commands in node_modules/.bin, where npm puts those of
 * dependencies but not the package's own. A `bin` entry in package.json would be found too, but then npx first
 * installs the checkout into a cache of its own, which is slow and fails without a network.
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';

const bin = new URL('../node_modules/.bin', import.meta.url);
mkdirSync(bin, { recursive: true });
const link = new URL('upheld', bin);
rmSync(link, { force: true });
if (process.platform === 'win32') {
  writeFileSync(
    new URL('upheld.cmd', bin),
    '@node --max-semi-space-size=32 "%~dp0..\\..\\bin\\upheld.js" %*\r\n',
  );
} else {
  symlinkSync('../../bin/upheld.js', link);
}
