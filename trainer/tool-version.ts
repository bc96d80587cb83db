import manifest from '../package.json' with { type: 'json' };

/** Version of ESRGAN Workbench, as written into runs and checkpoints. */
export const toolVersion: string = manifest.version;
