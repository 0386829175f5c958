import { SIGN_IN_REFUSALS, SignInRefusal } from '../../domain/sign-in-refusal.js';
import type { ServiceContext } from '../../services/context/service-context.js';
import type { SignInSettings } from '../../services/sso/settings.js';
import { type ProviderSignIn, rehearse } from '../../services/sso/sign-in.js';
import { EXPECTED_CLAIMS } from './claims.js';
import type { Proof } from './providers.js';

/** A claim that the provider sent, or an expected claim that it did not send. */
export interface ShownClaim {
  readonly name: string;
  /** Null when the provider did not send it. */
  readonly value: string | null;
}

/** The result of a rehearsal. */
export interface Rehearsal {
  readonly claims: readonly ShownClaim[];
  /** The result that a real sign-in would have had, in sentences. */
  readonly outcome: string;
  /** What to change, and on which screen; null when a real sign-in would succeed. */
  readonly advice: string | null;
}

const HOW: Readonly<Record<Awaited<ReturnType<typeof rehearse>>['by'], string>> = {
  SUBJECT: 'recognized by the stored subject',
  EXTERNAL_ID: 'recognized by the external ID from SCIM',
  ADDRESS: 'recognized by the verified e-mail address',
  INVITED: 'accepting an invitation',
  JOINED: 'becoming a member on this sign-in',
};

/** Returns what a sign-in with these claims would have done. It stores nothing. */
export async function rehearsalOf(
  context: ServiceContext,
  settings: SignInSettings,
  arrival: ProviderSignIn,
  { claims, userInfoFault }: Proof,
): Promise<Rehearsal> {
  const shown = shownClaims(settings, claims);
  const fault = userInfoFault === null ? '' : ` ${userInfoFault}`;
  try {
    const { member, by } = await rehearse(context, settings, arrival);
    return {
      claims: shown,
      outcome: `${member.userName} would be signed in, ${HOW[by]}.${fault}`,
      advice: null,
    };
  } catch (error) {
    if (!(error instanceof SignInRefusal)) throw error;
    const refused = refusedRehearsal(error);
    return { ...refused, claims: shown, outcome: `${refused.outcome}${fault}` };
  }
}

/** Returns why a rehearsal received no claims, or why a sign-in with them would be refused. */
export function refusedRehearsal({ reason, detail }: SignInRefusal): Rehearsal {
  const { what, change, screen } = SIGN_IN_REFUSALS[reason];
  return {
    claims: [],
    outcome: ['The sign-in would be refused.', what, detail].filter((part) => part !== null).join(' '),
    advice: `${change} (${screen})`,
  };
}

function shownClaims({ provider }: SignInSettings, claims: Proof['claims']): ShownClaim[] {
  const expected = provider === 'MICROSOFT_ENTRA_ID' ? [...EXPECTED_CLAIMS, 'oid'] : EXPECTED_CLAIMS;
  const names = [...new Set([...expected, ...Object.keys(claims)])];
  return names.map((name) => {
    const value = claims[name];
    return {
      name,
      value: value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value),
    };
  });
}
