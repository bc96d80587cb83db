import { type CommandTarget, isCommandTarget } from '../../server/protocol/commands.ts';
import { isList, isObject, isOneOf, isString } from '../../trainer/guards/guards.ts';

/** What was right-clicked in the table of runs: the selected runs, as its `data-vscode-context` says. */
const isSelection = isObject({ webviewSection: isOneOf(['runs']), runs: isList(isString) });

/** The argument of the key bindings of the Runs view; it stands for the selection. */
export const selectionArgument = 'selection';

/**
 * The targets in the arguments of a command. Trees pass the clicked item and all selected ones, the Explorer passes URIs
 * in the same way, lenses and panels pass a target, the palette passes nothing.
 */
export function commandTargets(
  args: readonly unknown[],
  selection: readonly { readonly target?: CommandTarget }[],
): readonly CommandTarget[] {
  const [first, all] = args;
  if (first === selectionArgument) return selection.flatMap(({ target }) => target ?? []);
  if (isSelection(first)) return first.runs.map((run) => ({ run }));
  const given = Array.isArray(all) && all.length > 0 ? all : [first];
  return given.flatMap((each) => targetOf(each) ?? []);
}

function targetOf(value: unknown): CommandTarget | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('target' in value) return isCommandTarget(value.target) ? value.target : undefined;
  if ('fsPath' in value && typeof value.fsPath === 'string') return { file: value.fsPath };
  return isCommandTarget(value) ? value : undefined;
}
