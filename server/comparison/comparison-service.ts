import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PointSeries } from '../../media/plot/point-series.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { readEvaluation } from '../../trainer/evaluate/results/evaluation-files.ts';
import { hrFolder } from '../../trainer/evaluate/results/test-set.ts';
import { createFolderSync } from '../../trainer/files/create-folder.ts';
import { isInside } from '../../trainer/files/paths.ts';
import { statOf } from '../../trainer/files/regular-file.ts';
import { writableCacheFolder } from '../../trainer/files/user-folders.ts';
import { metricNames } from '../../trainer/metrics/metrics.ts';
import {
  isProtocolName,
  perceptualMetricOf,
  perceptualProtocols,
  protocolNames,
} from '../../trainer/metrics/protocols.ts';
import { writeFileAtomic } from '../../trainer/runs/atomic-file.ts';
import { parseTime } from '../../trainer/runs/time.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { answerRequests } from '../connection/answer-requests.ts';
import type { EditorConnection } from '../connection/editor-connection.ts';
import type { Manager } from '../experiments/manager.ts';
import type { Closable } from '../experiments/watch.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type {
  Comparison,
  ComparisonQuery,
  ComparisonRequests,
  EvaluationDetail,
  ExportQuery,
} from '../protocol/comparison.ts';
import { readAllPoints } from '../protocol/points.ts';
import { openRun } from './compared-run.ts';
import { checkQuery, compareOpened } from './comparison.ts';
import { configDifference } from './config-difference.ts';
import { curveScale } from './curve-scale.ts';
import { evaluationWork } from './evaluation-job.ts';
import { comparisonCsv, comparisonMarkdown, shownPart } from './export.ts';
import { createImages } from './image-results.ts';
import { createLoggedImages } from './logged-images.ts';
import { reportHtml } from './report.ts';
import type { ChartSeries } from './report-chart.ts';
import { nameFor, resultsFolder } from './results-folder.ts';
import { fullReportQuery } from './run-report.ts';
import { createFingerprints, findTestSets, type TestSetPlaces, testSetSummary } from './test-sets.ts';
import { readWeightsDifference } from './weights-difference.ts';

/** What the service needs of the rest of the server. */
export interface ComparisonSources {
  programs(): CommandPrograms;
  manager(): Promise<Manager>;
  /** The engine for child processes, so that none of them probes for itself. */
  engine(): Promise<string>;
  readonly jobs: Jobs;
  /** Where the test sets of the workspace are. */
  testSetPlaces(): TestSetPlaces;
}

/** The comparison, also for the rest of the server. */
export interface ComparisonService extends Closable {
  /** Writes a page that shows these runs completely, and needs nothing else; returns its path. */
  writeReport(runs: readonly string[]): Promise<string>;
}

