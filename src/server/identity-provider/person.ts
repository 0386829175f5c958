/** A person who can sign in at the development identity provider. */
export interface ProviderPerson {
  readonly subject: string;
  readonly email: string;
  readonly name: string;
  /** Absent: true. */
  readonly emailVerified?: boolean;
}
