/**
 * The actions on schedule groups and on their tags; schedules themselves have none. Deleting a
 * group deletes its schedules with it, at once.
 */
import type { Action } from './action.ts';
import type { Answer } from './client-tokens.ts';
import {
  groupFilter,
  groupInput,
  groupName,
  parseInput,
  taggedResource,
  tagging,
  untagging,
} from './inputs.ts';
import { pageOf } from './page.ts';
import { invalid, Refusal } from './refusal.ts';
import type { Group, Registry } from './registry.ts';

const TAGS_PER_GROUP_MAX = 50;

/** Safe to repeat with the same ClientToken; otherwise the name is taken: ConflictException. */
export const createScheduleGroup: Action = ({ registry, tokens }, { name, body }) => {
  const input = parseInput(groupInput, { ...body, Name: name });
  return tokens.once('CreateScheduleGroup', input, () => {
    const tags = withTags(new Map(), input.Tags);
    return { ScheduleGroupArn: registry.addGroup(input.Name, tags).arn };
  });
};

export const getScheduleGroup: Action = ({ registry }, { name }) =>
  describe(registry.group(parseInput(groupName, { Name: name }).Name));

/** Safe to repeat with the same ClientToken; otherwise a second one finds nothing. */
export const deleteScheduleGroup: Action = ({ registry, tokens }, { name, query }) => {
  const ClientToken = query.get('clientToken') ?? undefined;
  const input = parseInput(groupName, { Name: name, ClientToken });
  if (input.Name === 'default') throw invalid('Schedule group default cannot be deleted.');
  return tokens.once('DeleteScheduleGroup', input, () => {
    registry.removeGroup(registry.group(input.Name));
    return {};
  });
};

export const listScheduleGroups: Action = ({ registry }, { query }) => {
  const filter = parseInput(groupFilter, {
    NamePrefix: query.get('NamePrefix') ?? undefined,
    MaxResults: query.has('MaxResults') ? Number(query.get('MaxResults')) : undefined,
    NextToken: query.get('NextToken') ?? undefined,
  });
  const { NamePrefix = '' } = filter;
  const matching = [...registry.groups.values()].filter(({ name }) => name.startsWith(NamePrefix));
  const { items, nextToken } = pageOf(matching, ({ name }) => name, filter);
  return { ScheduleGroups: items.map(describe), NextToken: nextToken };
};

/** Safe to repeat: a tag that exists gets the value again. */
export const tagResource: Action = ({ registry }, { name, body }) => {
  const { ResourceArn, Tags } = parseInput(tagging, { ...body, ResourceArn: name });
  const group = groupWithArn(registry, ResourceArn);
  withTags(group.tags, Tags);
  group.modifiedAt = registry.clock();
  return {};
};

/** Safe to repeat: a key that is gone stays gone. */
export const untagResource: Action = ({ registry }, { name, query }) => {
  const TagKeys = query.getAll('TagKeys');
  const input = parseInput(untagging, { ResourceArn: name, TagKeys });
  const group = groupWithArn(registry, input.ResourceArn);
  for (const key of input.TagKeys) group.tags.delete(key);
  group.modifiedAt = registry.clock();
  return {};
};

export const listTagsForResource: Action = ({ registry }, { name }) => {
  const { ResourceArn } = parseInput(taggedResource, { ResourceArn: name });
  const { tags } = groupWithArn(registry, ResourceArn);
  return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
};

function groupWithArn(registry: Registry, arn: string): Group {
  const group = registry.groups.get(arn.slice(arn.indexOf('/') + 1));
  if (group?.arn === arn) return group;
  throw new Refusal('ResourceNotFoundException', `Resource ${arn} does not exist.`);
}

function withTags(
  tags: Map<string, string>,
  added: readonly { readonly Key: string; readonly Value: string }[],
): Map<string, string> {
  const keys = new Set([...tags.keys(), ...added.map(({ Key }) => Key)]);
  if (keys.size > TAGS_PER_GROUP_MAX) {
    throw invalid(`${keys.size} tags on one schedule group, at most ${TAGS_PER_GROUP_MAX}.`);
  }
  for (const { Key, Value } of added) tags.set(Key, Value);
  return tags;
}

function describe({ name, arn, createdAt, modifiedAt }: Group): Answer {
  return {
    Name: name,
    Arn: arn,
    State: 'ACTIVE',
    CreationDate: createdAt / 1_000,
    LastModificationDate: modifiedAt / 1_000,
  };
}
