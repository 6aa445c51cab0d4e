import type { Slice } from '../projections/slice.js';
import { authorityEventSchemas } from './authority.events.js';
import { AUTHORITY_STREAMS } from './authority-register.js';
import { AuthoritiesModule } from './authorities.module.js';
import { loadRegister } from './load-register.js';

/** The register of councils and other bodies. */
export const authorities: Slice = {
  name: 'authorities',
  streams: [{ streamPrefix: AUTHORITY_STREAMS, schemas: authorityEventSchemas }],
  onOpen: loadRegister,
  module: AuthoritiesModule,
};
