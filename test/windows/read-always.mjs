// Reads all files of a folder, about one a millisecond, as an editor or a backup does, until a file exists. Prints how many
// files it has read: `node read-always.mjs <folder> <stop>`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const [folder, stop] = process.argv.slice(2);
let count = 0;
while (!existsSync(stop)) {
  let names = [];
  try {
    names = readdirSync(folder, { recursive: true });
  } catch {
    // A folder was deleted meanwhile.
  }
  for (const name of names) {
    try {
      readFileSync(join(folder, name));
      count++;
    } catch {
      // A folder, or a file that was deleted meanwhile.
    }
    await delay(1);
  }
  await delay(1);
}
console.log(count);
