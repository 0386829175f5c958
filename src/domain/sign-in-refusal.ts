/** The closed list of reasons for which a person is not signed in (rules 41, 45 and "Bad weather"). */
export const SIGN_IN_REFUSAL_REASONS = [
  'NOT_CONFIGURED',
  'NOT_ENTERPRISE',
  'SECRET_UNREADABLE',
  'PROVIDER_UNREACHABLE',
  'PROVIDER_MISCONFIGURED',
  'REQUEST_REJECTED',
  'WRONG_ISSUER',
  'STATE_LOST',
  'STATE_REPLAYED',
  'ACCESS_DENIED',
  'PROVIDER_ERROR',
  'CLIENT_REJECTED',
  'CODE_REJECTED',
  'TOKEN_INVALID',
  'CLOCK_SKEW',
  'OUTSIDE_ORGANIZATION',
  'ADDRESS_MISSING',
  'ADDRESS_NOT_VERIFIED',
  'NOT_A_MEMBER',
  'NOT_PROVISIONED',
  'INACTIVE',
  'SEAT_UNAVAILABLE',
  'SSO_REQUIRED',
] as const;
export type SignInRefusalReason = (typeof SIGN_IN_REFUSAL_REASONS)[number];

interface RefusalText {
  /** What happened, for an administrator who reads the sign-in log. */
  readonly what: string;
  /** What to change. */
  readonly change: string;
  /** The screen on which to change it. */
  readonly screen: string;
  /** The sentence that the person sees. It never reveals whether an address is known. */
  readonly person: string;
  /** What the person can do next. */
  readonly wayOn: string;
}

const SSO_SETTINGS = 'Rollcall: Settings → Auth and security → Single Sign-On Configuration';
const SIGN_ON = 'The sign-on settings of your Rollcall SSO app at the identity provider';
const ASSIGNMENTS = 'The assignments of your Rollcall apps at the identity provider';
const MEMBERS = 'Rollcall: Settings → Members';

const ASK_ADMINISTRATOR = 'Ask an administrator of your workspace, and tell them the reference.';
const START_AGAIN = 'Start again from your sign-in page.';
const SSO_UNAVAILABLE = 'Single sign-on is not available here.';
const NOT_ACCEPTED = 'The answer of your identity provider could not be accepted.';
const NO_ACCESS = 'You have no access to this workspace.';

