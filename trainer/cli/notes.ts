import type { Command } from 'commander';
import { WorkbenchError } from '../errors/errors.ts';
import type { NotesChange, RunNotes } from '../run-state/notes.ts';
import { changeNotes } from '../runs/notes.ts';
import { findRun } from './find-run.ts';
import { print } from './terminal.ts';

interface Options {
  readonly runsDir: string;
  readonly json?: boolean;
  readonly undo?: boolean;
}

/** Adds `esrgan tag`, `note`, `group`, `pin` and `archive` to the command. */
export function registerNotes(program: Command): void {
  withOptions(program.command('tag'))
    .description('add tags to runs (+tag), or remove them (-tag)')
    .argument('<words...>', 'names or folders of runs, and tags with + or -')
    // Otherwise `-tag` would be an unknown option.
    .allowUnknownOption()
    .action((words: readonly string[], options: Options) => {
      const added = words.filter((word) => word.startsWith('+')).map((word) => word.slice(1));
      const removed = words.filter((word) => word.startsWith('-')).map((word) => word.slice(1));
      if (added.length + removed.length === 0)
        throw new WorkbenchError('usage', 'Name at least one tag: +tag adds it, -tag removes it.');
      const runs = words.filter((word) => !/^[+-]/.test(word));
      if (runs.length === 0) throw new WorkbenchError('usage', 'Name at least one run.');
      change(runs, { addTags: added, removeTags: removed }, options);
    });
  withOptions(program.command('note'))
    .description('write a note to a run; without a text, print it')
    .argument('<run>', 'name or folder of a run')
    .argument('[text]', 'the new note; "" deletes it')
    .action((run: string, text: string | undefined, options: Options) => {
      if (text !== undefined) change([run], { note: text }, options);
      else print(options.json ? recordOf(options, run) : `${findRun(options.runsDir, run).notes.note}\n`);
    });
  withOptions(program.command('group'))
    .description('put runs into a group')
    .argument('<group>', 'name of the group; "" for none')
    .argument('<runs...>', 'names or folders of runs')
    .action((group: string, runs: readonly string[], options: Options) =>
      change(runs, { group: group === '' ? null : group }, options),
    );
  withOptions(program.command('pin'))
    .description('list runs first')
    .argument('<runs...>', 'names or folders of runs')
    .option('--undo', 'no longer list them first')
    .action((runs: readonly string[], options: Options) =>
      change(runs, { pinned: options.undo !== true }, options),
    );
  withOptions(program.command('archive'))
    .description('hide runs in lists; no file is deleted')
    .argument('<runs...>', 'names or folders of runs')
    .option('--undo', 'show them again')
    .action((runs: readonly string[], options: Options) =>
      change(runs, { archived: options.undo !== true }, options),
    );
}

function withOptions(command: Command): Command {
  return command
    .option('--runs-dir <folder>', 'folder of the runs', 'runs')
    .option('--json', 'print one JSON object per line');
}

/** Changes all runs or, where one of them does not exist, none. */
function change(names: readonly string[], wanted: NotesChange, options: Options): void {
  const found = names.map((name) => findRun(options.runsDir, name));
  for (const { paths } of found) {
    const notes = changeNotes(paths, wanted);
    const record = { name: paths.name, path: paths.root, ...notes };
    print(options.json ? `${JSON.stringify(record)}\n` : `${paths.name}: ${describe(notes)}\n`);
  }
}

function recordOf({ runsDir }: Options, run: string): string {
  const { paths, notes } = findRun(runsDir, run);
  return `${JSON.stringify({ name: paths.name, path: paths.root, ...notes })}\n`;
}

function describe({ note, tags, group, pinned, archived }: RunNotes): string {
  const facts = [
    ...(pinned ? ['pinned'] : []),
    ...(archived ? ['archived'] : []),
    ...(group === null ? [] : [`group ${group}`]),
    ...(tags.length === 0 ? [] : [`tags ${tags.join(', ')}`]),
    ...(note === '' ? [] : [`note “${note}”`]),
  ];
  return facts.join(' · ') || 'no notes';
}
