import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { assertInContainer } from '../cluster/container-paths.ts';
import { type ManifestKind, manifestKinds, manifestOf } from '../cluster/manifests.ts';
import { findProfile } from '../cluster/profiles.ts';
import { slurm } from '../cluster/slurm.ts';
import {
  type ImageSubmission,
  imageScriptsOf,
  requeue,
  type Submission,
  scriptOf,
  submitImages,
  submitRuns,
} from '../cluster/submit.ts';
import {
  assertHasStages,
  configForStage,
  formatProblem,
  readRunFile,
  readRunFileText,
} from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { portablePath } from '../files/paths.ts';
import { datasetFiles } from '../image-files/dataset-files.ts';
import { type StageChoice, stageChoices } from '../run-state/run-state.ts';
import { runPaths } from '../runs/run-directory.ts';
import { expandPattern } from './expand-pattern.ts';
import { wholeWeightsOf } from './open-model.ts';
import { print, printError } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly on?: string;
  readonly to?: ManifestKind;
  readonly stage: StageChoice;
  readonly resume?: boolean;
  readonly atOnce: number;
  readonly print?: boolean;
}

/** Adds `esrgan submit`, and the command that its jobs call, to the command. */
export function registerSubmit(program: Command): void {
  const submit = program
    .command('submit')
    .description(
      'train runs on a cluster with Slurm, or print a manifest for another engine; with upscale or evaluate, divide the images of a folder',
    )
    .argument('<run file...>', 'run files; several become an array of jobs')
    .option('--on <profile>', 'profile of clusters.yaml that the job uses')
    .addOption(
      new Option('--to <engine>', 'print a manifest for this engine, and submit nothing')
        .choices(manifestKinds)
        .conflicts(['on', 'resume', 'print']),
    )
    .addOption(
      new Option('--stage <stage>', 'stage to train, or all: training follows the pretraining')
        .choices(stageChoices)
        .default('pretraining'),
    )
    .option('--resume', 'continue from the newest complete checkpoint; a run without one starts')
    .option('--at-once <count>', 'runs of the array that train at the same time', wholeNumber, 4)
    .option('--print', 'print the script of the job, and submit nothing')
    .action(async (files: string[], flags: Flags) => {
      const { on, to, stage, atOnce } = flags;
      if (to !== undefined) {
        for (const file of files) assertInContainer(file, checkedText(file, stage), process.cwd());
        const ofContainer = files.map((file) => portablePath(relative('', file)));
        print(manifestOf(to, { files: ofContainer, stage, atOnce }));
        return;
      }
      if (on === undefined) {
        throw new WorkbenchError(
          'usage',
          'Name a profile of clusters.yaml with --on, or an engine with --to.',
        );
      }
      const submission = submissionOf(files, on, flags);
      if (flags.print) {
        print(scriptOf(submission));
        return;
      }
      for (const { run, job } of await submitRuns(submission, slurm)) {
        print(
          `Submitted ${stage === 'all' ? 'both stages' : stage} of run ${run.name} to ${on}: job ${job}.\n`,
        );
      }
    });
  for (const name of ['upscale', 'evaluate']) {
    submit
      .command(name)
      .description(`${name} the images of a folder in shares, as an array of jobs`)
      .argument('<argument...>', `arguments and options of \`esrgan ${name}\``)
      .allowUnknownOption()
      .requiredOption('--tasks <count>', 'tasks that divide the images', taskCount)
      .addHelpText('after', imagesHelp(name))
      .action(async (words: string[], _flags: unknown, command: Command) => {
        const flags = command.optsWithGlobals<ImageFlags>();
        const ofRuns = ['stage', 'resume'].find((each) => submit.getOptionValueSource(each) === 'cli');
        if (ofRuns !== undefined) {
          throw new WorkbenchError('usage', `--${ofRuns} is for run files, not for \`submit ${name}\`.`);
        }
        const submission = imageSubmissionOf(program, name, words, flags);
        if (flags.print) {
          const { array, rest } = imageScriptsOf(submission);
          print(`${array}\n${secondScript}\n${rest}`);
          return;
        }
        const { array, rest } = await submitImages(submission, slurm);
        print(
          `Submitted ${name} in ${flags.tasks} tasks to ${flags.on}: job ${array}. Then job ${rest} does what is left, and lists what fails in slurm-${rest}.out.\n`,
        );
      });
  }
  program.command('requeue <run>', { hidden: true }).action(async (run: string) => {
    print(`${await requeue(runPaths(run), slurm)}\n`);
  });
}

/** Between the scripts of two jobs that are printed. */
const secondScript = `# ${'-'.repeat(70)}
# The second job: sbatch --dependency=afterany:<id of the first>
# ${'-'.repeat(70)}
`;

const imagesHelp = (name: string) => `
Options of submit, which apply as well:
  --on <profile>       profile of clusters.yaml that the jobs use
  --at-once <count>    tasks that run at the same time (default: 4)
  --print              print the scripts, and submit nothing

Example:
  esrgan submit ${name === 'upscale' ? 'upscale photos --model runs/photos --out large' : 'evaluate runs/photos --data big=data/big'} --on gpu --tasks 20
`;

