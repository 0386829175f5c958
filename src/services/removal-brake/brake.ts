import { boolean, integer, nullable, timestamptz, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { DomainError } from '../../domain/errors.js';
import { changesBetween, record } from '../audit/record.js';
import { authorize } from '../context/authorization.js';
import { runCommand } from '../context/command.js';
import type { ServiceContext } from '../context/service-context.js';

/** The brake of a workspace on removals by its identity provider (rule 63). */
export interface Brake {
  readonly enabled: boolean;
  readonly mostMembers: number;
  readonly mostPercent: number;
  readonly windowMinutes: number;
  /** When removals were paused; null when they are not. */
  readonly engagedAt: Date | null;
  /** Until when all removals pass; null when the brake is not released. */
  readonly releasedUntil: Date | null;
  /** The removals within the window. */
  readonly removals: number;
}

const DEFAULTS: Brake = {
  enabled: true,
  mostMembers: 10,
  mostPercent: 20,
  windowMinutes: 10,
  engagedAt: null,
  releasedUntil: null,
  removals: 0,
};

const SETTINGS = { enabled: boolean, mostMembers: integer, mostPercent: integer, windowMinutes: integer };

const COLUMNS = `b.enabled, b.most_members as "mostMembers", b.most_percent as "mostPercent",
      b.window_minutes as "windowMinutes", b.engaged_at as "engagedAt",
      case when b.released_until > clock_timestamp() then b.released_until end as "releasedUntil",
      (select count(*)::integer from scim_removal r
       where r.workspace_id = b.workspace_id and r.at > clock_timestamp() - make_interval(mins => b.window_minutes)) as removals`;
const TYPES = {
  ...SETTINGS,
  engagedAt: nullable(timestamptz),
  releasedUntil: nullable(timestamptz),
  removals: integer,
};

const FIND = statement({
  name: 'removalBrake.find',
  text: `select ${COLUMNS} from scim_brake b where b.workspace_id = $workspaceId`,
  parameters: { workspaceId: uuid },
  columns: TYPES,
});

const LOCK = statement({
  name: 'removalBrake.lock',
  text: `select ${COLUMNS} from scim_brake b where b.workspace_id = $workspaceId for update`,
  parameters: { workspaceId: uuid },
  columns: TYPES,
});

const CREATE = statement({
  name: 'removalBrake.create',
  text: 'insert into scim_brake (workspace_id) values ($workspaceId) on conflict do nothing',
  parameters: { workspaceId: uuid },
});

const RELEASE = statement({
  name: 'removalBrake.release',
  text: 'update scim_brake set engaged_at = null, base = null, released_until = $until where workspace_id = $workspaceId',
  parameters: { until: timestamptz, workspaceId: uuid },
});

const UPDATE = statement({
  name: 'removalBrake.update',
  text: `
    update scim_brake set enabled = $enabled, most_members = $mostMembers, most_percent = $mostPercent,
      window_minutes = $windowMinutes, engaged_at = case when $enabled then engaged_at end, base = null
    where workspace_id = $workspaceId`,
  parameters: { ...SETTINGS, workspaceId: uuid },
});

const ENGAGED = statement({
  name: 'removalBrake.engaged',
  text: 'select count(*)::integer as engaged from scim_brake where engaged_at is not null',
  parameters: {},
  columns: { engaged: integer },
});

/** Counts the workspaces whose brake is engaged, for the operator's metrics. */
export async function engagedBrakes(sql: Sql): Promise<number> {
  const row = await ENGAGED.row(sql, {});
  return row?.engaged ?? 0;
}

/** Returns the brake of a workspace. @throws DomainError as `authorize` does */
export async function get(context: ServiceContext, workspaceId: string): Promise<Brake> {
  await authorize(context, 'audit.read', workspaceId);
  return (await FIND.row(context.reads, { workspaceId })) ?? DEFAULTS;
}

async function locked(sql: Sql, workspaceId: string): Promise<Brake> {
  await CREATE.rows(sql, { workspaceId });
  return (await LOCK.row(sql, { workspaceId })) ?? DEFAULTS;
}

const RELEASED_HOURS = 1;

/**
 * Lets removals pass for an hour (rule 64).
 * @throws DomainError as `authorize` does; INVALID_INPUT when the brake is not engaged
 */
export async function release(context: ServiceContext, workspaceId: string): Promise<Brake> {
  return runCommand(context, 'scim.manage', workspaceId, async (tx, { workspace }) => {
    const before = await locked(tx, workspaceId);
    if (before.engagedAt === null) {
      throw new DomainError('INVALID_INPUT', 'The brake is not engaged.', {
        hint: 'Removals pass already. To let more of them pass, change the settings of the brake.',
      });
    }
    const until = new Date(Date.now() + RELEASED_HOURS * 3_600_000);
    await RELEASE.rows(tx, { workspaceId, until });
    await record(context, tx, {
      workspaceId,
      action: 'scim.brakeRelease',
      target: { type: 'workspace', id: workspaceId, label: workspace.name },
      changes: { brake: { before: 'engaged', after: 'released' }, until: { before: null, after: until } },
    });
    return locked(tx, workspaceId);
  });
}

/** The settings of the brake. Absent or null leaves a setting unchanged. */
export interface BrakeUpdate {
  readonly workspaceId: string;
  readonly enabled?: boolean | null;
  readonly mostMembers?: number | null;
  readonly mostPercent?: number | null;
  readonly windowMinutes?: number | null;
}

const RANGES = {
  mostMembers: [1, 100_000],
  mostPercent: [1, 100],
  windowMinutes: [1, 1_440],
} as const;

/**
 * Changes the settings of the brake. Switching it off releases it.
 * @throws DomainError as `authorize` does; INVALID_INPUT for a number out of range
 */
export async function update(
  context: ServiceContext,
  { workspaceId, ...settings }: BrakeUpdate,
): Promise<Brake> {
  await authorize(context, 'scim.manage', workspaceId);
  requireRanges(settings);
  return runCommand(context, 'scim.manage', workspaceId, async (tx, { workspace }) => {
    const before = settingsOf(await locked(tx, workspaceId));
    const after = {
      enabled: settings.enabled ?? before.enabled,
      mostMembers: settings.mostMembers ?? before.mostMembers,
      mostPercent: settings.mostPercent ?? before.mostPercent,
      windowMinutes: settings.windowMinutes ?? before.windowMinutes,
    };
    const changes = changesBetween(before, after);
    if (Object.keys(changes).length > 0) {
      await UPDATE.rows(tx, { workspaceId, ...after });
      await record(context, tx, {
        workspaceId,
        action: 'scim.brakeUpdate',
        target: { type: 'workspace', id: workspaceId, label: workspace.name },
        changes,
      });
    }
    return locked(tx, workspaceId);
  });
}

function settingsOf({ enabled, mostMembers, mostPercent, windowMinutes }: Brake) {
  return { enabled, mostMembers, mostPercent, windowMinutes };
}

/** @throws DomainError INVALID_INPUT */
function requireRanges(settings: Omit<BrakeUpdate, 'workspaceId'>): void {
  for (const attribute of ['mostMembers', 'mostPercent', 'windowMinutes'] as const) {
    const number = settings[attribute];
    const [least, most] = RANGES[attribute];
    if (number == null || (number >= least && number <= most)) continue;
    throw new DomainError('INVALID_INPUT', `${attribute} must be from ${least} to ${most}.`, { attribute });
  }
}
