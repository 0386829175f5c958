import { type ReactNode, type RefObject, useRef, useState } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Text } from 'react-aria-components';
import { Button } from './button.js';
import { CheckIcon, ChevronIcon, MoreIcon } from './icons.js';
import styles from './popover.module.css';

export interface MenuAction {
  readonly id: string;
  readonly label: string;
  /** Why the action is not possible; shown under its label. The item can be focused and does nothing. */
  readonly blockedBecause?: string | null;
  readonly isDanger?: boolean;
  readonly onAction: () => void;
}

interface MenuProps {
  /** The object of the menu, for its accessible name: "More actions for Ann Lee". */
  readonly label: string;
  readonly actions: readonly MenuAction[];
  /** The button's content; ••• without it. */
  readonly trigger?: ReactNode;
}

/** A menu of actions behind a button. It is made when the button is pressed, since a table has one in every row. */
export function Menu({ label, actions, trigger }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        ref={button}
        kind={trigger === undefined ? 'icon' : 'secondary'}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onPress={() => setOpen(true)}
      >
        {trigger ?? <MoreIcon />}
      </Button>
      {isOpen && <OpenMenu label={label} actions={actions} button={button} onClose={() => setOpen(false)} />}
    </>
  );
}

interface OpenMenuProps {
  readonly label: string;
  readonly actions: readonly MenuAction[];
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly onClose: () => void;
}

function OpenMenu({ label, actions, button, onClose }: OpenMenuProps) {
  return (
    <Popover
      className={styles.popover ?? ''}
      placement="bottom end"
      aria-label={label}
      triggerRef={button}
      isOpen
      onOpenChange={onClose}
    >
      <AriaMenu className={styles.list ?? ''} aria-label={label} autoFocus="first" onClose={onClose}>
        {actions.map(({ id, label: text, blockedBecause, isDanger = false, onAction }) => {
          const isBlocked = blockedBecause != null;
          const look = isBlocked ? styles.blocked : isDanger ? styles.danger : '';
          return (
            <MenuItem
              key={id}
              id={id}
              textValue={text}
              className={`${styles.item} ${look}`}
              shouldCloseOnSelect={!isBlocked}
              onAction={isBlocked ? () => undefined : onAction}
            >
              <Text slot="label">{text}</Text>
              {isBlocked && (
                <Text slot="description" className={styles.reason ?? ''}>
                  {blockedBecause}
                </Text>
              )}
            </MenuItem>
          );
        })}
      </AriaMenu>
    </Popover>
  );
}

interface CheckMenuProps<Id extends string> {
  readonly label: string;
  readonly choices: readonly { readonly id: Id; readonly label: string }[];
  readonly selected: ReadonlySet<Id>;
  readonly onChange: (selected: ReadonlySet<Id>) => void;
}

/** A menu of items that are on or off, such as the columns of a table. It remains open while they are chosen. */
export function CheckMenu<Id extends string>({ label, choices, selected, onChange }: CheckMenuProps<Id>) {
  return (
    <MenuTrigger>
      <Button>
        {label}
        <ChevronIcon />
      </Button>
      <Popover className={styles.popover ?? ''} placement="bottom end">
        <AriaMenu
          className={styles.list ?? ''}
          aria-label={label}
          selectionMode="multiple"
          selectedKeys={selected}
          onSelectionChange={(keys) => {
            const chosen = choices.filter(({ id }) => keys === 'all' || keys.has(id));
            onChange(new Set(chosen.map(({ id }) => id)));
          }}
        >
          {choices.map(({ id, label: text }) => (
            <MenuItem key={id} id={id} textValue={text} className={`${styles.item} ${styles.checkable}`}>
              <span className={styles.check}>
                <CheckIcon />
              </span>
              <Text slot="label">{text}</Text>
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
