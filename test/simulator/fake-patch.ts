type Attributes = Record<string, unknown>;

const ALIAS = 'urn:ietf:params:scim:schemas:extension:base44:2.0:User';
const EXTENSION = 'urn:base44:params:scim:schemas:extension:user:2.0';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/**
 * Applies the operations of providers: `a`, `a.b`, `urn:…:a`, `a[type eq "x"].value`, and objects of those without a
 * path.
 */
export function patched(
  attributes: Attributes,
  operations: unknown,
  { makesMissing }: { readonly makesMissing: boolean },
): Attributes {
  const result = structuredClone(attributes);
  for (const { path, value } of operations as { path?: string; value: unknown }[]) {
    const values = path === undefined ? (value as Attributes) : { [path]: value };
    for (const [name, one] of Object.entries(values)) set(result, name, one, makesMissing);
  }
  return result;
}

function set(attributes: Attributes, path: string, value: unknown, makesMissing: boolean): void {
  const [, attribute, type] = /^(\w+)\[type eq "(\w+)"\]\.value$/.exec(path) ?? [];
  if (attribute !== undefined) {
    const values = (attributes[attribute] ?? []) as Attributes[];
    const found = values.find((one) => one.type === type);
    if (found !== undefined) found.value = value;
    else if (makesMissing) attributes[attribute] = [...values, { type, value }];
    return;
  }
  const urn = [ALIAS, ENTERPRISE].find((known) => path.startsWith(`${known}:`));
  if (urn !== undefined) {
    const place = urn === ALIAS ? EXTENSION : urn;
    attributes[place] = { ...(attributes[place] as Attributes), [path.slice(urn.length + 1)]: value };
    return;
  }
  const [name = '', part] = path.split('.');
  attributes[name] = part === undefined ? value : { ...(attributes[name] as Attributes), [part]: value };
}
