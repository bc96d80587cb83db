import type { CommandTarget } from '../../server/protocol/commands.ts';
import { parseTarget } from '../webviews/webview-requests.ts';

/** The one argument of a key binding of the view of runs: what is selected in it. */
export const selectionArgument = 'selection';

/**
 * What a command was called for. Trees give the line under the mouse and all selected ones, the Explorer gives
 * addresses of files in the same way, lenses and panels a target; the palette gives nothing.
 */
export function commandTargets(
  args: readonly unknown[],
  selection: readonly { readonly target?: CommandTarget }[],
): readonly CommandTarget[] {
  const [first, all] = args;
  if (first === selectionArgument) return selection.flatMap(({ target }) => target ?? []);
  const given = Array.isArray(all) && all.length > 0 ? all : [first];
  return given.flatMap((each) => targetOf(each) ?? []);
}

function targetOf(value: unknown): CommandTarget | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('target' in value) return parseTarget(value.target);
  if ('fsPath' in value && typeof value.fsPath === 'string') return { file: value.fsPath };
  return parseTarget(value);
}
