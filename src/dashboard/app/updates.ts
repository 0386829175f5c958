import type { UpdatesConfig } from '@urql/exchange-graphcache';
import type { InvitationsCreateFromCsvInput } from './schema.generated.js';

/** What mutations change besides the objects that they return. */
export const updates: UpdatesConfig = {
  Mutation: {
    /** The list of invitations that is on the screen is read again. */
    invitationsCreateFromCsv(_result, { input }: { input: InvitationsCreateFromCsvInput }, cache) {
      if (input.dryRun === true) return;
      const workspace = { __typename: 'Workspace', id: input.workspaceId };
      for (const { fieldName, arguments: args } of cache.inspectFields(workspace))
        if (fieldName === 'invitations') cache.invalidate(workspace, fieldName, args);
    },
  },
};
