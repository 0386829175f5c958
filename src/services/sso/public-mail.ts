/** Providers of mailboxes for everybody that the list does not have. */
const MORE = ['hey.com', 'tutanota.com', 'tuta.com', 'tuta.io', 'mailbox.org', 'posteo.de'];

/** Whether everybody can get a mailbox at the domain: then it cannot belong to one workspace (rule 42). */
export async function isPublicMailDomain(domain: string): Promise<boolean> {
  if (MORE.includes(domain)) return true;
  // A list of 14,000 names, loaded when it is first needed.
  const { default: domains } = await import('free-email-domains');
  return domains.includes(domain);
}
