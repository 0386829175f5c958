import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { SIGN_IN_REFUSALS } from '../../domain/sign-in-refusal.js';
import { verificationRecord } from '../../domain/sso.js';
import { SignInLogEntry } from '../../model/sign-in-log.js';
import { SsoConnection, SsoDomain } from '../../model/sso-connection.js';
import { Workspace } from '../../model/workspace.js';
import * as connections from '../../services/sso/connection.js';
import * as domains from '../../services/sso/domains.js';
import { issueTicket } from '../../services/sso/rehearsal-ticket.js';
import * as signInLog from '../../services/sso/sign-in-log.js';
import { PageArguments } from '../lists/arguments.js';
import type { Context } from '../serving/context.js';
import {
  SsoConnectionDeleteInput,
  SsoConnectionSetInput,
  SsoConnectionTestInput,
  SsoDomainAddInput,
  SsoDomainRemoveInput,
  SsoDomainVerifyInput,
} from './inputs.js';
import {
  SignInLogEntryConnection,
  SsoConnectionDeletePayload,
  SsoConnectionSetPayload,
  SsoConnectionTestPayload,
  SsoDomainAddPayload,
  SsoDomainRecord,
  SsoDomainRemovePayload,
  SsoDomainVerifyPayload,
  SsoEndpoints,
} from './types.js';

@Resolver(() => Workspace)
export class WorkspaceSsoResolver {
  @FieldResolver(() => SsoConnection, {
    nullable: true,
    description:
      'The configuration of single sign-on. Null when there is none, or when the caller may not manage it.',
  })
  ssoConnection(@Root() { id }: Workspace, @Ctx() { services }: Context) {
    return connections.get(services, id);
  }

  @FieldResolver(() => SsoEndpoints, {
    description: 'What to enter at the identity provider for single sign-on.',
  })
  sso(@Root() { id }: Workspace, @Ctx() { origin }: Context): SsoEndpoints {
    const base = ssoUrl(origin, id);
    return {
      redirectUri: `${base}/callback`,
      initiateLoginUri: `${base}/start`,
      backchannelLogoutUri: `${base}/backchannel-logout`,
      signOutRedirectUri: `${origin}/signed-out`,
    };
  }

  @FieldResolver(() => SignInLogEntryConnection, {
    nullable: true,
    description: 'The refused sign-ins, newest first. Null when the caller may not read them.',
  })
  async signInLog(
    @Root() { id }: Workspace,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
    @Arg('reference', () => String, {
      nullable: true,
      description: 'The reference that the person was shown, to read only its entry.',
    })
    reference?: string | null,
  ) {
    return new SignInLogEntryConnection(
      await signInLog.list(services, id, { reference: reference ?? null }, page),
    );
  }
}

@Resolver(() => SsoConnection)
export class SsoConnectionResolver {
  @FieldResolver(() => [SsoDomain], { description: 'Its domains, by name.' })
  domains(@Root() connection: SsoConnection, @Ctx() { services }: Context): Promise<SsoDomain[]> {
    return domains.list(services, connection);
  }

  @Mutation(() => SsoConnectionSetPayload, {
    nullable: true,
    description: 'Configures single sign-on, or changes its configuration. Null when refused.',
  })
  async ssoConnectionSet(
    @Arg('input', () => SsoConnectionSetInput, { description: 'The settings to change.' })
    input: SsoConnectionSetInput,
    @Ctx() { services }: Context,
  ): Promise<SsoConnectionSetPayload> {
    return { connection: await connections.set(services, input) };
  }

  @Mutation(() => SsoConnectionTestPayload, {
    nullable: true,
    description:
      'Rehearses a sign-in: returns a page that shows the claims of the provider and opens no session. Null when refused.',
  })
  async ssoConnectionTest(
    @Arg('input', () => SsoConnectionTestInput, { description: 'The configuration to test.' })
    input: SsoConnectionTestInput,
    @Ctx() { services, origin }: Context,
  ): Promise<SsoConnectionTestPayload> {
    const { ticket, expiresAt } = await issueTicket(services, input);
    return { url: `${ssoUrl(origin, input.workspaceId)}/test?ticket=${ticket}`, expiresAt };
  }

  @Mutation(() => SsoConnectionDeletePayload, {
    nullable: true,
    description: 'Deletes the configuration of single sign-on, with its domains. Null when refused.',
  })
  ssoConnectionDelete(
    @Arg('input', () => SsoConnectionDeleteInput, { description: 'The configuration to delete.' })
    input: SsoConnectionDeleteInput,
    @Ctx() { services }: Context,
  ): Promise<SsoConnectionDeletePayload> {
    return connections.remove(services, input);
  }
}

@Resolver(() => SsoDomain)
export class SsoDomainResolver {
  @FieldResolver(() => SsoDomainRecord, { description: 'The TXT record that verifies it.' })
  record(@Root() { domain, token }: SsoDomain): SsoDomainRecord {
    return verificationRecord(domain, token);
  }

  @Mutation(() => SsoDomainAddPayload, {
    nullable: true,
    description: 'Adds a domain, which has an effect once it is verified. Null when refused.',
  })
  async ssoDomainAdd(
    @Arg('input', () => SsoDomainAddInput, { description: 'The domain to add.' }) input: SsoDomainAddInput,
    @Ctx() { services }: Context,
  ): Promise<SsoDomainAddPayload> {
    return { domain: await domains.add(services, input) };
  }

  @Mutation(() => SsoDomainVerifyPayload, {
    nullable: true,
    description: 'Verifies a domain by its TXT record. Null when refused.',
  })
  async ssoDomainVerify(
    @Arg('input', () => SsoDomainVerifyInput, { description: 'The domain to verify.' })
    input: SsoDomainVerifyInput,
    @Ctx() { services }: Context,
  ): Promise<SsoDomainVerifyPayload> {
    return { domain: await domains.verify(services, input) };
  }

  @Mutation(() => SsoDomainRemovePayload, {
    nullable: true,
    description: 'Removes a domain. Null when refused.',
  })
  ssoDomainRemove(
    @Arg('input', () => SsoDomainRemoveInput, { description: 'The domain to remove.' })
    input: SsoDomainRemoveInput,
    @Ctx() { services }: Context,
  ): Promise<SsoDomainRemovePayload> {
    return domains.remove(services, input);
  }
}

@Resolver(() => SignInLogEntry)
export class SignInLogEntryResolver {
  @FieldResolver(() => String, { description: 'What happened, in a sentence.' })
  message(@Root() { reason }: SignInLogEntry): string {
    return SIGN_IN_REFUSALS[reason].what;
  }

  @FieldResolver(() => String, { description: 'What to change, in a sentence.' })
  remedy(@Root() { reason }: SignInLogEntry): string {
    return SIGN_IN_REFUSALS[reason].change;
  }

  @FieldResolver(() => String, { description: 'The screen on which to change it.' })
  screen(@Root() { reason }: SignInLogEntry): string {
    return SIGN_IN_REFUSALS[reason].screen;
  }
}

function ssoUrl(origin: string, workspaceId: string): string {
  return `${origin}/api/workspaces/${workspaceId}/auth/sso`;
}
