export { aliasTargets, withoutAlias } from './aliases.ts';
export { allowed } from './allowed.ts';
export { closest } from './closest.ts';
export { absolutePath, predefinedDatasets } from './datasets.ts';
export { folderName, isPortableName } from './folder-name.ts';
export type { DatasetFiles, ImageList } from './image-problems.ts';
export {
  configError,
  configForStage,
  formatProblem,
  readRunFileContent,
  readRunFileText,
  tryReadConfig,
  tryReadTrainedConfig,
} from './load-run-file.ts';
export { pairImages } from './pairs.ts';
export type { Tree } from './parse.ts';
export { maximumRunFileBytes, parse, parseTree, syntaxProblems } from './parse.ts';
export { replacePlaceholder, withoutPlaceholder } from './placeholder.ts';
export { plainData } from './plain-data.ts';
export { type PlannedRun, plannedRunFile } from './planned-run-file.ts';
export type { Path, Position, Problem, Range } from './problem.ts';
export { problemsForStage } from './problem.ts';
export { readRunFile } from './read-run-file.ts';
export type {
  Augmentation,
  ImageSource,
  PerceptualLossSettings,
  ResolvedConfig,
} from './resolved.ts';
export { imageSources, startsFromPretraining } from './resolved.ts';
export type { SchemaNode } from './schema-node.ts';
export { createSchemaCheck, subject } from './schema-problems.ts';
export { serializeResolved } from './serialize.ts';
export { child, entriesByName, keyName, type Source } from './source.ts';
export { type ConfigChange, describeChange, stageChanges } from './stage-changes.ts';
export { stepsPerEpoch, totalSteps } from './steps.ts';
export { hasTimeFor, type Measured, type Plan, planFor, type Recipe, recipes } from './time-budget.ts';
export { defaultVggFile } from './vgg-file.ts';
