import { isAbsolute, relative } from 'node:path';
import type { CommandTarget } from '../../server/protocol/commands.ts';
import type { PointCursor } from '../../server/protocol/runs.ts';
import { type WebviewRequest, webviewCommands } from '../../server/protocol/webview.ts';
import { parseComparisonRequest } from './comparison-requests.ts';
import { parseUpscalingRequest } from './upscaling-requests.ts';

const requestsWithoutParameters = [
  'esrgan/runs',
  'esrgan/jobs',
  'esrgan/closeInterpolation',
  'host/draggedRuns',
  'host/upscaleWith',
  'host/convertWeights',
  'host/pickWeights',
  'host/openAsText',
] as const;
const controls = ['stop', 'pause', 'resume', 'checkpoint', 'validate'] as const;

/**
 * What a webview asks, or undefined where it asks for something that no webview may have or in another form.
 * Nothing of the message passes that is not checked here.
 */
export function parseWebviewRequest(message: unknown): WebviewRequest | undefined {
  if (!isObject(message) || message.kind !== 'request' || typeof message.id !== 'number') return undefined;
  const { id, name } = message;
  const asked = { kind: 'request' as const, id };
  const plain = requestsWithoutParameters.find((each) => each === name);
  if (plain !== undefined) return { ...asked, name: plain, params: null };
  if (!isObject(message.params)) return undefined;
  const { run, after, count, follow, request, paths, path, content, command, args, ...rest } = message.params;
  switch (name) {
    case 'esrgan/run':
      return typeof run === 'string' ? { ...asked, name, params: { run } } : undefined;
    case 'esrgan/points':
      return typeof run === 'string' && (after === null || isCursor(after))
        ? { ...asked, name, params: { run, after } }
        : undefined;
    case 'esrgan/newestPoints':
      return typeof run === 'string' && typeof count === 'number'
        ? { ...asked, name, params: { run, count } }
        : undefined;
    case 'esrgan/follow':
      return typeof run === 'string' && typeof follow === 'boolean'
        ? { ...asked, name, params: { run, follow } }
        : undefined;
    case 'esrgan/control': {
      const control = controls.find((each) => each === request);
      return typeof run === 'string' && control !== undefined
        ? { ...asked, name, params: { run, request: control } }
        : undefined;
    }
    case 'host/uris':
      return isTexts(paths) ? { ...asked, name, params: { paths } } : undefined;
    case 'host/save':
      return typeof rest.name === 'string' && (typeof content === 'string' || content instanceof Uint8Array)
        ? { ...asked, name, params: { name: rest.name, content } }
        : undefined;
    case 'host/open':
      return typeof path === 'string' ? { ...asked, name, params: { path } } : undefined;
    case 'host/command': {
      const allowed = webviewCommands.find((each) => each === command);
      const target = Array.isArray(args) && args.length === 1 ? parseTarget(args[0]) : undefined;
      return allowed && target ? { ...asked, name, params: { command: allowed, args: [target] } } : undefined;
    }
    default: {
      const parsed =
        parseComparisonRequest(name, message.params) ?? parseUpscalingRequest(name, message.params);
      return parsed && { ...asked, ...parsed };
    }
  }
}

/** The fields of a command's target, those that are given and of the right type; undefined where none is. */
export function parseTarget(value: unknown): CommandTarget | undefined {
  if (!isObject(value)) return undefined;
  const { file, stage, run } = value;
  const target: CommandTarget = {
    ...(typeof file === 'string' && { file }),
    ...((stage === 'pretraining' || stage === 'training') && { stage }),
    ...(typeof run === 'string' && { run }),
  };
  return Object.keys(target).length > 0 ? target : undefined;
}

/** Whether a path lies in a folder or is it, without looking at the disk. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return isAbsolute(path) && !isAbsolute(way) && way !== '..' && !/^\.\.[\\/]/.test(way);
}

function isCursor(value: unknown): value is PointCursor {
  return (
    isObject(value) &&
    typeof value.generation === 'number' &&
    isObject(value.counts) &&
    Object.values(value.counts).every((count) => typeof count === 'number')
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
