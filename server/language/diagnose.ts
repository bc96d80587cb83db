import { dirname } from 'node:path';
import { type Diagnostic, DiagnosticSeverity, type Range } from 'vscode-languageserver-types';
import {
  absolutePath,
  type DatasetFiles,
  isPretrainingOnly,
  isWeightsName,
  type Path,
  type Problem,
  readRunFile,
  replacePlaceholder,
  syntaxProblems,
  type WeightsName,
} from '../../trainer/config/index.ts';
import { plainText } from '../../trainer/format/markup.ts';
import { predefinedNames } from './dataset-names.ts';
import { inMap, lossAt, namedDatasets, scaleOf, vggTypeOf } from './datasets.ts';
import type { RunDocument } from './document.ts';

/** Data of a diagnostic, which the editor returns with requests for quick fixes. */
export type DiagnosticData = MissingDataset | MissingWeights | MissingImages | MissingLrImages;

/** A data set that can be downloaded. */
export interface MissingDataset {
  readonly missingDataset: string;
  /** Scale factor of the run file. */
  readonly scale: number;
}

/** Weights of a loss or metric that can be downloaded. */
export interface MissingWeights {
  readonly missingWeights: WeightsName;
  /** Whether a list `losses` or `validation.metrics` asks for them; else `perceptual_loss` does. */
  readonly isListed: boolean;
}

/** A data set of the run file without images. */
export interface MissingImages {
  readonly missingImages: string;
  /** Its folders that can be created. */
  readonly folders: readonly string[];
}

/** A data set of the run file whose LR images can be made. */
export interface MissingLrImages {
  /** Folder or glob of the HR images. */
  readonly hr: string;
  /** Folder of the LR images. */
  readonly missingLr: string;
  readonly scale: number;
}

/**
 * The diagnostics of a run file in the order of the text. Without `files`, the access to the disk, only the text is
 * checked, which is fast enough for every keystroke.
 */
export function diagnose(document: RunDocument, files?: DatasetFiles): Diagnostic[] {
  return findProblems(document, files)
    .filter((problem) => !isOfDefaults(document, problem))
    .map((problem) => diagnosticOf(document, problem));
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
  if (code === 'metric-weights-missing') {
    const network = path.at(-1);
    return isWeightsName(network) ? { missingWeights: network, isListed: true } : undefined;
  }
  if (code === 'vgg-missing')
    return { missingWeights: weightsAt(document, path), isListed: path.includes('losses') };
  const [, name = '', key, split] = path.map(String);
  if (key === 'lr') return missingLr(document, { code, name, split });
  if ((code !== 'dataset-missing' && code !== 'dataset-empty') || key !== 'hr') return undefined;
  if (document.nodeAt(['datasets', name, 'hr']) === undefined) {
    const isKnown = code === 'dataset-missing' && predefinedNames.includes(name);
    return isKnown ? { missingDataset: name, scale: scaleOf(document) } : undefined;
  }
  const dataset = namedDatasets(document).find((each) => each.isOwn && each.name === name);
  const folders = (dataset?.paths ?? []).filter((folder) => !/[*?[\]{}()]/.test(folder));
  return { missingImages: name, folders: code === 'dataset-missing' ? folders : [] };
}

/** The LR images of a data set of the run file, if they are missing and its HR images are named beside them. */
function missingLr(
  document: RunDocument,
  { code, name, split }: { readonly code: string; readonly name: string; readonly split: string | undefined },
): MissingLrImages | undefined {
  if (!['dataset-missing', 'dataset-empty', 'pairs-count', 'pairs-names'].includes(code)) return undefined;
  const entry = inMap(inMap(document.data, 'datasets'), name);
  const [hr, lr] = (['hr', 'lr'] as const).map((key) => {
    const value = inMap(entry, key);
    return split === undefined ? value : inMap(value, split);
  });
  if (typeof hr !== 'string' || typeof lr !== 'string' || /[*?[\](){}]/.test(lr.replaceAll('{scale}', '')))
    return undefined;
  const scale = scaleOf(document);
  const absolute = (path: string) => absolutePath(dirname(document.file), replacePlaceholder(path, scale));
  return { hr: absolute(hr), missingLr: absolute(lr), scale };
}

/** The weights that the loss at a path lacks. */
function weightsAt(document: RunDocument, path: Path): WeightsName {
  const type = inMap(lossAt(document, path), 'type');
  if (type !== 'lpips' && type !== 'dists') return vggTypeOf(document, path);
  return path.at(-1) === 'weights' ? type : 'vgg16';
}

/** Whether nothing in the file causes a problem: it is of the defaults of a stage that the file does not mention. */
function isOfDefaults(document: RunDocument, problem: Problem): boolean {
  if (problem.stage === 'training' && isPretrainingOnly(document.data)) return true;
  const isOfAbsentStage = severityOf(document, problem) === DiagnosticSeverity.Information;
  return isOfAbsentStage && document.nodeAt(problem.path.slice(0, 1)) === undefined;
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
