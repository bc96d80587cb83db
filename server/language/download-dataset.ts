import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver-types';
import { isObject, isString } from '../../trainer/guards/guards.ts';
import type { DownloadCommandTarget } from '../protocol/commands.ts';
import type { MissingDataset } from './diagnose.ts';

const isMissing = isObject<MissingDataset>({ missingDataset: isString });

/** Quick fixes that download the missing predefined data sets of some diagnostics. */
export function downloadActions(diagnostics: readonly Diagnostic[]): CodeAction[] {
  return diagnostics.flatMap((diagnostic) => {
    const { data } = diagnostic;
    if (!isMissing(data)) return [];
    const target: DownloadCommandTarget = { kind: 'data', name: data.missingDataset };
    const title = `Download \`${target.name}\`…`;
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
