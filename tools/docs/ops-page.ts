/** The help of the operators' command for docs/operating.md, as the terminal prints it. */
import { helpTexts } from '../ops/program.ts';

export function opsHelp(): string {
  return ['```', helpTexts().join('\n\n\n'), '```'].join('\n');
}
