import { messageOf } from '../../../../trainer/errors/errors.ts';
import { openTensorFile } from '../../../../trainer/tensor-files/tensor-file.ts';

// Opens a file, reads all of it, and prints what came of it and the most memory that the process ever had, in MB.
let outcome = 'read';
try {
  const file = openTensorFile(process.argv[2] ?? '');
  for (const name of file.entries.keys()) file.read(name);
} catch (error) {
  outcome = messageOf(error);
}
process.stdout.write(JSON.stringify({ outcome, megabytes: process.resourceUsage().maxRSS / 1000 }));
