import {
  type Disposable,
  EventEmitter,
  LanguageStatusSeverity,
  languages,
  ProgressLocation,
  type TextDocument,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { EngineReport } from '../../server/protocol/engines.ts';
import { isRunFile } from '../run-files/new-run-file.ts';
import type { ServerLink } from '../server/server-link.ts';
import { askedEngine, doctorText, engineStatus } from './doctor.ts';

const scheme = 'esrgan-doctor';
const report = Uri.from({ scheme, path: 'Doctor.txt' });

/** The item of the language status that says which engine a run of the open file would get. */
export interface EngineStatusItem extends Disposable {
  /** Examines the machine anew and shows the report. */
  examine(): Promise<void>;
}

export function createEngineStatus(link: ServerLink): EngineStatusItem {
  const item = languages.createLanguageStatusItem('esrgan.engine', [
    { language: 'esrgan-yaml' },
    { language: 'esrgan-json' },
    { pattern: '**/*.esrgan.{yaml,yml,json}' },
  ]);
  item.name = 'ESRGAN Engine';
  item.command = {
    command: 'esrgan.doctor',
    title: 'Doctor',
    tooltip: 'Examine the engines of this machine',
  };

  const changed = new EventEmitter<Uri>();
  let engines: EngineReport | undefined;
  let text = '';
  const show = (document: TextDocument | undefined) => {
    if (engines === undefined || document === undefined || !isRunFile(document.uri.path)) return;
    const status = engineStatus(engines, askedEngine(document.getText()));
    item.text = `$(chip) ${status.text}`;
    item.detail = status.detail;
    item.severity = status.isMissing ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
  };
  const ask = async (again: boolean) => {
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
  let isAsked = false;
  const look = (document: TextDocument | undefined) => {
    if (document === undefined || !isRunFile(document.uri.path)) return;
    show(document);
    if (isAsked) return;
    isAsked = true;
    item.text = '$(chip) Engine';
    item.detail = 'looking what this machine has';
    ask(false).catch(() => {
      isAsked = false;
      item.detail = 'not known: the server does not answer';
    });
  };

  const registrations = [
    item,
    changed,
    workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: () => text,
    }),
    window.onDidChangeActiveTextEditor((editor) => look(editor?.document)),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (document === window.activeTextEditor?.document) show(document);
    }),
  ];
  look(window.activeTextEditor?.document);
  return {
    async examine() {
      await window.withProgress(
        { location: ProgressLocation.Window, title: 'ESRGAN: trying the engines of this machine' },
        () => ask(true),
      );
      await window.showTextDocument(await workspace.openTextDocument(report), { preview: true });
    },
    dispose() {
      for (const registration of registrations) registration.dispose();
    },
  };
}
