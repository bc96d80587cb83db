import { isPreviewDone, type PreviewDone, type PreviewRequest } from '../../trainer/cli-output/preview.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { type ResidentCommand, startResident } from '../command/resident-command.ts';

/** A running `esrgan preview`, which keeps its models and its engine from one request to the next. */
export type PreviewChild = ResidentCommand<Omit<PreviewRequest, 'id'>, PreviewDone>;

/** Starts the process on an engine; `onEnd` is called once when it has ended for any reason. */
export function startPreview(programs: CommandPrograms, engine: string, onEnd: () => void): PreviewChild {
  return startResident(programs, ['preview', '--engine', engine], isPreviewDone, onEnd);
}
