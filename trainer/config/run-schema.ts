import schema from '../../schemas/run.esrgan.schema.json' with { type: 'json' };
import type { RunConfig } from '../../schemas/run-config.ts';
import { createSchemaCheck } from './schema-problems.ts';

/** Validates the data of a run file and fills in all defaults. Returns the config, or one problem for each wrong key. */
export const checkRunSchema = createSchemaCheck<RunConfig>(schema, 'the run file');
