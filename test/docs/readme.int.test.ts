/** The first call of the README, as a newcomer makes it, prints what the README says. */
import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStory, startLocalStory } from '../support/local-story.ts';
import { copied, run, typeErrorsIn } from '../support/page-blocks.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const FILE = 'first-calls.ts';

let story: LocalStory;
let folder: string;

beforeAll(async () => {
  const [, clockStart = ''] = /CLOCK_START=(\S+)/.exec(README) ?? [];
  story = await startLocalStory(clockStart);
  folder = copied(README, [FILE]);
});
afterAll(async () => {
  await story.stop();
  rmSync(folder, { recursive: true });
});

/** Without what differs each time: moments, and how lines are broken. */
function timeless(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z|\d{13}/g, 'moment').replaceAll(/\s+/g, '');
}

describe('README.md', () => {
  it('has a first program that type-checks', async () => {
    expect(await typeErrorsIn(folder)).toBe('');
  });

  it('prints what that program prints, and the notice that comes of it', async () => {
    const { url } = story.local;
    const env = {
      ...{ AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'eu-central-1' },
      ...{ AWS_ENDPOINT_URL: url, QUEUES: `${url}/000000000000` },
    };

    const { stdout, stderr } = await run(process.execPath, [FILE], folder, env);
    const [told] = await story.notices('consent-8f3a', 'reconsent.required');

    const [, printed = ''] = /```\n(the bank is called[\s\S]*?)```/.exec(README) ?? [];
    expect(stderr).toBe('');
    const { topic, attributes: _, ...notice } = { ...told };
    expect(timeless(`${stdout}${JSON.stringify(notice)}`)).toBe(timeless(printed));
    expect(topic).toBe('re-consent');
  });
});
