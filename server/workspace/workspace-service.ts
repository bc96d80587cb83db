import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { URI } from 'vscode-uri';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { importOptions } from '../../trainer/import/import-options.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { runCommand } from '../command/run-command.ts';
import { answerRequests } from '../connection/answer-requests.ts';
import type { EditorConnection } from '../connection/editor-connection.ts';
import { openDocument } from '../language/document.ts';
import { nameWeights } from '../language/name-weights.ts';
import { replaceImages } from '../language/replace-images.ts';
import { duplicateWithChanges } from '../presets/duplicate.ts';
import { newRunFileName } from '../presets/new-run-name.ts';
import { presets } from '../presets/presets.ts';
import type { WorkspaceRequests } from '../protocol/workspace.ts';
import type { Workspace } from './workspace.ts';

interface WorkspaceSources {
  programs(): CommandPrograms;
  /** The workspace has become trusted. */
  trusted(): void;
  /** Data sets or weights may have changed. */
  filesChanged(): void;
}

/** Answers the requests about the workspace and its run files. */
export function registerWorkspace(
  connection: EditorConnection,
  workspace: Workspace,
  { programs, trusted, filesChanged }: WorkspaceSources,
): void {
  answerRequests<keyof WorkspaceRequests>(connection, {
    'esrgan/trust'() {
      trusted();
      return null;
    },
    'esrgan/filesChanged'() {
      filesChanged();
      return null;
    },
    async 'esrgan/runFiles'() {
      await workspace.ready;
      return workspace
        .runFiles()
        .map(({ file }) => file)
        .sort();
    },
    'esrgan/presets': () => presets,
    async 'esrgan/newRun'({ images, minutes, folder }, signal) {
      const file = join(folder, newRunFileName(`${basename(images)}-${minutes}min`, readdirSync(folder)));
      const options = ['--minutes', String(minutes), '--data', images, '--out', file];
      await runCommand(programs(), ['new', ...options, '--json'], { signal });
      return { file };
    },
    'esrgan/duplicate'({ text, name, taken, init }) {
      const changes = init === undefined ? [] : [{ path: ['training', 'init'], value: init }];
      return duplicateWithChanges(text, name, changes, taken);
    },
    'esrgan/replaceImages'({ uri, text, dataset, folder }) {
      return replaceImages(openDocument(text, URI.parse(uri).fsPath, uri), dataset, folder);
    },
    'esrgan/nameWeights'({ uri, text, file }) {
      return nameWeights(openDocument(text, URI.parse(uri).fsPath, uri), file);
    },
    'esrgan/importOptions'({ text }) {
      const imported = importOptions(text);
      if ('problem' in imported) throw new WorkbenchError('config', imported.problem);
      return imported;
    },
  });
}
