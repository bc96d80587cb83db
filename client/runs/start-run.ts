import { basename, dirname, relative } from 'node:path';
import { l10n, ProgressLocation, type QuickPickItem, Uri, ViewColumn, window, workspace } from 'vscode';
import {
  newRunStages,
  type StartedRun,
  type StartPlan,
  type StartTarget,
} from '../../server/protocol/runs.ts';
import type { StageChoice } from '../../trainer/run-state/run-state.ts';
import { choose } from '../notifications.ts';
import { currentText, runNameOf, writeRunFile } from '../run-files/copy-run-file.ts';
import { saveDocument } from '../run-files/save-document.ts';
import type { Services } from '../services.ts';
import { trashRuns } from './delete-runs.ts';

/** A target with what to train of it. */
type StageTarget = StartTarget & { readonly stage: StageChoice };

/** Starts a stage of a run, or both. Where it was trained before, the person chooses how it goes on. */
export async function startRun(services: Services, target: StageTarget): Promise<void> {
  const plan = await planOf(services, target);
  if (plan.progress === 'new') {
    if (!needsPretraining(plan)) return launch(services, target);
    if (await offerBoth(plan)) await startRun(services, { ...target, stage: 'all' });
    return;
  }
  // In the lens and the panel of a run it is “Resume Both Stages”.
  if (target.stage === 'all' && plan.progress === 'started' && 'run' in target)
    return resumeRun(services, target);
  if (target.stage !== 'all' || plan.progress === 'started') return offerAgain(services, plan);
  // The pretraining is finished.
  const training = { ...target, stage: 'training' } as const;
  const { progress } = await planOf(services, training);
  if (progress === 'new') return launch(services, training);
  return offerAgain(services, plan);
}

function needsPretraining({ stage, startsFromPretraining, pretrained }: StartPlan): boolean {
  return stage === 'training' && startsFromPretraining && pretrained === null;
}

async function offerBoth({ run }: StartPlan): Promise<boolean> {
  const both = l10n.t('Start Both Stages');
  const question = l10n.t('The training of “{0}” needs its pretraining first.', basename(run));
  return (await choose(question, [both], l10n.t('Cancel'))) === both;
}

/** Resumes a run that does not train. Where its run file has changed, the person chooses with which values. */
export async function resumeRun(services: Services, target: StartTarget): Promise<void> {
  const { link } = services;
  const plan = await planOf(services, target);
  const { run } = plan;
  if (plan.changes.length === 0 || isOnlyLonger(plan)) {
    showQueued(await link.request('esrgan/resume', { ...target, run }));
    return;
  }
  const withFile =
    plan.file === null ? l10n.t('Resume with the Requested Values') : l10n.t('Resume with the File’s Values');
  const asTrained = l10n.t('Resume as Trained');
  const asNew = l10n.t('Start as New Run');
  const action = await choose(
    plan.file === null
      ? l10n.t('Run “{0}” was trained with other values than those that were requested last.', basename(run))
      : l10n.t('“{0}” has changed since run “{1}” was trained.', basename(plan.file), basename(run)),
    // A stage that is finished as it was trained has nothing left to do.
    [
      ...(plan.canResume ? [withFile] : []),
      ...(plan.progress === 'finished' ? [] : [asTrained]),
      ...(plan.file === null ? [] : [asNew]),
    ],
    l10n.t('Cancel'),
    [
      ...changeLines(plan),
      ...(plan.canResume ? [] : ['', l10n.t('The checkpoints of the run only match its earlier networks.')]),
    ].join('\n'),
  );
  if (action === asNew) await startAsNew(services, await copyOf(services, plan), newRunStages(plan));
  else if (action !== undefined)
    showQueued(await link.request('esrgan/resume', { ...target, run, asTrained: action === asTrained }));
}

/** Offers what can be done with a stage of a run that was trained before. */
export async function runAgain(services: Services, target: StageTarget): Promise<void> {
  await offerAgain(services, await planOf(services, target));
}

interface AgainItem extends QuickPickItem {
  readonly choose: () => Promise<void>;
}

async function offerAgain(services: Services, plan: StartPlan): Promise<void> {
  const { run, stage, file, progress, startsFromPretraining, pretrained } = plan;
  const name = basename(run);
  const copy = await copyOf(services, plan);
  const choice = newRunStages(plan);
  const items: AgainItem[] = [
    {
      label: l10n.t('$(add) Start as New Run “{0}”', copy.name),
      detail: [whatIsTrained(choice), ...changedKeys(plan)].join(' '),
      choose: () => startAsNew(services, copy, choice),
    },
  ];
  if (stage === 'training' && startsFromPretraining && pretrained !== null) {
    items.push({
      label: l10n.t('$(git-branch) Start as New Run “{0}” from This Pretraining', copy.name),
      detail: l10n.t('Trains the GAN from the pretraining of “{0}”.', name),
      choose: async () => startAsNew(services, await copyOf(services, plan, pretrained), stage),
    });
  }
  if (progress === 'started') {
    items.push({
      label: l10n.t('$(debug-continue) Resume'),
      detail: l10n.t('Continues from the latest checkpoint.'),
      choose: () => resumeRun(services, { run, stage, ...(file !== null && { file }) }),
    });
  }
  items.push({
    label: l10n.t('$(graph-line) Open'),
    detail: l10n.t('Shows the charts and samples of “{0}”.', name),
    choose: async () => services.panels.open(run, ViewColumn.Active, false),
  });
  if (file !== null) {
    items.push({
      label: l10n.t('$(trash) Start Over'),
      detail: l10n.t('Moves run “{0}” to the trash. {1}', name, whatIsTrained(choice)),
      choose: () => startOver(services, { run, file, stage: choice }),
    });
  }
  const picked = await window.showQuickPick(items, {
    title: l10n.t('Run “{0}” Again', name),
    placeHolder:
      progress === 'finished'
        ? l10n.t('“{0}” was trained to its end. What do you want to do?', name)
        : l10n.t('“{0}” was trained before. What do you want to do?', name),
  });
  await picked?.choose();
}

