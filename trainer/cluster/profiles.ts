import { join } from 'node:path';
import schema from '../../schemas/cluster-profiles.schema.json' with { type: 'json' };
import type { ClusterProfile, ClusterProfiles } from '../../schemas/cluster-profiles.ts';
import { didYouMean } from '../config/closest.ts';
import { configError, createSchemaCheck, type Problem, parse } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { readSmallFile } from '../files/small-file.ts';
import { isPlainObject } from '../guards/guards.ts';
import { configFolder } from '../runs/user-folders.ts';

/**
 * Profiles say where runs train: what jobs request of a cluster's scheduler. They are a person's, never part of a run
 * file, because the same run file must give the same numbers on two clusters.
 */

const checkProfiles = createSchemaCheck<ClusterProfiles>(schema, 'the file of profiles');

const maximumBytes = 1_000_000;

/** The file of this person's profiles; it may not exist. */
export function profilesFile(environment: NodeJS.ProcessEnv = process.env): string {
  return join(configFolder(environment), 'clusters.yaml');
}

/**
 * The profiles by name; none if there is no file.
 *
 * @throws WorkbenchError `config` with one line for each error of the file
 */
export function readProfiles(file = profilesFile()): ReadonlyMap<string, ClusterProfile> {
  const read = readSmallFile(file, maximumBytes);
  if (read.state === 'absent') return new Map();
  if (read.state !== 'read') {
    throw new WorkbenchError('config', `${file} cannot be read as a file of profiles: ${read.reason}.`);
  }
  const { profiles, problems } = parseProfiles(read.value);
  if (problems.length > 0) throw configError(file, problems);
  return new Map(Object.entries(profiles));
}

/** The problems of the text of a file of profiles. */
export function profileProblems(text: string): Problem[] {
  return parseProfiles(text).problems;
}

function parseProfiles(text: string): { profiles: ClusterProfiles; problems: Problem[] } {
  const { source, problems } = parse(text.replace(/^\ufeff/, ''));
  // An empty file has no profiles; one with syntax errors is not checked further.
  if (source.data === null || source.data === undefined) return { profiles: {}, problems };
  // `gpu:` without keys is a profile of defaults.
  if (isPlainObject(source.data)) {
    for (const [name, profile] of Object.entries(source.data)) if (profile === null) source.data[name] = {};
  }
  const checked = checkProfiles(source);
  return 'config' in checked
    ? { profiles: checked.config, problems }
    : { profiles: {}, problems: [...problems, ...checked.problems] };
}

/**
 * The profile of a name.
 *
 * @throws WorkbenchError `config` if there is none, with the names of all; as `readProfiles`
 */
export function findProfile(name: string, file = profilesFile()): ClusterProfile {
  const profiles = readProfiles(file);
  const profile = profiles.get(name);
  if (profile !== undefined) return profile;
  const names = [...profiles.keys()];
  const remedy =
    names.length === 0
      ? `there are no profiles. Add it, such as \`${name}: { partition: gpu, gres: gpu:1, time: 4:00:00 }\`.`
      : `it has ${names.join(', ')}${didYouMean(name, names) || '.'}`;
  throw new WorkbenchError('config', `Profile ${name} is not in ${file}: ${remedy}`);
}
