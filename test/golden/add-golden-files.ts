import { addGoldenFiles, GOLDEN } from './golden-files.js';

const added = await addGoldenFiles(GOLDEN);
process.stdout.write(added.length === 0 ? 'no golden file is missing\n' : `added:\n${added.join('\n')}\n`);
