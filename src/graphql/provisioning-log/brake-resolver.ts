import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { type Undone, undoBraked, undoRemovals } from '../../services/provisioning-log/undo.js';
import {
  get as getBrake,
  release as releaseBrake,
  update as updateBrake,
} from '../../services/removal-brake/brake.js';
import { wellFormedId } from '../lists/ids.js';
import { refusalOf } from '../refusals/types.js';
import type { Context } from '../serving/context.js';
import { ScimEndpoint } from '../workspaces/types.js';
import {
  ScimBrake,
  ScimBrakeReleaseInput,
  ScimBrakeReleasePayload,
  ScimBrakeUndoInput,
  ScimBrakeUndoPayload,
  ScimBrakeUpdateInput,
  ScimBrakeUpdatePayload,
  ScimRemovalsUndoInput,
  ScimRemovalsUndoPayload,
} from './brake-types.js';

@Resolver(() => ScimEndpoint)
export class ScimBrakeResolver {
  @FieldResolver(() => ScimBrake, {
    nullable: true,
    description:
      'The brake on removals by the identity provider. Null when the caller may not read the provisioning log.',
  })
  brake(@Root() { workspaceId }: ScimEndpoint, @Ctx() { services }: Context): Promise<ScimBrake> {
    return getBrake(services, workspaceId);
  }

  @Mutation(() => ScimBrakeReleasePayload, {
    nullable: true,
    description: 'Allows removals by the identity provider for an hour. Null when refused.',
  })
  async scimBrakeRelease(
    @Arg('input', () => ScimBrakeReleaseInput, { description: 'The brake to release.' })
    { workspaceId }: ScimBrakeReleaseInput,
    @Ctx() { services }: Context,
  ): Promise<ScimBrakeReleasePayload> {
    return { brake: await releaseBrake(services, workspaceId) };
  }

  @Mutation(() => ScimBrakeUpdatePayload, {
    nullable: true,
    description: 'Changes the settings of the brake. Null when refused.',
  })
  async scimBrakeUpdate(
    @Arg('input', () => ScimBrakeUpdateInput, { description: 'The changes to make.' })
    input: ScimBrakeUpdateInput,
    @Ctx() { services }: Context,
  ): Promise<ScimBrakeUpdatePayload> {
    return { brake: await updateBrake(services, input) };
  }

  @Mutation(() => ScimBrakeUndoPayload, {
    nullable: true,
    description:
      'Restores all members that the identity provider removed before the brake engaged, with the access, seat, limit ' +
      'and groups that they had. The brake remains engaged until it is released. Null when refused.',
  })
  async scimBrakeUndo(
    @Arg('input', () => ScimBrakeUndoInput, { description: 'The removals to undo.' })
    input: ScimBrakeUndoInput,
    @Ctx() context: Context,
  ): Promise<ScimBrakeUndoPayload> {
    wellFormedId(input.after ?? null, 'after');
    return undoPayload(context, input, await undoBraked(context.services, input));
  }

  @Mutation(() => ScimRemovalsUndoPayload, {
    nullable: true,
    description:
      'Restores members that the identity provider has removed in the last 24 hours, with the access, seat, limit and ' +
      'groups that they had. Null when refused.',
  })
  async scimRemovalsUndo(
    @Arg('input', () => ScimRemovalsUndoInput, { description: 'The removals to undo.' })
    input: ScimRemovalsUndoInput,
    @Ctx() context: Context,
  ): Promise<ScimRemovalsUndoPayload> {
    wellFormedId(input.after ?? null, 'after');
    for (const id of input.memberIds ?? []) wellFormedId(id, 'memberIds');
    return undoPayload(context, input, await undoRemovals(context.services, input));
  }
}

/** The results of undoing removals. In a dry run the restored members were rolled back, so there is none to show. */
async function undoPayload(
  { loaders }: Context,
  { workspaceId, dryRun }: { readonly workspaceId: string; readonly dryRun: boolean },
  undone: Undone,
): Promise<ScimRemovalsUndoPayload> {
  const results = undone.results.map(({ error, member, groupsLost, ...removal }) => ({
    ...removal,
    member: dryRun ? null : member,
    refusal: error === null ? null : refusalOf(error, {}),
    groupsLost: [...groupsLost],
  }));
  const restored = results.filter(({ outcome }) => outcome === 'RESTORED').length;
  return {
    results,
    restored,
    next: undone.next,
    dryRun,
    workspace: await loaders.workspaces.load(workspaceId),
  };
}
