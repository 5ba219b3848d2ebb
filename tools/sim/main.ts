/** `npm run sim`. Its exit code is 1 when an invariant was broken. */
import { run } from './run.ts';

// Whoever reads on has read enough: `npm run sim | head`.
process.stdout.on('error', () => process.exit());
process.exitCode = await run(process.argv.slice(2), (text) => process.stdout.write(text));
