/** Preloaded (`node --import`) so that the benchmark and its worker threads run the TypeScript as it stands. */
import { register } from 'node:module';

register('../support/embedded-postgres-child.hooks.js', import.meta.url);
