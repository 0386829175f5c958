import {
  ComboBox as AriaComboBox,
  Button,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
} from 'react-aria-components';
import styles from './combo.module.css';
import type { Choice } from './field.js';
import field from './field.module.css';
import { ChevronIcon } from './icons.js';
import popover from './popover.module.css';

interface ComboBoxProps {
  readonly label: string;
  readonly placeholder: string;
  /** The values that match the typed text. */
  readonly choices: readonly Choice<string>[];
  readonly value: string | null;
  readonly onChange: (value: string | null) => void;
  readonly text: string;
  readonly onType: (text: string) => void;
  /** Shown in the list while nothing matches. */
  readonly emptyText: string;
}

/** One of many values, found by typing. Its label is only for screen readers. */
export function ComboBox({
  label,
  placeholder,
  choices,
  value,
  onChange,
  text,
  onType,
  emptyText,
}: ComboBoxProps) {
  return (
    <AriaComboBox
      className={styles.combo ?? ''}
      items={choices}
      inputValue={text}
      onInputChange={onType}
      value={value}
      onChange={(key) => onChange(key === null ? null : String(key))}
      menuTrigger="focus"
      allowsEmptyCollection
    >
      <Label className="visually-hidden">{label}</Label>
      <Input className={field.input ?? ''} placeholder={placeholder} />
      <Button className={styles.open ?? ''}>
        <ChevronIcon />
      </Button>
      <Popover className={popover.popover ?? ''}>
        <ListBox<Choice<string>>
          className={popover.list ?? ''}
          renderEmptyState={() => <p className={styles.empty}>{emptyText}</p>}
        >
          {(choice) => (
            <ListBoxItem id={choice.value} textValue={choice.label} className={popover.item ?? ''}>
              {choice.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}
