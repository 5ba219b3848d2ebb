import { describe, expect, it } from 'vitest';
import { deployedName } from '../../infra/deployed-name.ts';
import { readStage } from '../../infra/stages.ts';

const SYNC = 'arn:aws:iam::123456789012:role/account-sync';
const IMPORT = 'arn:aws:iam::210987654321:user/imports/nightly';

function read(context: Readonly<Record<string, unknown>>) {
  return readStage((name) => context[name]);
}

describe('a stage', () => {
  it('of development needs nothing but its name, and lets nobody send', () => {
    expect(read({ stage: 'dev' })).toEqual({
      name: 'dev',
      producers: [],
      keepsData: false,
      logsKept: 30,
    });
  });

  it('of production keeps its data, for named producers and with somebody to call', () => {
    const context = {
      stage: 'prod',
      producers: `${SYNC},${IMPORT}`,
      alarmEmail: 'ops@bank.example',
    };

    expect(read(context)).toEqual({
      name: 'prod',
      producers: [SYNC, IMPORT],
      alarmEmail: 'ops@bank.example',
      keepsData: true,
      logsKept: 180,
    });
  });

  it.each([
    [{}, 'no stage is named; expected -c stage=NAME, one of: dev, prod'],
    [{ stage: '' }, 'stage "" is unknown; expected -c stage=NAME, one of: dev, prod'],
    [{ stage: 'Prod' }, 'stage "Prod" is unknown; expected -c stage=NAME, one of: dev, prod'],
    [{ stage: 7 }, 'stage 7 is unknown; expected -c stage=NAME, one of: dev, prod'],
    [
      { stage: 'prod' },
      'stage "prod" lacks context "producers"; expected -c producers=ARN[,ARN…], ' +
        'the roles or users that may send results',
    ],
    [
      { stage: 'prod', producers: SYNC },
      'stage "prod" lacks context "alarmEmail"; expected -c alarmEmail=ADDRESS, ' +
        'who is written to when an alarm goes off',
    ],
    [
      { stage: 'dev', producers: `${SYNC},*` },
      'producer "*" is refused; expected arn:aws:iam::<account>:role/<name> or ' +
        'arn:aws:iam::<account>:user/<name>',
    ],
    [
      { stage: 'dev', producers: 'arn:aws:iam::123456789012:root' },
      'producer "arn:aws:iam::123456789012:root" is refused; expected ' +
        'arn:aws:iam::<account>:role/<name> or arn:aws:iam::<account>:user/<name>',
    ],
    [
      { stage: 'dev', alarmEmail: 'ops' },
      'alarmEmail "ops" is refused; expected an e-mail address',
    ],
  ])('from the context %j is refused in one line', (context, line) => {
    expect(() => read(context)).toThrow(new Error(line));
  });
});

describe('a deployed name', () => {
  it('is the plain one behind its stage', () => {
    expect(deployedName('prod', 're-consent')).toBe('prod-re-consent');
  });

  it.each(['', 'Prod', '1st', 'a'.repeat(21), 'a_b'])('is not made for the stage "%s"', (stage) => {
    expect(() => deployedName(stage, 'consents')).toThrow(
      `stage "${stage}" is refused; expected 1 to 20 of a-z, 0-9 and -, a letter first`,
    );
  });
});
