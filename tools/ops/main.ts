#!/usr/bin/env node
/** `npm run ops -- <verb>`: what an operator asks of consents and queues. See docs/operating.md. */
import { ops } from './ops.ts';

// A reader such as `head` has had enough: nothing more is wanted of this process.
process.stdout.on('error', () => process.exit());
process.exitCode = await ops(process.argv.slice(2), {
  env: process.env,
  clock: Date.now,
  out: (line) => console.log(line),
  err: (line) => console.error(line),
});
