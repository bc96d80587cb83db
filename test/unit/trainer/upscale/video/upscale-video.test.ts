import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { findProgram } from '../../../../../trainer/files/programs.ts';
import type { PlanOptions } from '../../../../../trainer/upscale/plan.ts';
import type { UpscaleFileOptions } from '../../../../../trainer/upscale/upscale-file.ts';
import type { Upscaler } from '../../../../../trainer/upscale/upscaler.ts';
import { findFfmpeg } from '../../../../../trainer/upscale/video/ffmpeg.ts';
import { planVideo, upscaleVideo } from '../../../../../trainer/upscale/video/upscale-video.ts';
import { bicubic } from '../test-upscalers.ts';

const ffmpeg = findProgram('ffmpeg');
const root = mkdtempSync(join(tmpdir(), 'video-'));
afterAll(() => rmSync(root, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
});

/** Makes a video of 32 x 24 pixels with a tone, of that many frames of 1001/30000 s. */
function video(name: string, frames: number, ...options: string[]): string {
  const path = join(folder, name);
  const seconds = (frames * 1001) / 30_000;
  const inputs = ['-f', 'lavfi', '-i', `testsrc=size=32x24:rate=30000/1001:duration=${seconds}`];
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`];
  execFileSync(ffmpeg ?? '', ['-v', 'error', '-y', ...inputs, ...sound, ...options, path]);
  return path;
}

const bt709 = [
  '-colorspace',
  'bt709',
  '-color_primaries',
  'bt709',
  '-color_trc',
  'bt709',
  '-color_range',
  'tv',
];
const h264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', ...bt709, '-c:a', 'aac'];

/** What ffprobe says about a file. */
function probed(path: string) {
  const entries =
    'stream=index,codec_type,codec_name,width,height,color_space,color_primaries,color_transfer,color_range';
  const ask = (...args: string[]) =>
    JSON.parse(execFileSync('ffprobe', ['-v', 'error', ...args, '-of', 'json', path], { encoding: 'utf8' }));
  const timesOf = (stream: string): number[] => {
    const { packets } = ask('-select_streams', stream, '-show_entries', 'packet=pts_time');
    return packets
      .map(({ pts_time }: { pts_time: string }) => Number(pts_time))
      .sort((a: number, b: number) => a - b);
  };
  const [start = 0] = timesOf('a:0');
  const { tags } = ask('-show_entries', 'format_tags').format;
  const { chapters } = ask('-show_chapters');
  const found: Record<string, unknown>[] = ask('-show_entries', entries).streams;
  return {
    times: timesOf('v:0').map((time) => time - start),
    title: tags?.title,
    chapters: chapters.length,
    streams: found,
    /** Of the packets of the sound, without their container. */
    sound: execFileSync(
      'ffmpeg',
      ['-v', 'error', '-i', path, '-map', '0:a', '-c', 'copy', '-f', 'streamhash', '-'],
      {
        encoding: 'utf8',
      },
    ),
  };
}

async function upscale(
  input: string,
  options: PlanOptions & UpscaleFileOptions = {},
  model: Upscaler = bicubic(2),
) {
  return upscaleVideo(model, await planVideo(input, model, options), null, options);
}

describe.skipIf(ffmpeg === undefined)('a video', () => {
  test.each([
    ['mp4', 20, h264],
    ['mp4 of two segments', 300, h264],
    ['mkv with subtitles and chapters', 40, [...h264, '-metadata', 'title=Holiday']],
    [
      'webm',
      12,
      ['-c:v', 'libvpx-vp9', '-pix_fmt', 'yuv420p', '-deadline', 'realtime', ...bt709, '-c:a', 'libopus'],
    ],
    [
      'mp4 of a variable frame rate',
      60,
      [...h264, '-vf', "select='lt(n,9)+not(mod(n,4))'", '-fps_mode', 'vfr'],
    ],
  ] as const)('%s keeps its times, sound, tags and colors', async (kind, frames, options) => {
    const [extension = ''] = kind.split(' ');
    const extras = kind.includes('subtitles') ? subtitles() : [];
    const input = video(`a.${extension}`, frames, ...extras, ...options);
    const shown: string[] = [];
    const { output, width, height, notes } = await upscale(input, {
      onProgress: ({ tile, tiles }) => shown.push(`${tile}/${tiles}`),
    });
    expect([output, width, height, notes]).toEqual([join(folder, `a_x2.${extension}`), 64, 48, []]);
    const [before, after] = [probed(input), probed(output)];
    expect(shown).toHaveLength(before.times.length);
    expect(after.times).toHaveLength(before.times.length);
    // A tick of the container. ffmpeg moves Opus by its 7 ms of padding, also when it only copies.
    const tolerance = extension === 'webm' ? 0.0081 : 0.0011;
    for (const [i, time] of after.times.entries())
      expect(Math.abs(time - before.times[i]!)).toBeLessThan(tolerance);
    expect(after.sound).toBe(before.sound);
    expect([after.title, after.chapters]).toEqual([before.title, before.chapters]);
    expect(after.streams).toEqual(
      before.streams.map((stream) =>
        stream.codec_type === 'video' ? { ...stream, width: 64, height: 48 } : stream,
      ),
    );
    expect(similarity(input, output)).toBeGreaterThan(27);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test.each([
    ['tagged', bt709],
    ['of full range', bt709.with(-1, 'pc')],
    ['not tagged', []],
  ])('%s keeps its colors', async (_, tags) => {
    const path = join(folder, 'flat.mp4');
    const source = ['-f', 'lavfi', '-i', 'color=0xc83c28:size=32x24:rate=10:duration=0.3'];
    const matrix = tags.length > 0 ? `out_color_matrix=bt709:out_range=${tags.at(-1)}` : 'out_range=tv';
    const filter = ['-vf', `format=rgb24,scale=${matrix},format=yuv420p`];
    execFileSync('ffmpeg', [
      '-v',
      'error',
      ...source,
      ...filter,
      '-c:v',
      'libx264',
      '-crf',
      '1',
      ...tags,
      path,
    ]);
    const { output } = await upscale(path);
    const color = (file: string) =>
      [
        ...execFileSync('ffmpeg', [
          '-v',
          'error',
          '-i',
          file,
          '-frames:v',
          '1',
          '-f',
          'rawvideo',
          '-pix_fmt',
          'rgb24',
          '-',
        ]),
      ].slice(0, 3);
    const found = color(output);
    for (const [i, value] of color(path).entries())
      expect(Math.abs(found[i]! - value), `${found}`).toBeLessThan(4);
    for (const [i, value] of [200, 60, 40].entries())
      expect(Math.abs(found[i]! - value), `${found}`).toBeLessThan(6);
  });

  test('of a chosen size has even sides', async () => {
    const { output } = await upscale(video('a.mp4', 3, ...h264), { size: { width: 51 } });
    expect(output).toBe(join(folder, 'a_51w.mp4'));
    expect(probed(output).streams[0]).toMatchObject({ width: 50, height: 38 });
  });

  test('of another format becomes MKV', async () => {
    const { output, notes } = await upscale(video('a.avi', 3, '-c:v', 'mpeg4', '-c:a', 'mp3'));
    expect([output, notes]).toEqual([join(folder, 'a_x2.mkv'), ['written as MKV']]);
  });

  test('that was cancelled continues after the last whole segment', async () => {
    const input = video('a.mp4', 300, ...h264);
    const cancel = new AbortController();
    const counted = () => {
      let count = 0;
      const model: Upscaler = {
        ...bicubic(2),
        async upscale(image) {
          if (++count === 250) cancel.abort();
          return bicubic(2).upscale(image);
        },
      };
      return { model, frames: () => count };
    };
    const first = counted();
    await expect(upscale(input, { signal: cancel.signal }, first.model)).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(readdirSync(folder).filter((name) => name.endsWith('.mp4'))).toEqual(['a.mp4']);
    const second = counted();
    const { output } = await upscale(input, {}, second.model);
    expect(second.frames()).toBe(60);
    expect(probed(output).times).toHaveLength(300);
    expect(similarity(input, output)).toBeGreaterThan(27);
    expect(readdirSync(folder).sort()).toEqual(['a.mp4', 'a_x2.mp4']);
  });

  test('that fails in its first segment leaves no folder', async () => {
    const input = video('a.mp4', 3, ...h264);
    const upscaling = async () => {
      throw new Error('The engine failed.');
    };
    const out = join(folder, 'out', 'deep');
    const broken: Upscaler = { ...bicubic(2), upscale: upscaling };
    await expect(upscale(input, { out }, broken)).rejects.toThrow('The engine failed.');
    await expect(upscale(input, {}, broken)).rejects.toThrow('The engine failed.');
    expect(readdirSync(folder)).toEqual(['a.mp4']);
  });

  test('of transparent pixels loses them, and says so', async () => {
    const path = join(folder, 'a.webm');
    const source = ['-f', 'lavfi', '-i', 'color=red@0.5:size=32x24:rate=10:duration=0.2,format=yuva420p'];
    execFileSync('ffmpeg', ['-v', 'error', ...source, '-c:v', 'libvpx-vp9', '-pix_fmt', 'yuva420p', path]);
    const tags = (file: string) =>
      execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'stream_tags', file], { encoding: 'utf8' });
    expect(tags(path)).toMatch(/alpha_mode=1/i);
    const { output, notes } = await upscale(path);
    expect(notes).toEqual(['written without its transparency']);
    expect(tags(output)).not.toMatch(/alpha_mode/i);
  });

  test.each([
    [{ format: 'png' }, ['the chosen format and quality are for images only']],
    [{ quality: 50 }, ['the chosen format and quality are for images only']],
    [{}, []],
  ] as const)('with the options %j has the notes %j', async (options, expected) => {
    const { notes } = await planVideo(video('a.mp4', 2, ...h264), bicubic(2), options);
    expect(notes).toEqual(expected);
  });

  test('that is none is an error that names it', async () => {
    const path = join(folder, 'bad.mp4');
    writeFileSync(path, 'no video');
    await expect(planVideo(path, bicubic(2))).rejects.toMatchObject({
      code: 'data',
      message: expect.stringContaining(path),
    });
  });

  function subtitles(): string[] {
    const [text, chapters] = [join(folder, 'text.srt'), join(folder, 'chapters.txt')];
    writeFileSync(text, '1\n00:00:00,100 --> 00:00:00,900\nHello\n');
    writeFileSync(chapters, ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=One\n');
    return [
      '-i',
      text,
      '-i',
      chapters,
      '-map',
      '0',
      '-map',
      '1',
      '-map',
      '2',
      '-map_chapters',
      '3',
      '-c:s',
      'srt',
    ];
  }

  /** PSNR in dB of a result, made small again by ffmpeg, to its original. */
  function similarity(input: string, output: string): number {
    const graph = '[1:v]scale=32:24:flags=area[small];[0:v][small]psnr';
    const args = ['-hide_banner', '-i', input, '-i', output, '-lavfi', graph, '-f', 'null', '-'];
    const { stderr } = spawnSync('ffmpeg', args, { encoding: 'utf8' });
    return Number(/average:([\d.]+)/.exec(stderr)?.[1]);
  }
});

test.each([
  ['win32', /winget install Gyan\.FFmpeg/],
  ['darwin', /brew install ffmpeg/],
  ['linux', /sudo apt install ffmpeg \(Debian, Ubuntu\), sudo dnf install ffmpeg-free/],
] as const)('where ffmpeg is absent, the error says how to install it on %s', (platform, how) => {
  const find = () => findFfmpeg(() => undefined, platform);
  expect(find).toThrow(/need the programs ffmpeg and ffprobe, which are not installed/);
  expect(find).toThrow(how);
});
