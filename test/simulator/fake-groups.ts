import type { Reply } from './fake-scim-server.js';

interface Group {
  readonly id: string;
  displayName: unknown;
  members: { value: unknown }[];
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** Groups as a small SCIM server has them. */
export class FakeGroups {
  readonly #groups: Group[] = [];
  #ids = 0;

  constructor(private readonly keepsMembers: boolean) {}

  /** @returns undefined for a group that is not there */
  answer(
    method: string,
    path: string,
    parameters: URLSearchParams,
    body: Record<string, unknown>,
  ): Reply | undefined {
    const withMembers = parameters.get('excludedAttributes') !== 'members';
    const shown = ({ members, ...group }: Group) => (withMembers ? { ...group, members } : group);
    if (path === '/Groups' && method === 'POST') {
      this.#ids += 1;
      const group = { id: `group-${this.#ids}`, displayName: body.displayName, members: [] };
      this.#groups.push(group);
      return [201, shown(group)];
    }
    if (path === '/Groups') {
      const sought = /^displayName eq (".*")$/.exec(parameters.get('filter') ?? '')?.[1] ?? '""';
      const found = this.#groups.filter(({ displayName }) => displayName === JSON.parse(sought));
      const schemas = ['urn:ietf:params:scim:api:messages:2.0:ListResponse'];
      return [200, { schemas, totalResults: found.length, Resources: found.map(shown) }];
    }
    const group = this.#groups.find(({ id }) => path === `/Groups/${id}`);
    if (group === undefined) return undefined;
    if (method === 'DELETE') this.#groups.splice(this.#groups.indexOf(group), 1);
    if (method === 'PATCH')
      for (const operation of body.Operations as Operation[]) this.#patch(group, operation);
    return method === 'GET' ? [200, shown(group)] : [204];
  }

  #patch(group: Group, { op, path, value }: Operation): void {
    if (path === 'displayName') {
      group.displayName = value;
      return;
    }
    const filtered = /^members\[value eq (".*")\]$/.exec(path)?.[1];
    const values =
      filtered === undefined ? (value as { value: unknown }[]) : [{ value: JSON.parse(filtered) }];
    const ids = values.map((one) => one.value);
    const others = group.members.filter((member) => !ids.includes(member.value));
    if (op.toLowerCase() === 'add') group.members = [...others, ...ids.map((id) => ({ value: id }))];
    else if (!this.keepsMembers) group.members = others;
  }
}
