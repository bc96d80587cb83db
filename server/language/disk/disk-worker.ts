// The thread that looks at the disk, so that a data set of very many files does not stop the help; see disk-thread.ts.
import { parentPort } from 'node:worker_threads';
import type { DatasetFiles } from '../../../trainer/config/index.ts';
import { datasetFiles } from '../../../trainer/image-files/dataset-files.ts';
import { diagnose } from '../diagnose.ts';
import { openDocument } from '../document.ts';
import type { DiskRequest, DiskResponse } from './disk-protocol.ts';
import { remember } from './remember.ts';

const port = parentPort;
if (!port) throw new Error('disk-worker runs as a worker thread only');

/** Milliseconds for which the disk is taken to be as it was: listing a data set may take long. */
const diskAge = 5000;

const files: DatasetFiles = {
  list: remember(diskAge, datasetFiles.list),
  size: remember(diskAge, datasetFiles.size),
  exists: remember(diskAge, datasetFiles.exists),
};

port.on('message', (question: DiskRequest) => port.postMessage(answerTo(question)));

function answerTo(question: DiskRequest): DiskResponse {
  try {
    if (question.kind === 'count') return { count: files.list(question.pattern)?.length };
    const document = openDocument(question.text, question.file);
    const ofText = new Set(diagnose(document).map((each) => JSON.stringify(each)));
    const all = diagnose(document, files);
    return { problems: all.filter((each) => !ofText.has(JSON.stringify(each))) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
