import { labelOf } from './attributes.js';
import { formatMonth, formatNumber, formatTime } from './formats.js';
import { isMessage, type Translate } from './messages.js';

/** An attribute before and after a change, in words. */
export interface Change {
  /** The attribute as the API has it. */
  readonly attribute: string;
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

type Values = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The id of the member who used credits, whom the entry names. */
const OWN_ID = 'memberId';

/** The changes of an audit entry in words. A part of an object that has changed is a change of its own. */
export function changesInWords(changes: Values, t: Translate): readonly Change[] {
  const shown = Object.entries(changes).filter(([attribute]) => attribute !== OWN_ID);
  return shown.flatMap(([attribute, change]) => {
    const { before, after } = isObject(change) ? change : {};
    return partsOf(attribute, before, after).map((part) => ({
      attribute: part.attribute,
      label: labelOf(part.attribute, t) ?? part.attribute,
      before: valueInWords(part.attribute, part.before, t),
      after: valueInWords(part.attribute, part.after, t),
    }));
  });
}

interface Part {
  readonly attribute: string;
  readonly before: unknown;
  readonly after: unknown;
}

function partsOf(attribute: string, before: unknown, after: unknown): readonly Part[] {
  // A member or group is shown by its name.
  const isWhole = [before, after].every((side) => !isObject(side) || 'id' in side);
  if (isWhole) return [{ attribute, before, after }];
  const was = isObject(before) ? before : {};
  const is = isObject(after) ? after : {};
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    .map((name) => ({ attribute: `${attribute}.${name}`, before: was[name], after: is[name] }));
}

/** The messages of an attribute's values, such as role.EDITOR. */
const VALUES: Readonly<Record<string, string>> = {
  accessSetBy: 'accessSetBy',
  creditLimitSetBy: 'accessSetBy',
  defaultRole: 'role',
  defaultSeatType: 'seat',
  grantedRole: 'role',
  grantedSeatType: 'seat',
  managedBy: 'managedBy',
  method: 'sessions.method',
  plan: 'plan',
  problem: 'provisioning.code',
  provider: 'auth.provider',
  role: 'role',
  scopes: 'apiKeys.scope',
  seatType: 'seat',
};

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const MONTH = /^\d{4}-\d\d$/;

/** A value of an attribute as people write it: in words, in the formats of the browser's locale, and with names for ids. */
function valueInWords(attribute: string, value: unknown, t: Translate): string {
  if (value === null || value === undefined || value === '') return t('value.none');
  if (Array.isArray(value)) {
    if (value.length === 0) return t('value.none');
    return value.map((item) => valueInWords(attribute, item, t)).join(', ');
  }
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'boolean') return t(value ? 'value.yes' : 'value.no');
  if (typeof value === 'string') return textInWords(attribute, value, t);
  return isObject(value) ? objectInWords(attribute, value, t) : String(value);
}

function textInWords(attribute: string, text: string, t: Translate): string {
  const name = attribute.slice(attribute.lastIndexOf('.') + 1);
  const values = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
  const [code, ...rest] = text.split(' ');
  for (const id of [`${values}.${code}`, `value.${name}.${code}`])
    if (isMessage(id)) return [t(id), ...rest].join(' ');
  if (TIME.test(text)) return formatTime(text);
  return MONTH.test(text) ? formatMonth(text) : text;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The name of a member or group, or the value of an address; undefined for an object of several attributes. */
function nameOf({ displayName, userName, value, formatted }: Values): string | undefined {
  return [displayName, userName, value, formatted].find(isText);
}

function objectInWords(attribute: string, object: Values, t: Translate): string {
  const { type, seatType, total } = object;
  if (typeof seatType === 'string' && typeof total === 'number')
    return t('value.count', { name: textInWords('seatType', seatType, t), count: formatNumber(total) });
  const name = nameOf(object);
  if (name === undefined)
    return Object.entries(object)
      .map(([part, value]) => valueInWords(`${attribute}.${part}`, value, t))
      .join(', ');
  return typeof type === 'string' ? t('value.ofType', { value: name, type }) : name;
}
