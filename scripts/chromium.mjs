import { existsSync } from 'node:fs';

const paths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** How to install a browser. */
export const howToGetChromium =
  'install one (Debian: `apt-get install chromium`) or name its program in the environment variable CHROMIUM';

/** @returns {string | undefined} the program of a browser of Chromium's family on this machine */
export function findChromium() {
  return process.env.CHROMIUM ?? paths.find((path) => existsSync(path));
}
