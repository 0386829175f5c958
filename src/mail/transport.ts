/** A mail to one address. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Sends mails. */
export interface MailTransport {
  /** @throws Error when the mail is not accepted, with a message for the workspace's admins */
  send(mail: Mail): Promise<void>;
  /** Closes the connections; no mail can be sent afterwards. */
  close(): void;
}
