import { type Diagnostic, DiagnosticSeverity, type Range } from 'vscode-languageserver-types';
import { URI } from 'vscode-uri';
import { type DatasetFiles, type Problem, readRunFile, syntaxProblems } from '../../trainer/config/index.ts';
import { predefinedNames } from './dataset-names.ts';
import type { RunDocument } from './document.ts';

/** What a diagnostic carries of a data set that could be downloaded; the editor hands it back when it asks for fixes. */
export interface MissingDataset {
  readonly missingDataset: string;
}

/**
 * The problems of a run file, as an editor shows them, in the order of the text. Without `files`, the disk, only the
 * text is checked, which is fast enough for every keystroke.
 */
export function diagnose(document: RunDocument, files?: DatasetFiles): Diagnostic[] {
  return findProblems(document, files).map((problem) => diagnosticOf(document, problem));
}

/** A problem as an editor shows it. */
export function diagnosticOf(document: RunDocument, problem: Problem): Diagnostic {
  const uri = URI.file(document.file).toString();
  const data = missingDataset(document, problem);
  return {
    range: rangeOf(problem),
    severity: severityOf(document, problem),
    code: problem.code,
    source: 'esrgan',
    message: problem.stage ? `${problem.message} (concerns ${problem.stage} only)` : problem.message,
    ...(problem.related && {
      relatedInformation: problem.related.map(({ message, ...place }) => ({
        location: { uri, range: rangeOf(place) },
        message,
      })),
    }),
    ...(data && { data }),
  };
}

/** A predefined data set that is not where it belongs; the file may say that it is elsewhere. */
function missingDataset(document: RunDocument, { code, path }: Problem): MissingDataset | undefined {
  const [, name = '', key] = path.map(String);
  const isOurs =
    code === 'dataset-missing' &&
    key === 'hr' &&
    predefinedNames.includes(name) &&
    document.nodeAt(['datasets', name, 'hr']) === undefined;
  return isOurs ? { missingDataset: name } : undefined;
}

/** What concerns only the stage that a file leaves out does not matter before that stage is wanted. */
function severityOf(document: RunDocument, { severity, stage }: Problem): DiagnosticSeverity {
  const hasOther = document.nodeAt([stage === 'training' ? 'pretraining' : 'training']) !== undefined;
  if (stage && !document.nodeAt([stage]) && hasOther) return DiagnosticSeverity.Information;
  return severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
}

/**
 * What is wrong with a run file. Where its syntax is broken, the rest of it is checked as if the broken lines were
 * empty.
 */
export function findProblems(document: RunDocument, files?: DatasetFiles): Problem[] {
  const { text, file, mendedText, mendedLines, syntax } = document;
  const options = { file, ...(files && { files }) };
  if (syntax.document.errors.length === 0) return readRunFile(text, { ...options, tree: syntax }).problems;
  const ofParser = syntaxProblems(text, syntax).filter(({ severity }) => severity === 'error');
  const around = readRunFile(mendedText, { ...options, tree: { document: document.tree } }).problems;
  const elsewhere = around.filter(({ start }) => !mendedLines.has(start.line - 1));
  return [...ofParser, ...elsewhere].toSorted((a, b) => a.start.offset - b.start.offset);
}

/** Problems count lines and columns from 1, editors from 0. */
export function rangeOf({ start, end }: Pick<Problem, 'start' | 'end'>): Range {
  return {
    start: { line: start.line - 1, character: start.column - 1 },
    end: { line: end.line - 1, character: end.column - 1 },
  };
}
