import { describe, expect, test } from 'vitest';
import { invitationMail } from '../../src/mail/invitation-mail.js';

const LETTER = {
  to: 'ann@acme.test',
  workspaceName: 'Acme',
  invitedBy: 'olivia@acme.test',
  token: 'rollcall_invitation_0_x',
  mailed: 'rollcall_mailed_0_y',
  expiresAt: new Date('2027-01-24T10:00:00Z'),
};

describe('the mail to somebody invited', () => {
  test('has the link, the token, and the end of its validity', () => {
    expect(invitationMail(LETTER, 'https://app.acme.test/join?a=1&t=rollcall_invitation_0_x')).toEqual({
      to: 'ann@acme.test',
      subject: 'Invitation to Acme',
      text: `olivia@acme.test invites you to the workspace Acme.

Accept the invitation: https://app.acme.test/join?a=1&t=rollcall_invitation_0_x

If the page asks for the token of the invitation: rollcall_invitation_0_x

The invitation is valid until 2027-01-24, and only for ann@acme.test. If you did not expect it, ignore this mail.
`,
      html: `<!doctype html>
<html lang="en"><body>
<p>olivia@acme.test invites you to the workspace Acme.</p>
<p><a href="https://app.acme.test/join?a=1&amp;t=rollcall_invitation_0_x">Accept the invitation</a></p>
<p>If the page asks for the token of the invitation: <code>rollcall_invitation_0_x</code></p>
<p>The invitation is valid until 2027-01-24, and only for ann@acme.test. If you did not expect it, ignore this mail.</p>
</body></html>
`,
    });
  });

  test('has the token when there is no page to accept it on', () => {
    const { text, html } = invitationMail(LETTER, null);
    expect(text).toContain('Your invitation: rollcall_invitation_0_x\n');
    expect(html).toContain('<p>Your invitation: <code>rollcall_invitation_0_x</code></p>');
    expect(html).not.toContain('href');
  });

  test('has names as text on one line, whatever they contain', () => {
    const workspaceName = '<img src=x>"&\'\r\nBcc: all@acme.test\u2028';
    const { subject, text, html } = invitationMail({ ...LETTER, workspaceName }, null);
    expect(subject).toBe('Invitation to <img src=x>"&\' Bcc: all@acme.test ');
    expect(text.split('\n')[0]).toBe(
      'olivia@acme.test invites you to the workspace <img src=x>"&\' Bcc: all@acme.test .',
    );
    expect(html).toContain('the workspace &lt;img src=x&gt;&quot;&amp;&#39; Bcc: all@acme.test .');
    expect(html).not.toContain('<img');
  });
});
