import { type ComponentProps, type ReactNode } from 'react';
import { Button as AriaButton, Link as AriaLink } from 'react-aria-components';
import styles from './button.module.css';

type Kind = 'secondary' | 'primary' | 'danger' | 'quiet' | 'icon';

interface ButtonProps extends Omit<ComponentProps<typeof AriaButton>, 'className' | 'style' | 'children'> {
  readonly kind?: Kind;
  readonly children: ReactNode;
}

function classOf(kind: Kind): string {
  return kind === 'secondary' ? `${styles.button}` : `${styles.button} ${styles[kind]}`;
}

/** A button; `icon` buttons need an `aria-label`. */
export function Button({ kind = 'secondary', ...rest }: ButtonProps) {
  const isBlocked = rest['aria-disabled'] === true;
  return (
    <AriaButton {...rest} className={isBlocked ? `${classOf(kind)} ${styles.blocked}` : classOf(kind)} />
  );
}

interface LinkButtonProps extends Omit<ComponentProps<typeof AriaLink>, 'className' | 'style' | 'children'> {
  readonly kind?: Kind;
  readonly children: ReactNode;
}

/** A link that looks like a button: it opens a page and changes nothing. */
export function LinkButton({ kind = 'secondary', ...rest }: LinkButtonProps) {
  return <AriaLink {...rest} className={classOf(kind)} />;
}

interface PageLinkButtonProps {
  readonly href: string;
  readonly children: ReactNode;
}

/** A link that looks like a primary button, to a page that is no screen of the dashboard. */
export function PageLinkButton({ href, children }: PageLinkButtonProps) {
  return (
    <a href={href} className={classOf('primary')}>
      {children}
    </a>
  );
}
