import { type ChildProcess, spawn } from 'node:child_process';
import { WorkbenchError } from '../../errors/errors.ts';
import { findProgram } from '../../files/programs.ts';

export interface Ffmpeg {
  readonly ffmpeg: string;
  readonly ffprobe: string;
}

const installation: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  win32: 'winget install Gyan.FFmpeg',
  darwin: 'brew install ffmpeg',
};

/**
 * The programs `ffmpeg` and `ffprobe` of the user.
 *
 * @throws WorkbenchError `usage` with how to install them
 */
export function findFfmpeg(
  find: typeof findProgram = findProgram,
  platform: NodeJS.Platform = process.platform,
): Ffmpeg {
  const [ffmpeg, ffprobe] = [find('ffmpeg'), find('ffprobe')];
  if (ffmpeg !== undefined && ffprobe !== undefined) return { ffmpeg, ffprobe };
  const how =
    installation[platform] ??
    'sudo apt install ffmpeg (Debian, Ubuntu), sudo dnf install ffmpeg-free (Fedora)';
  throw new WorkbenchError(
    'usage',
    `Videos need the programs ffmpeg and ffprobe, which are not installed. Install them: ${how}. Then open a new terminal, or restart the editor.`,
  );
}

/** A running program, and its end: rejects with what it wrote to standard error. */
interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

/** Starts ffmpeg or ffprobe; `signal` ends it. `video` names the file for messages. */
export function start(
  program: string,
  args: readonly string[],
  stdio: ['ignore' | 'pipe', 'ignore' | 'pipe'],
  video: string,
  signal?: AbortSignal,
): Running {
  const child = spawn(program, args, { stdio: [...stdio, 'pipe'], windowsHide: true });
  const stop = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2000);
  });
  // A program that ends early breaks the pipe to it; its own message is the reason.
  child.stdin?.on('error', () => {});
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else {
        const reason = errors.trim().split('\n').slice(-3).join(' ') || `exit code ${code}`;
        reject(new WorkbenchError('data', `${video} cannot be processed by ffmpeg: ${reason}`));
      }
    });
  }).finally(() => signal?.removeEventListener('abort', stop));
  // Handled where it is awaited, perhaps later.
  ended.catch(() => {});
  if (signal?.aborted) stop();
  return { child, ended };
}

/** The standard output of ffmpeg or ffprobe. */
export async function outputOf(
  program: string,
  args: readonly string[],
  video: string,
  signal?: AbortSignal,
): Promise<string> {
  const { child, ended } = start(program, args, ['ignore', 'pipe'], video, signal);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await ended;
  return output;
}
