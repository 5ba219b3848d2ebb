/**
 * `npm run mutants [-- <folder or file of shared> …]`: changes the code in small ways, one at a
 * time, and runs the tests on each. Fails below the score in `stryker.config.json`, and where a
 * mutant lives for which `test/mutants/survivors.json` has no reason.
 */
import { readFileSync } from 'node:fs';
import { Stryker } from '@stryker-mutator/core';
import { faultsOf, scoresOf } from './survivors.ts';

const REPORT = 'build/mutants.json';
const EXCUSED = 'test/mutants/survivors.json';

const asked = process.argv.slice(2);
const mutate = asked.map((one) => `shared/${one}${one.endsWith('.ts') ? '' : '/**/*.ts'}`);
await new Stryker(mutate.length === 0 ? {} : { mutate }).runMutationTest();

const report = JSON.parse(readFileSync(REPORT, 'utf8'));
const { unexplained, outdated } = faultsOf(report, JSON.parse(readFileSync(EXCUSED, 'utf8')));

for (const { folder, mutants, killed } of scoresOf(report)) {
  console.log(`${folder}: ${killed} of ${mutants}, ${((100 * killed) / mutants).toFixed(1)} %`);
}
for (const one of unexplained) {
  console.error(`lives without a reason: ${JSON.stringify({ ...one, reason: '' }, null, 2)}`);
}
for (const one of outdated) console.error(`excused, but killed: ${JSON.stringify(one, null, 2)}`);
if (unexplained.length > 0 || outdated.length > 0) process.exitCode = 1;
