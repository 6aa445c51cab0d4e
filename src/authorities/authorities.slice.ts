import type { Slice } from '../projections/slice.js';
import { authorityEventSchemas } from './authority.events.js';
import { AUTHORITY_STREAMS } from './authority-register.js';
import { AuthoritiesModule } from './authorities.module.js';

/** The register of councils and other bodies. */
export const authorities: Slice = {
  name: 'authorities',
  streams: [{ streamPrefix: AUTHORITY_STREAMS, schemas: authorityEventSchemas }],
  module: AuthoritiesModule,
};