/** The texts for each reason in the sign-in log and on the refusal page. */
export const SIGN_IN_REFUSALS: Readonly<Record<SignInRefusalReason, RefusalText>> = {
  NOT_CONFIGURED: {
    what: 'The workspace has no single sign-on configuration.',
    change: 'Configure single sign-on, or remove the tile of the app.',
    screen: SSO_SETTINGS,
    person: SSO_UNAVAILABLE,
    wayOn: ASK_ADMINISTRATOR,
  },
  NOT_ENTERPRISE: {
    what: 'Single sign-on is available on ENTERPRISE workspaces only, and the workspace has another plan.',
    change: 'Change the plan to ENTERPRISE: your account manager does this.',
    screen: 'Rollcall: Settings → Plan',
    person: SSO_UNAVAILABLE,
    wayOn: ASK_ADMINISTRATOR,
  },
  SECRET_UNREADABLE: {
    what: 'The stored client secret cannot be decrypted: its key is not in SECRETS_KEY any more.',
    change: 'Enter the client secret again, or have the operator put the old key back into SECRETS_KEY.',
    screen: SSO_SETTINGS,
    person: 'Single sign-on does not work at the moment.',
    wayOn: ASK_ADMINISTRATOR,
  },
  PROVIDER_UNREACHABLE: {
    what: 'The identity provider did not answer, or not within five seconds.',
    change: 'Check the status page of the identity provider, and the discovery URL.',
    screen: SSO_SETTINGS,
    person: 'Your identity provider does not answer.',
    wayOn:
      'Try again in a few minutes. If it goes on, tell an administrator of your workspace the reference.',
  },
  PROVIDER_MISCONFIGURED: {
    what: 'The discovery document of the identity provider cannot be used.',
    change: 'Correct the discovery URL: it must be that of the issuer itself, not of a page about it.',
    screen: SSO_SETTINGS,
    person: 'Single sign-on does not work at the moment.',
    wayOn: ASK_ADMINISTRATOR,
  },
  REQUEST_REJECTED: {
    what: 'The identity provider rejects the sign-in request: the redirect URI is not registered, or the client ID is wrong.',
    change: 'Register the redirect URI exactly as Rollcall shows it, and compare the client ID.',
    screen: SIGN_ON,
    person: 'Your identity provider does not accept the sign-in request.',
    wayOn: ASK_ADMINISTRATOR,
  },
  WRONG_ISSUER: {
    what: 'The sign-in came from another issuer than the configured one.',
    change: 'Compare the discovery URL with the issuer of the app, and the URL behind its tile.',
    screen: SSO_SETTINGS,
    person: NOT_ACCEPTED,
    wayOn: ASK_ADMINISTRATOR,
  },
  STATE_LOST: {
    what: 'The browser came back without the cookie with which it left: cookies are blocked, more than ten minutes have passed, or the page was opened in another browser.',
    change: 'Let the person start again, with cookies allowed for this site.',
    screen: 'The browser of the person',
    person: 'This sign-in was not started in this browser, or it was started too long ago.',
    wayOn: `${START_AGAIN} If it happens again, allow cookies for this site.`,
  },
  STATE_REPLAYED: {
    what: 'The answer of the identity provider was used a second time.',
    change: 'Nothing if the person has reloaded the page. Otherwise find out who else has seen the URL.',
    screen: 'The browser of the person',
    person: 'This sign-in has been used already.',
    wayOn: START_AGAIN,
  },
  ACCESS_DENIED: {
    what: 'The person, or a rule of the identity provider, has declined the sign-in.',
    change: 'Assign the person to the SSO app, and look at the sign-on policy and the consent of the app.',
    screen: SIGN_ON,
    person: 'The sign-in was declined at your identity provider.',
    wayOn: `${START_AGAIN} If you did not decline it yourself, tell an administrator the reference.`,
  },
  PROVIDER_ERROR: {
    what: 'The identity provider has answered with an error.',
    change: 'Search for the error in the logs of the identity provider.',
    screen: SIGN_ON,
    person: 'Your identity provider has answered with an error.',
    wayOn: ASK_ADMINISTRATOR,
  },
  CLIENT_REJECTED: {
    what: 'The identity provider does not accept the client ID with the client secret.',
    change: 'Create a new client secret at the identity provider, and enter it. Secrets of Entra ID expire.',
    screen: SSO_SETTINGS,
    person: 'Single sign-on does not work at the moment.',
    wayOn: ASK_ADMINISTRATOR,
  },
  CODE_REJECTED: {
    what: 'The identity provider does not accept its own authorization code: it was used already, has expired, or belongs to another app.',
    change: 'Let the person start again. If it happens every time, compare client ID and redirect URI.',
    screen: SIGN_ON,
    person: NOT_ACCEPTED,
    wayOn: START_AGAIN,
  },
  TOKEN_INVALID: {
    what: 'The ID token is invalid: its signature, issuer, audience or nonce is wrong.',
    change:
      'Compare client ID and discovery URL with the app, which must sign ID tokens with an asymmetric algorithm such as RS256.',
    screen: SIGN_ON,
    person: NOT_ACCEPTED,
    wayOn: ASK_ADMINISTRATOR,
  },
  CLOCK_SKEW: {
    what: 'The ID token has expired or is not valid yet: the clocks of the identity provider and of Rollcall differ by more than 60 seconds.',
    change: 'Correct the clock of the identity provider. If it is right, tell the operator of Rollcall.',
    screen: 'The time settings of the server that runs the identity provider',
    person: NOT_ACCEPTED,
    wayOn: ASK_ADMINISTRATOR,
  },
  OUTSIDE_ORGANIZATION: {
    what: 'The Google account does not belong to a Google Workspace organization with a verified domain of the connection.',
    change: 'Let the person choose the account of the organization. Otherwise verify its domain.',
    screen: SSO_SETTINGS,
    person: 'This is not an account of your organization.',
    wayOn: `${START_AGAIN} Choose the account of your organization there.`,
  },
  ADDRESS_MISSING: {
    what: 'The identity provider has sent no e-mail address, and the person could not be recognized without one.',
    change: 'Add the claim email to the app, and fill in the e-mail address of the person.',
    screen: SIGN_ON,
    person: 'Your identity provider has not told us your e-mail address.',
    wayOn: ASK_ADMINISTRATOR,
  },
  ADDRESS_NOT_VERIFIED: {
    what: 'The identity provider does not say that the e-mail address is verified, and its domain is not one of the verified domains of the connection.',
    change: 'Verify the domain, or let the identity provider send email_verified.',
    screen: SSO_SETTINGS,
    person: 'Your e-mail address is not verified.',
    wayOn: ASK_ADMINISTRATOR,
  },
  NOT_A_MEMBER: {
    what: 'The person is not a member of the workspace.',
    change: 'Add or invite the person, or let people of your verified domains join on sign-in.',
    screen: MEMBERS,
    person: NO_ACCESS,
    wayOn: ASK_ADMINISTRATOR,
  },
  NOT_PROVISIONED: {
    what: 'The person is assigned to the SSO app but not to the SCIM app.',
    change: 'Assign the person to the SCIM app too: each user must be assigned to both.',
    screen: ASSIGNMENTS,
    person:
      'You are assigned to the SSO app of your organization, but not to its SCIM app, so you are not a member of this workspace.',
    wayOn: ASK_ADMINISTRATOR,
  },
  INACTIVE: {
    what: 'The person is a member who is not active: removed, or deactivated by the identity provider.',
    change: 'Assign the person to the SCIM app again, or add them again.',
    screen: MEMBERS,
    person: NO_ACCESS,
    wayOn: ASK_ADMINISTRATOR,
  },
  SEAT_UNAVAILABLE: {
    what: 'The person may join on sign-in, but no seat of the default type is free.',
    change: 'Buy a seat of this type, or free one.',
    screen: 'Rollcall: Settings → Seats',
    person: 'No seat is free in this workspace.',
    wayOn: ASK_ADMINISTRATOR,
  },
  SSO_REQUIRED: {
    what: 'The person has tried to sign in by mail link, but must come through the identity provider.',
    change: 'Nothing if the person can sign in there. Otherwise assign them to the SSO app.',
    screen: ASSIGNMENTS,
    person: 'This workspace is opened by your identity provider only.',
    wayOn: 'Sign in with your identity provider.',
  },
};

/** A refused sign-in. The sign-in routes turn it into a page and an entry of the sign-in log. */
export class SignInRefusal extends Error {
  readonly reason: SignInRefusalReason;
  readonly detail: string | null;
  readonly address: string | null;
  readonly subject: string | null;

  /**
   * @param detail what else an administrator needs to know, such as the provider's error or the wrong claim
   * @param of the person whom the provider named, if known
   */
  constructor(
    reason: SignInRefusalReason,
    detail: string | null = null,
    {
      address = null,
      subject = null,
    }: { readonly address?: string | null; readonly subject?: string | null } = {},
  ) {
    super(SIGN_IN_REFUSALS[reason].what);
    this.name = 'SignInRefusal';
    this.reason = reason;
    this.detail = detail;
    this.address = address;
    this.subject = subject;
  }
}
