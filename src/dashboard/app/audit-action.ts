import { isMessage, type Translate } from './messages.js';

/** An action of the audit log in words: "Member added". @returns the action itself, such as member.add, without words */
export function actionText(action: string, t: Translate): string {
  const id = `auditAction.${action}`;
  return isMessage(id) ? t(id) : action;
}

/** A kind of object of the audit log in words: "API key". @returns the name of the API, such as apiKey, without words */
export function targetTypeText(type: string, t: Translate): string {
  const id = `auditTarget.${type}`;
  return isMessage(id) ? t(id) : type;
}
