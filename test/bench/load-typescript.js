/** Preloaded (`node --import`) so that the benchmark and its worker threads run TypeScript without a build. */
import { register } from 'node:module';

register('../support/embedded-postgres-child.hooks.js', import.meta.url);
