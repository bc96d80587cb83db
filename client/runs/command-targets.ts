import type { CommandTarget } from '../../server/protocol/commands.ts';
import { type Guard, isExactly, isOneOf, isOptional, isString } from '../../trainer/guards/guards.ts';
import { stages } from '../../trainer/run-state/run-state.ts';

/** The argument of the key bindings of the Runs view; it stands for the selection. */
export const selectionArgument = 'selection';

const isPartOfTarget = isExactly<CommandTarget>({
  file: isOptional(isString),
  stage: isOptional(isOneOf(stages)),
  run: isOptional(isString),
});

/** Whether a value names a run file, a stage or a run. */
export const isCommandTarget: Guard<CommandTarget> = (value): value is CommandTarget =>
  isPartOfTarget(value) && Object.keys(value).length > 0;

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
  const given = Array.isArray(all) && all.length > 0 ? all : [first];
  return given.flatMap((each) => targetOf(each) ?? []);
}

function targetOf(value: unknown): CommandTarget | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('target' in value) return isCommandTarget(value.target) ? value.target : undefined;
  if ('fsPath' in value && typeof value.fsPath === 'string') return { file: value.fsPath };
  return isCommandTarget(value) ? value : undefined;
}
