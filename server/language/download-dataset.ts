import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver-types';
import { isNumber, isObject, isString } from '../../trainer/guards/guards.ts';
import type { DownloadCommandTarget } from '../protocol/commands.ts';
import type { MissingDataset } from './diagnose.ts';

const isMissing = isObject<MissingDataset>({ missingDataset: isString, scale: isNumber });

/** Quick fixes that download the missing predefined data sets of some diagnostics of a run file. */
export function downloadActions(file: string, diagnostics: readonly Diagnostic[]): CodeAction[] {
  return diagnostics.flatMap((diagnostic) => {
    const { data } = diagnostic;
    if (!isMissing(data)) return [];
    const { missingDataset: name, scale } = data;
    const target: DownloadCommandTarget = { kind: 'data', name, scale, file };
    const title = `Download \`${name}\`…`;
    return [
      {
        title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        command: { title, command: 'esrgan.get', arguments: [target] },
      },
    ];
  });
}
