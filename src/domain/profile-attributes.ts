/**
 * An attribute of a person that a member stores. Names and meanings are those of RFC 7643 §4.1 and §4.3; nothing else of
 * that protocol is known here.
 */
export interface ProfileAttribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'reference' | 'binary' | 'complex';
  readonly multiValued: boolean;
  readonly description: string;
  /** Whether values that differ in case only are different. */
  readonly caseExact: boolean;
  /** The usual values. Others are accepted too. */
  readonly canonicalValues?: readonly string[];
  /** With type `reference`: the types of its targets. */
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly ProfileAttribute[];
}

function text(name: string, description: string, canonicalValues?: readonly string[]): ProfileAttribute {
  const attribute = { name, type: 'string', multiValued: false, description, caseExact: false } as const;
  return canonicalValues === undefined ? attribute : { ...attribute, canonicalValues };
}

function reference(name: string, description: string, referenceTypes: readonly string[]): ProfileAttribute {
  return { name, type: 'reference', multiValued: false, description, caseExact: true, referenceTypes };
}

function complex(
  name: string,
  description: string,
  subAttributes: readonly ProfileAttribute[],
): ProfileAttribute {
  return { name, type: 'complex', multiValued: false, description, caseExact: false, subAttributes };
}

const PRIMARY: ProfileAttribute = {
  name: 'primary',
  type: 'boolean',
  multiValued: false,
  description: 'Whether this is the preferred value. At most one value is.',
  caseExact: false,
};

const CERTIFICATE: ProfileAttribute = {
  name: 'value',
  type: 'binary',
  multiValued: false,
  description: 'The certificate, DER encoded and in base64.',
  caseExact: true,
};

/** A list of values with a label each: value, display, type, primary (RFC 7643 §2.4). */
function list(
  name: string,
  description: string,
  value: ProfileAttribute,
  types?: readonly string[],
): ProfileAttribute {
  const display = text('display', 'A name to show for the value.');
  const subAttributes = [value, display, text('type', 'What the value is for.', types), PRIMARY];
  return { ...complex(name, description, subAttributes), multiValued: true };
}

const ADDRESS: readonly ProfileAttribute[] = [
  text('formatted', 'The whole address, as it is written on an envelope.'),
  text('streetAddress', 'Street, house number, and what belongs to them.'),
  text('locality', 'The city.'),
  text('region', 'The state or region.'),
  text('postalCode', 'The postal code.'),
  text('country', 'The country.'),
  text('type', 'What the address is for.', ['work', 'home', 'other']),
  PRIMARY,
];

const NAME: readonly ProfileAttribute[] = [
  text('formatted', 'The whole name, as it is shown.'),
  text('familyName', 'The family name.'),
  text('givenName', 'The given name.'),
  text('middleName', 'The middle names.'),
  text('honorificPrefix', 'What precedes the name, such as "Dr.".'),
  text('honorificSuffix', 'What follows the name, such as "III".'),
];

const ENTERPRISE: readonly ProfileAttribute[] = [
  text('employeeNumber', "The organization's number of the person."),
  text('costCenter', 'The cost center.'),
  text('organization', 'The organization.'),
  text('division', 'The division.'),
  text('department', 'The department.'),
  complex('manager', "The person's manager.", [
    text('value', 'The id of the manager.'),
    reference('$ref', 'The address of the manager.', ['User']),
    text('displayName', 'The name of the manager.'),
  ]),
];

/** Everything that is kept about a person on the member (rule 20), in the order in which it is stored. */
export const PROFILE_ATTRIBUTES: readonly ProfileAttribute[] = [
  complex('name', 'The parts of the name.', NAME),
  text('displayName', 'The name to show.'),
  text('nickName', 'How the person is called in everyday life.'),
  reference('profileUrl', 'A page about the person.', ['external']),
  text('title', 'The title, such as "Vice President".'),
  text('userType', 'The relation to the organization, such as "Contractor".'),
  text('preferredLanguage', 'The preferred language, such as "en-US".'),
  text('locale', 'The place whose formats of numbers and dates are used, such as "en-US".'),
  text('timezone', 'The time zone, such as "America/Los_Angeles".'),
  list('emails', 'E-mail addresses.', text('value', 'The e-mail address.'), ['work', 'home', 'other']),
  list('phoneNumbers', 'Phone numbers.', text('value', 'The phone number.'), [
    'work',
    'home',
    'mobile',
    'fax',
    'pager',
    'other',
  ]),
  list('ims', 'Instant messaging addresses.', text('value', 'The address.')),
  list('photos', 'Pictures.', reference('value', 'Where the picture is.', ['external']), [
    'photo',
    'thumbnail',
  ]),
  { ...complex('addresses', 'Postal addresses.', ADDRESS), multiValued: true },
  list('entitlements', 'What the person is entitled to.', text('value', 'The entitlement.')),
  list('roles', 'What the person is in the organization; gives no access.', text('value', 'The role.')),
  list('x509Certificates', 'Certificates.', CERTIFICATE),
  complex('enterprise', 'What an organization notes about its people.', ENTERPRISE),
];
