import { basename } from 'node:path';
import { l10n, type QuickPickItem, QuickPickItemKind, window } from 'vscode';
import type { NotesCommand } from '../../server/protocol/commands.ts';
import { changeProblem, type NotesChange } from '../../trainer/run-state/notes.ts';
import { showInformation } from '../notifications.ts';
import type { Command, Services } from '../services.ts';
import { commandTargets } from './command-targets.ts';
import { runsFor } from './run-picker.ts';

type ListCommand =
  | 'esrgan.openRunsTable'
  | 'esrgan.testWebhook'
  | 'esrgan.showArchivedRuns'
  | 'esrgan.hideArchivedRuns';

/** The commands that change the notes of runs, and how runs are listed by them. */
export function notesCommands({
  link,
  runs,
  runsView,
  runsTable,
  panels,
}: Services): Record<NotesCommand | ListCommand, Command> {
  const targetRuns = (args: readonly unknown[], prompt: string) =>
    runsFor(commandTargets(args, runsView.selection), runs, { prompt, active: panels.activeRun });
  const notesOf = (run: string) => runs.find(run)?.notes;

  const change = async (targets: readonly string[], wanted: NotesChange) => {
    if (targets.length > 0) await link.request('esrgan/changeNotes', { runs: targets, change: wanted });
  };
  const set =
    (wanted: NotesChange, prompt: string): Command =>
    async (...args) =>
      change(await targetRuns(args, prompt), wanted);

  return {
    async 'esrgan.openRunsTable'() {
      runsTable.open();
    },
    async 'esrgan.testWebhook'() {
      await link.request('esrgan/testWebhook', null);
      void showInformation(l10n.t('The webhook has received the test.'));
    },
    'esrgan.showArchivedRuns': () => runsView.showArchived(true),
    'esrgan.hideArchivedRuns': () => runsView.showArchived(false),
    async 'esrgan.editTags'(...args) {
      const targets = await targetRuns(args, l10n.t('Choose a run to tag'));
      const [first] = targets;
      if (first === undefined) return;
      await runs.all();
      const known = [...new Set(runs.known.flatMap(({ notes }) => notes.tags))].sort();
      const before = known.filter((tag) => targets.every((run) => notesOf(run)?.tags.includes(tag)));
      const chosen = await pickTags(known, before, nameOf(targets));
      if (chosen === undefined) return;
      await change(targets, {
        addTags: chosen.filter((tag) => !before.includes(tag)),
        removeTags: before.filter((tag) => !chosen.includes(tag)),
      });
    },
    async 'esrgan.editNote'(...args) {
      for (const run of await targetRuns(args, l10n.t('Choose a run to write a note to'))) {
        const note = await window.showInputBox({
          title: l10n.t('Note of {0}', basename(run)),
          value: notesOf(run)?.note ?? '',
          prompt: l10n.t('An empty text deletes the note.'),
          validateInput: (text) => changeProblem({ note: text }),
        });
        if (note === undefined) return;
        await change([run], { note: note.trim() });
      }
    },
    async 'esrgan.setGroup'(...args) {
      const targets = await targetRuns(args, l10n.t('Choose a run to put into a group'));
      const [first] = targets;
      if (first === undefined) return;
      const group = await window.showInputBox({
        title: l10n.t('Group of {0}', nameOf(targets)),
        value: notesOf(first)?.group ?? '',
        prompt: l10n.t('An empty name removes it from its group.'),
        validateInput: (text) => (text.trim() === '' ? undefined : changeProblem({ group: text.trim() })),
      });
      if (group !== undefined) await change(targets, { group: group.trim() || null });
    },
    'esrgan.pinRuns': set({ pinned: true }, l10n.t('Choose a run to list first')),
    'esrgan.unpinRuns': set({ pinned: false }, l10n.t('Choose a run to unpin')),
    'esrgan.archiveRuns': set({ archived: true }, l10n.t('Choose a run to archive')),
    'esrgan.unarchiveRuns': set({ archived: false }, l10n.t('Choose a run to take out of the archive')),
  };
}

function nameOf(runs: readonly string[]): string {
  const [first = ''] = runs;
  return runs.length === 1 ? basename(first) : l10n.t('{0} runs', runs.length);
}

/** Lets the person choose tags, also new ones by typing them; undefined if the person cancels. */
function pickTags(
  known: readonly string[],
  chosen: readonly string[],
  name: string,
): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    const pick = window.createQuickPick();
    const added: string[] = [];
    let selected: readonly string[] = chosen;
    const show = () => {
      const typed = pick.value.trim();
      const tags = [...new Set([...known, ...added])];
      const isNew = typed !== '' && !tags.includes(typed);
      const problem = isNew ? changeProblem({ addTags: [typed] }) : undefined;
      const items: QuickPickItem[] = tags.map((label) => ({ label }));
      if (problem !== undefined) items.push({ label: problem, kind: QuickPickItemKind.Separator });
      else if (isNew) items.push({ label: typed, description: l10n.t('new tag'), alwaysShow: true });
      pick.items = items;
      pick.selectedItems = items.filter(({ label }) => selected.includes(label));
    };
    pick.title = l10n.t('Tags of {0}', name);
    pick.placeholder = l10n.t('Select tags, or type a new one');
    pick.canSelectMany = true;
    pick.onDidChangeValue(show);
    pick.onDidChangeSelection((items) => {
      selected = items.map(({ label }) => label);
      added.push(...selected.filter((tag) => !known.includes(tag) && !added.includes(tag)));
    });
    pick.onDidAccept(() => {
      const typed = pick.value.trim();
      const isTyped =
        typed !== '' && !known.includes(typed) && changeProblem({ addTags: [typed] }) === undefined;
      resolve([...new Set([...selected, ...(isTyped ? [typed] : [])])]);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    show();
    pick.show();
  });
}