/** Answers the requests about comparing runs. */
export function registerComparison(
  connection: EditorConnection,
  sources: ComparisonSources,
): ComparisonService {
  const { programs, manager, engine, jobs } = sources;
  const images = createImages(resultsFolder(process.env), programs, engine, jobs);
  const logged = createLoggedImages(images.folder);
  const fingerprint = createFingerprints();

  /** Data folders of the workspace and of the runs. */
  function testSetsOf(runs: readonly ReturnType<typeof openRun>[]) {
    const { dataFolders, testSetFolders } = sources.testSetPlaces();
    const folders = [...dataFolders, ...runs.flatMap(({ config }) => config?.data_dir ?? [])];
    return findTestSets({ dataFolders: folders.map((folder) => resolve(folder)), testSetFolders }, runs);
  }

  async function compare(query: ComparisonQuery): Promise<Comparison> {
    checkQuery(query);
    const runs = query.runs.map(openRun);
    const experiments = await manager();
    const extras = await Promise.all(
      runs.map(async ({ paths, kind }) => ({
        color: experiments.run(paths.root).summary.color,
        scalars: kind === 'external' ? await lastScalars(experiments, paths.root) : {},
      })),
    );
    const testSets = await Promise.all(testSetsOf(runs).map((testSet) => fingerprint(testSet)));
    return compareOpened(query, runs, extras, testSets);
  }

  async function report(query: ExportQuery, comparison: Comparison): Promise<string> {
    const names = comparison.runs.map(({ name }) => name);
    const charts = await Promise.all(
      query.tags.map(async (tag) => ({
        title: tag,
        series: await seriesOf(await manager(), comparison, tag),
      })),
    );
    const allowed = [images.folder, ...comparison.runs.map(({ run }) => run), ...testFolders(comparison)];
    return reportHtml({
      title: names.length === 1 ? `Run ${names[0]}` : `Comparison of ${names.join(', ')}`,
      date: new Date().toISOString().slice(0, 10),
      baseline: query.comparison.baseline,
      comparison,
      config: configDifference(comparison.runs.map(({ run }) => openRun(run))),
      charts,
      images: query.images.map(({ title, tiles }) => ({
        title,
        tiles: tiles.map(({ label, path }) => ({ label, png: readPng(path, allowed) })),
      })),
    });
  }

  answerRequests<keyof ComparisonRequests>(connection, {
    'esrgan/comparison': compare,
    'esrgan/evaluation': ({ run, file }) => evaluationDetail(run, file),
    'esrgan/testSets': ({ runs }) => testSetsOf(runs.map(openRun)).map(testSetSummary),
    'esrgan/evaluate'({ model, testSet, protocols }) {
      const unknown = protocols.find(
        (protocol) => !isProtocolName(protocol) && perceptualMetricOf(protocol) === undefined,
      );
      if (unknown !== undefined || protocols.length === 0) {
        throw new WorkbenchError(
          'usage',
          `${unknown ?? 'Nothing'} is not a protocol that can be computed here. Choose from ${[...protocolNames, ...Object.values(perceptualProtocols).map(({ name }) => name)].join(', ')}.`,
        );
      }
      const run = openRun(model.run);
      const known = testSetsOf([run]).find(({ dir }) => dir === testSet);
      const named = known ?? { name: basename(testSet), dir: testSet };
      const work = evaluationWork(programs(), engine, model, named, protocols, run.config?.scale_factor);
      return { job: jobs.add({ kind: 'evaluation', model, testSet, protocols }, work) };
    },
    'esrgan/configDifference': ({ runs }) => configDifference(runs.map(openRun)),
    'esrgan/curveScale': async ({ run }) => curveScale(openRun(run), (await manager()).run(run)),
    'esrgan/imageResults': ({ image, models, run }) => images.results(image, models, run),
    'esrgan/loggedImages': ({ run }) => logged.read(openRun(run).paths.root),
    'esrgan/weightsDifference': ({ a, b }) => readWeightsDifference(programs(), a, b),
    'esrgan/interpolate': (query) => images.interpolate(query),
    'esrgan/closeInterpolation'() {
      images.closeInterpolation();
      return null;
    },
    'esrgan/resultsFolder': () => ({ folder: images.folder }),
    async 'esrgan/exportComparison'(query) {
      const comparison = shownPart(await compare(query.comparison), query);
      if (query.format === 'csv') return { name: 'comparison.csv', content: comparisonCsv(comparison) };
      if (query.format === 'markdown')
        return { name: 'comparison.md', content: comparisonMarkdown(comparison) };
      return { name: 'comparison.html', content: await report(query, comparison) };
    },
  });
  return {
    close: images.closeInterpolation,
    async writeReport(runs) {
      const experiments = await manager();
      const newest = await Promise.all(runs.map((run) => experiments.newestPoints(run, 1)));
      const tags = [...new Set(newest.flatMap((points) => points.tags.map(({ tag }) => tag)))].sort();
      const query = fullReportQuery(
        runs.map((run) => experiments.run(run)),
        tags,
      );
      const path = join(writableCacheFolder(process.env), 'reports', `${nameFor(runs)}.html`);
      createFolderSync(dirname(path));
      const comparison = shownPart(await compare(query.comparison), query);
      writeFileAtomic(path, await report(query, comparison));
      return path;
    },
  };
}

async function lastScalars(manager: Manager, run: string): Promise<Record<string, number | null>> {
  const { tags } = await manager.newestPoints(run, 1);
  return Object.fromEntries(tags.map(({ tag, values }) => [tag, values.at(-1) ?? null]));
}

/** All points of a tag of each run, with the best and the last checkpoint. */
async function seriesOf(manager: Manager, { runs }: Comparison, tag: string): Promise<ChartSeries[]> {
  return Promise.all(
    runs.map(async ({ run, name, color }) => {
      let points = new PointSeries();
      await readAllPoints((after) => manager.points(run, after), {
        clear() {
          points = new PointSeries();
        },
        append(added) {
          if (added.tag === tag) points.append(added);
        },
      });
      const { stages } = curveScale(openRun(run), manager.run(run));
      const marks = stages.flatMap(({ stage, firstStep, best, last }) => [
        ...(best === null ? [] : [{ step: firstStep + best, label: `best of ${stage}` }]),
        ...(last === null || last === best ? [] : [{ step: firstStep + last, label: `last of ${stage}` }]),
      ]);
      return { label: name, color, points, marks };
    }),
  );
}

function evaluationDetail(run: string, file: string): EvaluationDetail {
  const { paths } = openRun(run);
  const found = readEvaluation(join(paths.evaluations, basename(file)));
  if (found === undefined)
    throw new WorkbenchError('run', `${file} is not a readable evaluation, or no longer exists.`);
  return {
    model: found.model,
    data: found.data,
    protocol: found.protocol,
    time: parseTime(found.time),
    images: found.images.map((image) => ({
      name: image.name,
      values: Object.fromEntries(
        metricNames.flatMap((name) => (image[name] === undefined ? [] : [[name, image[name]]])),
      ),
    })),
  };
}

function testFolders({ columns }: Comparison): string[] {
  return columns.flatMap(({ testSet }) => (testSet === null ? [] : (hrFolder(testSet) ?? [])));
}

/** An image for a report. Throws a `usage` error where it is no PNG file of a run, a test set or the results. */
function readPng(path: string, folders: readonly string[]): Uint8Array {
  const real = tryRealPath(path);
  const isAllowed =
    real !== undefined && folders.some((folder) => isInside(tryRealPath(folder) ?? folder, real));
  const isReadable = isAllowed && statOf(real)?.isFile() === true;
  const bytes = isReadable ? readFileSync(real) : undefined;
  if (bytes?.subarray(1, 4).toString('latin1') === 'PNG') return bytes;
  throw new WorkbenchError(
    'usage',
    `${path} cannot be included in a report: it is not a PNG file of these runs or of their results.`,
  );
}

function tryRealPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
