import { type Diagnostic, DiagnosticSeverity, type Range } from 'vscode-languageserver-types';
import { type DatasetFiles, type Problem, readRunFile, syntaxProblems } from '../../trainer/config/index.ts';
import { plainText } from '../../trainer/format/markup.ts';
import type { VggType } from '../../trainer/models/vgg/shapes.ts';
import { predefinedNames } from './dataset-names.ts';
import { namedDatasets, scaleOf, vggTypeOf } from './datasets.ts';
import type { RunDocument } from './document.ts';

/** Data of a diagnostic, which the editor returns with requests for quick fixes. */
export type DiagnosticData = MissingDataset | MissingWeights | MissingImages;

/** A data set that can be downloaded. */
export interface MissingDataset {
  readonly missingDataset: string;
  /** Scale factor of the run file. */
  readonly scale: number;
}

/** A network of the perceptual loss that can be downloaded. */
export interface MissingWeights {
  readonly missingWeights: VggType;
}

/** A data set of the run file without images. */
export interface MissingImages {
  readonly missingImages: string;
  /** Its folders that can be created. */
  readonly folders: readonly string[];
}

/**
 * The diagnostics of a run file in the order of the text. Without `files`, the access to the disk, only the text is
 * checked, which is fast enough for every keystroke.
 */
export function diagnose(document: RunDocument, files?: DatasetFiles): Diagnostic[] {
  return findProblems(document, files).map((problem) => diagnosticOf(document, problem));
}

/** Converts a problem to a diagnostic. */
export function diagnosticOf(document: RunDocument, problem: Problem): Diagnostic {
  const { uri } = document;
  const data = dataOf(document, problem);
  return {
    range: rangeOf(problem),
    severity: severityOf(document, problem),
    code: problem.code,
    source: 'esrgan',
    message: plainText(problem.stage ? `${problem.message} (${problem.stage} only)` : problem.message),
    ...(problem.related && {
      relatedInformation: problem.related.map(({ message, ...place }) => ({
        location: { uri, range: rangeOf(place) },
        message: plainText(message),
      })),
    }),
    ...(data && { data }),
  };
}

/** What a quick fix needs to know about missing images or weights. */
function dataOf(document: RunDocument, { code, path }: Problem): DiagnosticData | undefined {
  if (code === 'vgg-missing') return { missingWeights: vggTypeOf(document) };
  const [, name = '', key] = path.map(String);
  if ((code !== 'dataset-missing' && code !== 'dataset-empty') || key !== 'hr') return undefined;
  if (document.nodeAt(['datasets', name, 'hr']) === undefined) {
    const isKnown = code === 'dataset-missing' && predefinedNames.includes(name);
    return isKnown ? { missingDataset: name, scale: scaleOf(document) } : undefined;
  }
  const dataset = namedDatasets(document).find((each) => each.isOwn && each.name === name);
  const folders = (dataset?.paths ?? []).filter((folder) => !/[*?[\]{}()]/.test(folder));
  return { missingImages: name, folders: code === 'dataset-missing' ? folders : [] };
}

/** A problem of a stage that the file does not mention is only information, unless the file mentions neither stage. */
function severityOf(document: RunDocument, { severity, stage }: Problem): DiagnosticSeverity {
  const hasOther = document.nodeAt([stage === 'training' ? 'pretraining' : 'training']) !== undefined;
  if (stage && !document.nodeAt([stage]) && hasOther) return DiagnosticSeverity.Information;
  return severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
}

/** The problems of a run file. If it has syntax errors, the rest is checked as if the broken lines were blank. */
export function findProblems(document: RunDocument, files?: DatasetFiles): Problem[] {
  const { text, file, repairedText, repairedLines, syntax } = document;
  const options = { file, ...(files && { files }) };
  if (syntax.document.errors.length === 0) return readRunFile(text, { ...options, tree: syntax }).problems;
  const ofParser = syntaxProblems(text, syntax).filter(({ severity }) => severity === 'error');
  const around = readRunFile(repairedText, { ...options, tree: { document: document.tree } }).problems;
  const elsewhere = around.filter(({ start }) => !repairedLines.has(start.line - 1));
  return [...ofParser, ...elsewhere].toSorted((a, b) => a.start.offset - b.start.offset);
}

/** Converts a range from lines and columns that start at 1 to those of editors, which start at 0. */
export function rangeOf({ start, end }: Pick<Problem, 'start' | 'end'>): Range {
  return {
    start: { line: start.line - 1, character: start.column - 1 },
    end: { line: end.line - 1, character: end.column - 1 },
  };
}
