import { type ReactNode, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Button } from '../ui/button.js';
import { MenuIcon } from '../ui/icons.js';
import { Menu } from '../ui/menu.js';
import icon from './icon.svg';
import { useMessages } from './messages.js';
import { routesOf, type WorkspaceRoute } from './routes.js';
import { signOut, useViewer } from './session.js';
import styles from './shell.module.css';
import { setTheme, THEMES, useTheme } from './theme.js';
import type { WorkspaceFrame } from './workspace.js';

interface ShellProps {
  /** The workspace whose screens the navigation lists; undefined outside one. */
  readonly workspace?: WorkspaceFrame | undefined;
  readonly children: ReactNode;
}

/** The frame around every screen: the top bar, the navigation, and the place of the screen. */
export function Shell({ workspace, children }: ShellProps) {
  const t = useMessages();
  const { type } = useViewer();
  const [location] = useLocation();
  const [isNavOpen, setNavOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the navigation of small windows.
  useEffect(() => setNavOpen(false), [location]);
  return (
    <>
      <a className={styles.skip} href="#main">
        {t('shell.skip')}
      </a>
      <header className={styles.bar}>
        {workspace !== undefined && (
          <span className={styles.toggle}>
            <Button
              kind="icon"
              aria-label={t('shell.navigation')}
              aria-expanded={isNavOpen}
              onPress={() => setNavOpen(!isNavOpen)}
            >
              <MenuIcon />
            </Button>
          </span>
        )}
        <Link className={styles.brand} href="~/" aria-label="Rollcall">
          <img src={icon} alt="" />
          <span className={workspace === undefined ? undefined : styles.label}>Rollcall</span>
        </Link>
        {workspace !== undefined && <span className={styles.where}>{workspace.name}</span>}
        <span className={styles.spring} />
        <AccountMenu />
      </header>
      {type === 'OPERATOR' && workspace !== undefined && (
        <aside className={styles.banner} aria-label={t('shell.operatorLabel')}>
          {t('shell.operator')}
        </aside>
      )}
      <div className={workspace === undefined ? `${styles.frame} ${styles.bare}` : styles.frame}>
        {workspace !== undefined && <Navigation workspace={workspace} isOpen={isNavOpen} />}
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
    </>
  );
}

function Navigation({ workspace, isOpen }: { readonly workspace: WorkspaceFrame; readonly isOpen: boolean }) {
  const t = useMessages();
  const shown = routesOf(workspace).filter(({ nav }) => nav?.isShown(workspace));
  const group = (name: 'workspace' | 'settings') =>
    shown
      .filter(({ nav }) => nav?.group === name)
      .map((route) => <NavigationLink key={route.path} route={route} />);
  const settings = group('settings');
  return (
    <nav
      className={isOpen ? styles.nav : `${styles.nav} ${styles.closed}`}
      aria-label={t('shell.navigation')}
    >
      <ul>{group('workspace')}</ul>
      {settings.length > 0 && (
        <>
          <h2>{t('nav.settings')}</h2>
          <ul>{settings}</ul>
        </>
      )}
    </nav>
  );
}

function NavigationLink({ route: { path, nav } }: { readonly route: WorkspaceRoute }) {
  const t = useMessages();
  const [location] = useLocation();
  if (nav === undefined) return null;
  const isCurrent = path === '/' ? location === '/' : location.startsWith(path);
  return (
    <li>
      <Link className={styles.link} href={path} aria-current={isCurrent ? 'page' : undefined}>
        {t(nav.label)}
      </Link>
    </li>
  );
}

function AccountMenu() {
  const t = useMessages();
  const { label } = useViewer();
  const theme = useTheme();
  const [, navigate] = useLocation();
  const themes = THEMES.filter((other) => other !== theme).map((other) => ({
    id: other,
    label: t(`theme.${other}`),
    onAction: () => setTheme(other),
  }));
  const actions = [
    { id: 'account', label: t('account.open'), onAction: () => navigate('~/account') },
    ...themes,
    { id: 'sign-out', label: t('account.signOut'), onAction: signOut },
  ];
  return (
    <Menu
      label={t('account.menu', { label })}
      trigger={<span className={styles.account}>{label}</span>}
      actions={actions}
    />
  );
}
