/** The permissions of policies one by one, and the policies with one of them taken away. */
import * as z from 'zod/mini';

export interface Permission {
  /** Of which statement. */
  readonly sid: string;
  readonly action: string;
  readonly resource: string;
}

const oneOrMore = z.union([z.string(), z.array(z.string())]);
const statement = z.looseObject({ Sid: z.string(), Action: oneOrMore, Resource: oneOrMore });
const policy = z.looseObject({ Statement: z.array(statement) });

type Statement = z.infer<typeof statement>;

export function permissionsIn(policies: readonly unknown[]): readonly Permission[] {
  return policies.flatMap((one) => policy.parse(one).Statement.flatMap(permissionsOf));
}

function permissionsOf({ Sid: sid, Action, Resource }: Statement): readonly Permission[] {
  return [Action]
    .flat()
    .flatMap((action) => [Resource].flat().map((resource) => ({ sid, action, resource })));
}

/** Every statement is split into its permissions, and the one is left out. */
export function without(policies: readonly unknown[], gone: Permission): readonly unknown[] {
  return policies.map((one) => {
    const { Statement, ...rest } = policy.parse(one);
    return {
      ...rest,
      Statement: Statement.flatMap((whole) =>
        permissionsOf(whole)
          .filter((permission) => !isSame(permission, gone))
          .map(({ action, resource }) => ({ ...whole, Action: action, Resource: resource })),
      ),
    };
  });
}

function isSame(one: Permission, other: Permission): boolean {
  return one.sid === other.sid && one.action === other.action && one.resource === other.resource;
}