function whatIsTrained(choice: StageChoice): string {
  switch (choice) {
    case 'pretraining':
      return l10n.t('Starts the pretraining.');
    case 'training':
      return l10n.t('Starts the training.');
    case 'all':
      return l10n.t('Starts the pretraining, then the training.');
  }
}

/** Most keys and lines that a person reads in a dialog. */
const shownChanges = 5;

function changedKeys({ changes }: StartPlan): string[] {
  if (changes.length === 0) return [];
  const keys = changes.slice(0, shownChanges).map(({ key }) => key);
  return [l10n.t('Changed: {0}', keys.join(', ') + (changes.length > shownChanges ? ', …' : ''))];
}

function changeLines({ changes }: StartPlan): string[] {
  const others = changes.length - shownChanges;
  const lines = changes.slice(0, shownChanges).map(({ text }) => text);
  return others > 0 ? [...lines, l10n.t('and {0} more', others)] : lines;
}

/** Whether a stage that is finished is only made longer, which a resume is for. */
function isOnlyLonger({ progress, changes, stage }: StartPlan): boolean {
  const lengths = [`${stage}.num_epoch`, `${stage}.num_step`];
  const stops = [`${stage}.early_stopping`, `${stage}.stop_at`];
  const isLength = (key: string) =>
    lengths.includes(key) || stops.some((stop) => key === stop || key.startsWith(`${stop}.`));
  return progress === 'finished' && changes.every(({ key }) => isLength(key));
}

/** Asks what a start would do, with the run file as it is in the editor. */
async function planOf({ link }: Services, target: StartTarget): Promise<StartPlan> {
  const isNamed = target.file !== undefined || !('run' in target);
  const file = isNamed ? target.file : await link.request('esrgan/runFile', { run: target.run });
  if (typeof file === 'string') await saveDocument(file);
  return link.request('esrgan/plan', target);
}

interface RunFileCopy {
  readonly folder: Uri;
  readonly name: string;
  readonly text: string;
}

/** A copy of the run file of a plan, with the next name that is free; `init`: weights that its training starts from. */
async function copyOf({ link, runs }: Services, plan: StartPlan, init?: string): Promise<RunFileCopy> {
  const source = plan.file ?? (await link.request('esrgan/run', { run: plan.run })).files.config;
  if (source === null) throw new Error(l10n.t('Run “{0}” has no run file.', basename(plan.run)));
  // The record of a run has absolute paths: its copy can be in any folder outside of the runs.
  const own = workspace.workspaceFolders?.[0]?.uri;
  const folder = plan.file === null && own !== undefined ? own : Uri.file(dirname(source));
  const entries = await workspace.fs.readDirectory(folder);
  const copy = await link.request('esrgan/duplicate', {
    text: await currentText(source),
    name: basename(plan.run),
    taken: [...entries.map(([name]) => runNameOf(name)), ...runs.known.map(({ name }) => name)],
    ...(init !== undefined && { init: relative(folder.fsPath, init).replaceAll('\\', '/') }),
  });
  return { folder, ...copy };
}

async function startAsNew(
  services: Services,
  { folder, name, text }: RunFileCopy,
  stage: StageChoice,
): Promise<void> {
  const { fsPath } = await writeRunFile(folder, name, text);
  await launch(services, { file: fsPath, stage });
}

/** Moves a run to the trash and starts it from nothing. */
async function startOver(
  services: Services,
  { run, file, stage }: { readonly run: string; readonly file: string; readonly stage: StageChoice },
): Promise<void> {
  // A run file with problems is refused here, before anything is lost.
  await planOf(services, { file, stage });
  if (await trashRuns(services, [run])) await launch(services, { file, stage });
}

/** Starts a stage that was not trained before. */
async function launch({ link, panels }: Services, target: StageTarget): Promise<void> {
  const { stage, file } = target;
  const name = basename('run' in target ? target.run : target.file);
  const started = await window.withProgress(
    {
      location: ProgressLocation.Window,
      title:
        stage === 'all'
          ? l10n.t('ESRGAN: Starting both stages of {0}', name)
          : l10n.t('ESRGAN: Starting {0} of {1}', stage, name),
    },
    () =>
      file === undefined
        ? link.request('esrgan/resume', target)
        : link.request('esrgan/start', { file, stage, resume: false }),
  );
  const column = window.activeTextEditor ? ViewColumn.Beside : ViewColumn.Active;
  if (!showQueued(started)) panels.open(started.run, column, true);
}

function showQueued({ run, queued }: StartedRun): boolean {
  if (queued) window.setStatusBarMessage(l10n.t('ESRGAN: {0} is queued', basename(run)), 5000);
  return queued;
}
