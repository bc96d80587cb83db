import type { Connection } from 'vscode-languageserver/node';
import { isCount, isList, isPlainObject, isString } from '../../trainer/guards/guards.ts';
import type { Settings } from '../protocol/settings.ts';

const defaults: Settings = { runsFolders: [], concurrentRuns: 1, nodePath: '' };

/** The settings as they hold for a folder of the workspace (its URI), or for none; defaults for invalid values. */
export async function readSettings(
  { workspace }: Connection,
  scopeUri: string | undefined,
): Promise<Settings> {
  const item = { section: 'esrgan', ...(scopeUri !== undefined && { scopeUri }) };
  return settingsOf(await workspace.getConfiguration(item));
}

/** The settings in a response to `workspace/configuration`. */
export function settingsOf(answer: unknown): Settings {
  if (!isPlainObject(answer)) return defaults;
  const { runsFolders, concurrentRuns, nodePath } = answer;
  return {
    runsFolders: isStrings(runsFolders) ? runsFolders : defaults.runsFolders,
    concurrentRuns: isCount(concurrentRuns) && concurrentRuns >= 1 ? concurrentRuns : defaults.concurrentRuns,
    nodePath: isString(nodePath) ? nodePath.trim() : defaults.nodePath,
  };
}

const isStrings = isList(isString);
