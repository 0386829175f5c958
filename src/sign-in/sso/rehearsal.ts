import { SIGN_IN_REFUSALS, SignInRefusal } from '../../domain/sign-in-refusal.js';
import type { ServiceContext } from '../../services/context/service-context.js';
import type { SignInSettings } from '../../services/sso/settings.js';
import { type ProviderSignIn, rehearse } from '../../services/sso/sign-in.js';
import { EXPECTED_CLAIMS } from './claims.js';
import type { Proof } from './providers.js';

/** A claim that came, or that was expected and did not come. */
export interface ShownClaim {
  readonly name: string;
  /** Null: it did not come. */
  readonly value: string | null;
}

/** What a rehearsed sign-in found. */
export interface Rehearsal {
  readonly claims: readonly ShownClaim[];
  /** What would have happened, in sentences. */
  readonly outcome: string;
  /** What to change, and on which screen; null where the person would be signed in. */
  readonly advice: string | null;
}

const HOW: Readonly<Record<Awaited<ReturnType<typeof rehearse>>['by'], string>> = {
  SUBJECT: 'recognized by the subject that was seen before',
  EXTERNAL_ID: 'recognized by the external ID that SCIM has sent',
  ADDRESS: 'recognized by the verified e-mail address',
  INVITED: 'accepting an invitation',
  JOINED: 'becoming a member on this sign-in',
};

/** Says what a sign-in with these claims would have done. Nothing is kept of it. */
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

/** Says why a rehearsal has got no claims, or why they would not sign anybody in. */
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
