/** An attribute of a person that a member stores. RFC 7643 §4.1 and §4.3 define the names and meanings. */
export interface ProfileAttribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'reference' | 'binary' | 'complex';
  readonly multiValued: boolean;
  readonly description: string;
  /** Whether values that differ only in case are different. */
  readonly caseExact: boolean;
  /** The usual values. Others are accepted too. */
  readonly canonicalValues?: readonly string[];
  /** For the type `reference`: the types of the targets. */
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
  description: 'Whether this value is the preferred one.',
  caseExact: false,
};

const CERTIFICATE: ProfileAttribute = {
  name: 'value',
  type: 'binary',
  multiValued: false,
  description: 'The DER-encoded certificate in base64.',
  caseExact: true,
};

/** A list attribute whose values have a label: value, display, type, primary (RFC 7643 §2.4). */
function list(
  name: string,
  description: string,
  value: ProfileAttribute,
  types?: readonly string[],
): ProfileAttribute {
  const display = text('display', 'The name of the value, as it is shown.');
  const subAttributes = [
    value,
    display,
    text('type', 'The purpose of the value, such as "work".', types),
    PRIMARY,
  ];
  return { ...complex(name, description, subAttributes), multiValued: true };
}

const ADDRESS: readonly ProfileAttribute[] = [
  text('formatted', 'The whole address, as it is written on an envelope.'),
  text('streetAddress', 'The street, the house number, and further parts such as the floor.'),
  text('locality', 'The city or locality of the address.'),
  text('region', 'The state or region of the address.'),
  text('postalCode', 'The postal code of the address.'),
  text('country', 'The country of the address.'),
  text('type', 'The purpose of the address, such as "work".', ['work', 'home', 'other']),
  PRIMARY,
];

const NAME: readonly ProfileAttribute[] = [
  text('formatted', 'The whole name as one text.'),
  text('familyName', 'The family name of the person.'),
  text('givenName', 'The given name of the person.'),
  text('middleName', 'The middle names of the person.'),
  text('honorificPrefix', 'The title before the name, such as "Dr.".'),
  text('honorificSuffix', 'The suffix after the name, such as "III".'),
];

const ENTERPRISE: readonly ProfileAttribute[] = [
  text('employeeNumber', 'The number that the organization assigned to the person.'),
  text('costCenter', 'The cost center of the person.'),
  text('organization', 'The organization of the person.'),
  text('division', 'The division of the person.'),
  text('department', 'The department of the person.'),
  complex('manager', 'The manager of the person.', [
    text('value', 'The id of the manager.'),
    reference('$ref', 'The URL of the manager.', ['User']),
    text('displayName', 'The name of the manager.'),
  ]),
];

/** Every profile attribute of a member (rule 20), in the order of storage. */
export const PROFILE_ATTRIBUTES: readonly ProfileAttribute[] = [
  complex('name', 'The parts of the name of the person.', NAME),
  text('displayName', 'The name of the person, as it is shown.'),
  text('nickName', 'The name that people use in everyday life.'),
  reference('profileUrl', 'The URL of a page about the person.', ['external']),
  text('title', 'The title of the person, such as "Vice President".'),
  text('userType', 'The relation to the organization, such as "Contractor".'),
  text('preferredLanguage', 'The language that the person prefers, such as "en-US".'),
  text('locale', 'The locale for the formats of numbers and dates, such as "en-US".'),
  text('timezone', 'The time zone of the person, such as "America/Los_Angeles".'),
  list('emails', 'The e-mail addresses of the person.', text('value', 'The e-mail address itself.'), [
    'work',
    'home',
    'other',
  ]),
  list('phoneNumbers', 'The phone numbers of the person.', text('value', 'The phone number itself.'), [
    'work',
    'home',
    'mobile',
    'fax',
    'pager',
    'other',
  ]),
  list(
    'ims',
    'The instant messaging addresses of the person.',
    text('value', 'The instant messaging address itself.'),
  ),
  list('photos', 'The pictures of the person.', reference('value', 'The URL of the picture.', ['external']), [
    'photo',
    'thumbnail',
  ]),
  { ...complex('addresses', 'The postal addresses of the person.', ADDRESS), multiValued: true },
  list('entitlements', 'The entitlements of the person.', text('value', 'The name of the entitlement.')),
  list(
    'roles',
    'The roles of the person in the organization, which grant no access here.',
    text('value', 'The name of the role.'),
  ),
  list('x509Certificates', 'The certificates of the person.', CERTIFICATE),
  complex('enterprise', 'The attributes that an organization keeps about its people.', ENTERPRISE),
];
