import { useLocation } from 'wouter';
import { blockedText } from '../../app/attributes.js';
import { type Translate, useMessages } from '../../app/messages.js';
import type { AccessModel } from '../../app/schema.generated.js';
import type { AbilityPartsFragment } from '../../app/workspace.generated.js';
import { useWorkspace } from '../../app/workspace.js';
import { Menu, type MenuAction } from '../../ui/menu.js';
import type { MemberAction } from './dialogs/props.js';
import { type MemberRow, nameOf } from './person.js';

export type OpenAction = (action: MemberAction, member: MemberRow) => void;

/** The actions on a member, in the order of the menu. A disabled action shows the server's reason. */
function memberActions(
  member: MemberRow,
  model: AccessModel,
  t: Translate,
  onOpen: OpenAction,
): readonly MenuAction[] {
  const { viewerCan, role } = member;
  const action = (id: keyof typeof viewerCan & MemberAction, isDanger = false): MenuAction => ({
    id,
    label: t(`action.${id}`),
    blockedBecause: blockedBecause(viewerCan[id], t),
    isDanger,
    onAction: () => onOpen(id, member),
  });
  return [
    action('setAccess'),
    ...(model === 'V2' ? [action('setCreditLimit')] : []),
    role === 'OWNER' ? action('demote') : action('promote'),
    action('remove', true),
  ];
}

/**
 * The server's reason why an action is not possible; null when it is. For an owner, whom the menu can
 * demote, it is the next step.
 */
export function blockedBecause(ability: AbilityPartsFragment, t: Translate): string | null {
  return ability.refusal?.code === 'OWNER_PROTECTED' ? t('action.demoteFirst') : blockedText(ability, t);
}

/** •••, More actions, of a row. */
export function RowMenu({ member, onOpen }: { readonly member: MemberRow; readonly onOpen: OpenAction }) {
  const t = useMessages();
  const { id, accessModel } = useWorkspace();
  const [, navigate] = useLocation();
  const { readHistory } = member.viewerCan;
  const open = (anchor: string) => () => navigate(`~/workspace/${id}/settings/members/${member.id}${anchor}`);
  const actions = [
    { id: 'open', label: t('action.open'), onAction: open('') },
    ...memberActions(member, accessModel, t, onOpen),
    {
      id: 'history',
      label: t('action.history'),
      blockedBecause: blockedBecause(readHistory, t),
      onAction: open('#history'),
    },
  ];
  return <Menu label={t('action.menu', { name: nameOf(member) })} actions={actions} />;
}
