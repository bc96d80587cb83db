import type { Connection } from 'vscode-languageserver/node';
import {
  isBoolean,
  isCount,
  isList,
  isNumber,
  isObject,
  isPlainObject,
  isString,
} from '../../trainer/guards/guards.ts';
import { defaultAfterMinutes, type NotifySettings } from '../../trainer/notify/settings.ts';
import type { MirrorSettings, Settings } from '../protocol/settings.ts';

const defaults: Settings = {
  runsFolders: [],
  testSetFolders: [],
  concurrentRuns: 1,
  nodePath: '',
  mirror: null,
  notify: { afterMinutes: defaultAfterMinutes, webhook: '' },
};

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
  const { runsFolders, testSetFolders, concurrentRuns, nodePath, mirror, notify } = answer;
  return {
    runsFolders: isStrings(runsFolders) ? runsFolders : defaults.runsFolders,
    testSetFolders: isStrings(testSetFolders) ? testSetFolders : defaults.testSetFolders,
    concurrentRuns: isCount(concurrentRuns) && concurrentRuns >= 1 ? concurrentRuns : defaults.concurrentRuns,
    nodePath: isString(nodePath) ? nodePath.trim() : defaults.nodePath,
    mirror: mirrorOf(mirror),
    notify: notifyOf(notify),
  };
}

function mirrorOf(value: unknown): MirrorSettings | null {
  if (!isMirror(value) || !value.wandb.enabled) return null;
  const { project, entity, group } = value.wandb;
  return { project: project.trim(), entity: entity.trim(), group: group.trim() };
}

function notifyOf(value: unknown): NotifySettings {
  if (!isPlainObject(value)) return defaults.notify;
  const { afterMinutes, webhook } = value;
  return {
    afterMinutes: isNumber(afterMinutes) && afterMinutes >= 0 ? afterMinutes : defaults.notify.afterMinutes,
    webhook: isString(webhook) ? webhook.trim() : defaults.notify.webhook,
  };
}

const isStrings = isList(isString);

const isMirror = isObject({
  wandb: isObject({ enabled: isBoolean, project: isString, entity: isString, group: isString }),
});
