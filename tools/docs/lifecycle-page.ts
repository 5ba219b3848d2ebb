/** The tables of docs/lifecycle.md, printed from the code that decides. */
import { CATEGORIES } from '../../shared/consent/category.ts';
import { type Happening, LIFECYCLE } from '../../shared/consent/lifecycle.ts';
import { POLICIES, type Policy, type Reaction, reactionTo } from '../../shared/consent/policy.ts';
import { PROVIDERS } from '../../shared/consent/provider.ts';
import { table } from './table.ts';

/** Status by event: the statuses that may follow. */
export function lifecycleTable(): string {
  const happenings = Object.keys(LIFECYCLE.unknown) as Happening[];
  const rows = Object.entries(LIFECYCLE).map(([standing, row]) => [
    `\`${standing}\``,
    ...happenings.map((one) => row[one].join(', ') || '–'),
  ]);
  return table(['', ...happenings], rows);
}

/** Category by provider: what is done about it. */
export function reactionTable(): string {
  const rows = CATEGORIES.map((category) => {
    const usual = describe(reactionTo(POLICIES['klarna-consent'], category));
    const others = PROVIDERS.flatMap((provider) => {
      const own = describe(reactionTo(POLICIES[provider], category));
      return own === usual ? [] : [`${provider}: ${own}`];
    });
    return [`\`${category}\``, usual, others.join('; ') || '–'];
  });
  return table(['category', 'reaction', 'but'], rows);
}

/** Every value of the policy, by provider where they differ. */
export function policyTable(): string {
  const usual = POLICIES['klarna-consent'];
  const names = Object.keys(usual).filter(
    (name) => name !== 'reactions' && name !== 'finality',
  ) as (keyof Omit<Policy, 'reactions' | 'finality'>)[];
  const rows = names.map((name) => {
    const others = PROVIDERS.filter((provider) => POLICIES[provider][name] !== usual[name]);
    const said = others.map((provider) => `${provider}: ${POLICIES[provider][name] ?? 'none'}`);
    return [`\`${name}\``, String(usual[name]), said.join(', ') || '–'];
  });
  return table(['value', 'default', 'but'], rows);
}

function describe(reaction: Reaction): string {
  switch (reaction.do) {
    case 'climb-ladder': {
      const steps = reaction.minutes.map(hours);
      const end = reaction.endless ? `then every ${steps.at(-1)}` : 'then given up';
      return `made again after ${steps.join(', ')}; ${end}`;
    }
    case 'repeat-once':
      return `made again once, after ${reaction.afterHours} h; then given up${asks(reaction.ask)}`;
    case 'give-up':
      return `given up at once${asks(reaction.ask)}`;
    case 'await-next-month':
      return `waits for the next month, spread over ${reaction.spreadHours} h`;
    default:
      return WORDS[reaction.do];
  }
}

const WORDS = {
  'prove-alive': 'proof of life',
  strike: 'a strike',
  'await-next-day': "waits for the bank's next day",
  'refetch-accounts': 'accounts purged and fetched anew',
  'await-authorisation': 'nothing before the first grant or success, a strike afterwards',
  'refresh-access-token': 'made again at once; if refused once more, as `CREDENTIAL`',
} as const;

function asks(ask: boolean): string {
  return ask ? ' and announced as `action-required`' : '';
}

function hours(minutes: number): string {
  return minutes < 60 ? `${minutes} min` : `${minutes / 60} h`;
}