interface ImageFlags extends Flags {
  readonly tasks: number;
}

/** The argument of `--tasks`: as many as `--share` allows. */
function taskCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number from 1 to 999999.');
  return Number(text);
}

/** Options that each task would apply to its own share, against those of the others or of its earlier starts. */
const unsharedOptions = ['share', 'overwrite', 'rename', 'update', 'dryRun', 'again'];

/** Checks the arguments as the command would, so that no task starts in vain. */
function imageSubmissionOf(
  program: Command,
  name: string,
  words: readonly string[],
  { on, to, tasks, atOnce }: ImageFlags,
): ImageSubmission {
  const target = program.commands.find((each) => each.name() === name);
  if (target === undefined) throw new Error(`there is no command ${name}`);
  const { operands, unknown } = target.parseOptions([...words]);
  const refused = unsharedOptions.find((option) => target.getOptionValue(option) !== undefined);
  const missing = target.options.find(
    (option) => option.mandatory && target.getOptionValue(option.attributeName()) === undefined,
  );
  const problem =
    unknown[0] !== undefined
      ? `\`esrgan ${name}\` has no option ${unknown[0]}.`
      : refused !== undefined
        ? `--${refused === 'dryRun' ? 'dry-run' : refused} cannot be used with tasks, which divide the images and skip what is done.`
        : operands.length === 0
          ? `Name what to ${name}.`
          : missing !== undefined
            ? `\`esrgan ${name}\` needs ${missing.long}.`
            : undefined;
  if (problem !== undefined) throw new WorkbenchError('usage', problem);
  if (to !== undefined || on === undefined) {
    throw new WorkbenchError(
      'usage',
      `Name the profile of clusters.yaml for ${name} with --on. On other engines, start \`esrgan ${name} … --share 1/${tasks}\` yourself.`,
    );
  }
  const settings = findProfile(on);
  const model: unknown = target.getOptionValue('model');
  const fixed =
    name === 'evaluate'
      ? withOperands(target, words, (operand) => expandPattern(operand).map(fixedModel))
      : [...words.map(fixedOther), ...(typeof model === 'string' ? ['--model', fixedModel(model)] : [])];
  return {
    words: [name, ...fixed],
    tasks,
    atOnce,
    folder: process.cwd(),
    profile: settings,
    command: commandPath(settings),
  };
}

/** A model as it is now: the tasks start at different times, when a run in training may have other checkpoints. */
function fixedModel(model: string): string {
  return model === 'bicubic' ? model : wholeWeightsOf(model);
}

/** The value of an option for a further model as it is now; other words as they are. */
function fixedOther(word: string, index: number, words: readonly string[]): string {
  const [, option, model] = /^(--then=|--model2=)(.*)/.exec(word) ?? [];
  if (option !== undefined && model !== undefined) return option + fixedModel(model);
  return ['--then', '--model2'].includes(words[index - 1] ?? '') ? fixedModel(word) : word;
}

/** The words of a command with other operands. */
function withOperands(
  { options }: Pick<Command, 'options'>,
  words: readonly string[],
  replace: (operand: string) => readonly string[],
): string[] {
  const [word, ...others] = words;
  if (word === undefined) return [];
  if (word === '--') return [word, ...others.flatMap(replace)];
  const taken = options.some((option) => option.required && [option.long, option.short].includes(word))
    ? 1
    : 0;
  const own = word.startsWith('-') ? [word, ...others.slice(0, taken)] : replace(word);
  return [...own, ...withOperands({ options }, others.slice(taken), replace)];
}

/** The text of a run file that has no errors for a stage. */
function checkedText(file: string, stage: StageChoice): string {
  const text = readRunFileText(file);
  const { warnings } = configForStage(file, readRunFile(text, { file, files: datasetFiles }), stage);
  for (const warning of warnings) printError(`${formatProblem(file, warning)}\n`);
  return text;
}

function submissionOf(files: readonly string[], name: string, flags: Flags): Submission {
  const settings = findProfile(name);
  const runs = files.map((file) => {
    const read = readRunFile(readRunFileText(file), { file, files: datasetFiles });
    if (flags.resume !== true) assertHasStages(file, read, flags.stage);
    const { config, warnings } = configForStage(file, read, flags.stage);
    for (const warning of warnings) printError(`${formatProblem(file, warning)}\n`);
    return { config, file: resolve(file) };
  });
  const { stage, resume = false, atOnce } = flags;
  return {
    runs,
    stage,
    resume,
    atOnce,
    profile: { name, settings },
    command: commandPath(settings),
  };
}

/** Node.js of the profile, and the built command. */
function commandPath({ node = process.execPath }: Submission['profile']['settings']): Submission['command'] {
  return { node, esrgan: process.argv[1] ?? fileURLToPath(import.meta.url) };
}
