import { join } from 'node:path';
import schema from '../../schemas/cluster-profiles.schema.json' with { type: 'json' };
import type { ClusterProfile, ClusterProfiles } from '../../schemas/cluster-profiles.ts';
import { didYouMean } from '../config/closest.ts';
import {
  configError,
  createSchemaCheck,
  type Problem,
  parse,
  type Source,
  subject,
} from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { readSmallFile } from '../files/small-file.ts';
import { configFolder } from '../files/user-folders.ts';
import { formatDuration } from '../format/format.ts';
import { isPlainObject } from '../guards/guards.ts';

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
    ? { profiles: checked.config, problems: [...problems, ...shortLimits(checked.config, source)] }
    : { profiles: {}, problems: [...problems, ...checked.problems.map(withRemedy)] };
}

/** What the schema does not know: that the first keys are names, and that no key has to be there. */
function withRemedy(problem: Problem): Problem {
  const { code, path, message } = problem;
  if (code !== 'type') return problem;
  const [name, key] = path.map(String);
  const keys = Object.keys(schema.additionalProperties.properties);
  if (name !== undefined && key === undefined) {
    const example = `such as \`gpu: { ${keys.includes(name) ? name : 'partition'}: … }\``;
    const what = keys.includes(name)
      ? `\`${name}\` is a key of a profile: write it below the name of one, ${example}`
      : message.replace(/a map of .*(?=, not )/, `a profile, a map with ${keys.join(', ')}`);
    return { ...problem, message: what };
  }
  if (!message.endsWith(', not empty')) return problem;
  return { ...problem, message: `${message}; without the key, the default is used` };
}

/** The profiles whose jobs would be told to stop before they start. */
function shortLimits(profiles: ClusterProfiles, source: Source): Problem[] {
  return Object.entries(profiles).flatMap(([name, { time, seconds_before_limit }]) => {
    const path = [name, 'time'];
    if (time === undefined || secondsOf(time) > seconds_before_limit) return [];
    const message = `${subject(path)} is ${formatDuration(secondsOf(time))}, which must be longer than \`seconds_before_limit\` (${formatDuration(seconds_before_limit)}): raise the one, or lower the other`;
    return [{ code: 'time-too-short', severity: 'error', message, path, ...source.rangeOf(path) }];
  });
}

/** A time of Slurm: `minutes`, `minutes:seconds`, `hours:minutes:seconds`, or `days-hours[:minutes[:seconds]]`. */
function secondsOf(time: string | number): number {
  const [, days, clock = ''] = /^(?:(\d+)-)?(.*)$/.exec(String(time)) ?? [];
  const parts = clock.split(':').map(Number);
  const [hours = 0, minutes = 0, seconds = 0] =
    days !== undefined || parts.length === 3 ? parts : [0, ...parts];
  return ((Number(days ?? 0) * 24 + hours) * 60 + minutes) * 60 + seconds;
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
