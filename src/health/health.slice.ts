import type { Slice } from '../projections/slice.js';
import { HealthModule } from './health.module.js';

/** Liveness, readiness and metrics. */
export const health: Slice = { name: 'health', module: HealthModule };
