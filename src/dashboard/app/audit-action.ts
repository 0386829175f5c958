import type { MessageId, Translate } from './messages.js';
import catalogue from './messages.json';

const isMessage = (id: string): id is MessageId => Object.hasOwn(catalogue, id);

/** An action of the audit log in words: "Member added". @returns the action itself, such as member.add, without words */
export function actionText(action: string, t: Translate): string {
  const id = `auditAction.${action}`;
  return isMessage(id) ? t(id) : action;
}
