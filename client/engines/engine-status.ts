import {
  type Disposable,
  EventEmitter,
  LanguageStatusSeverity,
  l10n,
  languages,
  ProgressLocation,
  type TextDocument,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { EngineReport } from '../../server/protocol/engines.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { isRunFile } from '../run-files/new-run-file.ts';
import type { ServerLink } from '../server/server-link.ts';
import { doctorText, engineStatus, requestedEngine } from './doctor.ts';

const scheme = 'esrgan-doctor';
const report = Uri.from({ scheme, path: 'Engines.txt' });

/** The language status item that shows the engine of the active run file. */
export interface EngineStatusItem extends Disposable {
  /** Probes the engines again and opens the report. */
  check(): Promise<void>;
}

export function createEngineStatus(link: ServerLink): EngineStatusItem {
  const item = languages.createLanguageStatusItem('esrgan.engine', [
    { language: 'esrgan-yaml' },
    { language: 'esrgan-json' },
    { pattern: '**/*.esrgan.{yaml,yml,json}' },
  ]);
  item.name = l10n.t('ESRGAN Engine');
  item.command = {
    command: 'esrgan.doctor',
    title: l10n.t('Check Engines'),
    tooltip: l10n.t('Check which engines this machine has'),
  };

  const changed = new EventEmitter<Uri>();
  let engines: EngineReport | undefined;
  let text = '';
  const show = (document: TextDocument | undefined) => {
    if (engines === undefined || document === undefined || !isRunFile(document.uri.path)) return;
    const status = engineStatus(engines, requestedEngine(document.getText()));
    item.text = `$(chip) ${status.text}`;
    item.detail = status.detail;
    item.severity = status.isMissing ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
  };
  const load = async (again: boolean) => {
    item.busy = true;
    try {
      engines = await link.request('esrgan/engines', { again });
      text = doctorText(engines);
      changed.fire(report);
      show(window.activeTextEditor?.document);
    } finally {
      item.busy = false;
    }
  };
  let isLoaded = false;
  const update = (document: TextDocument | undefined) => {
    if (document === undefined || !isRunFile(document.uri.path)) return;
    show(document);
    if (isLoaded) return;
    isLoaded = true;
    item.text = `$(chip) ${l10n.t('Engine')}`;
    item.detail = l10n.t('checking the engines of this machine');
    load(false).catch((error: unknown) => {
      isLoaded = false;
      item.detail = l10n.t('unknown: {0}', messageOf(error));
    });
  };

  const registrations = [
    item,
    changed,
    workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: () => text,
    }),
    window.onDidChangeActiveTextEditor((editor) => update(editor?.document)),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (document === window.activeTextEditor?.document) show(document);
    }),
  ];
  update(window.activeTextEditor?.document);
  return {
    async check() {
      await window.withProgress(
        { location: ProgressLocation.Window, title: l10n.t('ESRGAN: Checking the engines of this machine') },
        () => load(true),
      );
      await window.showTextDocument(await workspace.openTextDocument(report), { preview: true });
    },
    dispose() {
      for (const registration of registrations) registration.dispose();
    },
  };
}
