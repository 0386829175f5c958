/**
 * The problems of provisioning, each with the member that it concerns: the tables `p` (scim_problem) and `n` (member). A
 * request to create somebody that was refused has no id; its subject is `name:` and the canonical userName.
 */
export const PROBLEM_TABLES = `scim_problem p
    left join member n on p.target_id is null and n.workspace_id = p.workspace_id
      and n.canonical_user_name = case when starts_with(p.subject, 'name:') then substr(p.subject, 6) end`;

/** The member whom a problem concerns. */
export const PROBLEM_MEMBER = 'coalesce(p.target_id, n.id)';

/** Whether a problem is one of a person, and nobody has dismissed it. */
export const IS_SHOWN_OF_MEMBER = `p.target_type = 'member' and p.dismissed_at is null`;
