import type { ReactNode } from 'react';
import { Link as AriaLink } from 'react-aria-components';
import styles from './link.module.css';

interface TextLinkProps {
  readonly href: string;
  readonly children: ReactNode;
}

/** A link in text or in a table. */
export function TextLink({ href, children }: TextLinkProps) {
  return (
    <AriaLink href={href} className={styles.link ?? ''}>
      {children}
    </AriaLink>
  );
}
