/** The workspace's columns, of a table called `w`, as the model names them. */
export const WORKSPACE_COLUMNS = `
  w.id, w.name, w.version, w.plan, w.scim_enabled as "scimEnabled", w.default_role as "defaultRole",
  w.default_seat_type as "defaultSeatType", w.default_credit_limit as "defaultCreditLimit",
  w.monthly_credits as "monthlyCredits", w.revision, w.created_at as "createdAt", w.updated_at as "updatedAt"`;
