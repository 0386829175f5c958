/** A mail to one address. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Something that takes mails. */
export interface MailTransport {
  /** @throws when the mail is not taken; the error's message says why, in words for the workspace's admins */
  send(mail: Mail): Promise<void>;
  /** Gives connections back; nothing is sent afterwards. */
  close(): void;
}
