import { type ReactNode, useEffect, useState } from 'react';
import {
  SearchField as AriaSearchField,
  Select as AriaSelect,
  TextField as AriaTextField,
  Button,
  CheckboxButton,
  CheckboxField,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
  TextArea,
} from 'react-aria-components';
import styles from './field.module.css';
import { CheckIcon, ChevronIcon, DashIcon, SearchIcon } from './icons.js';
import popover from './popover.module.css';

interface FieldProps {
  readonly label: string;
  readonly description?: ReactNode;
  /** The server's message about this field, which is shown under it. */
  readonly error?: string | undefined;
  readonly isDisabled?: boolean;
}

interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'text' | 'email' | 'password' | 'date' | 'url';
  readonly inputMode?: 'numeric' | 'text';
  readonly placeholder?: string;
  readonly autoFocus?: boolean;
  readonly isRequired?: boolean;
  readonly rows?: number;
}

/** The server's message about the field, which screen readers announce when it comes. */
function ErrorText({ error }: Pick<FieldProps, 'error'>) {
  return (
    <FieldError className={styles.error ?? ''}>
      <span role="alert">{error}</span>
    </FieldError>
  );
}

/** One line of text, or several with `rows`. */
export function TextField({
  label,
  description,
  error,
  rows,
  placeholder = '',
  inputMode = 'text',
  ...rest
}: TextFieldProps) {
  return (
    <AriaTextField
      {...rest}
      className={styles.field ?? ''}
      isInvalid={error !== undefined}
      validationBehavior="aria"
    >
      <Label className={styles.label ?? ''}>{label}</Label>
      {rows === undefined ? (
        <Input className={styles.input ?? ''} placeholder={placeholder} inputMode={inputMode} />
      ) : (
        <TextArea className={`${styles.input} ${styles.area}`} rows={rows} placeholder={placeholder} />
      )}
      {description !== undefined && (
        <Text slot="description" className={styles.description ?? ''}>
          {description}
        </Text>
      )}
      <ErrorText error={error} />
    </AriaTextField>
  );
}

/** A day. While a year is typed, its first digits are no change. */
export function DayField({ value, onChange, ...rest }: Omit<TextFieldProps, 'type' | 'rows'>) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const change = (typed: string) => {
    setText(typed);
    if (typed === '' || typed >= '1000') onChange(typed);
  };
  return <TextField {...rest} type="date" value={text} onChange={change} />;
}

interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A search box; its label is only for screen readers. */
export function SearchField({ label, value, onChange }: SearchFieldProps) {
  return (
    <AriaSearchField aria-label={label} value={value} onChange={onChange} className={styles.search ?? ''}>
      <SearchIcon />
      <Input className={styles.input ?? ''} placeholder={label} />
    </AriaSearchField>
  );
}

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly description?: string;
}

interface SelectProps<Value extends string> extends FieldProps {
  readonly choices: readonly Choice<Value>[];
  readonly value: Value | null;
  readonly onChange: (value: Value) => void;
  readonly placeholder?: string;
  /** Whether the label is only for screen readers, as in toolbars. */
  readonly isLabelHidden?: boolean;
}

/** One of a few values. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, choices, value, onChange, description, error, placeholder, isLabelHidden = false } = props;
  return (
    <AriaSelect
      className={styles.field ?? ''}
      value={value}
      onChange={(key) => {
        const choice = choices.find((known) => known.value === key);
        if (choice !== undefined) onChange(choice.value);
      }}
      isInvalid={error !== undefined}
      isDisabled={props.isDisabled ?? false}
      {...(placeholder === undefined ? {} : { placeholder })}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
    >
      {!isLabelHidden && <Label className={styles.label ?? ''}>{label}</Label>}
      <Button className={styles.select ?? ''}>
        <SelectValue>{({ selectedText, defaultChildren }) => selectedText || defaultChildren}</SelectValue>
        <ChevronIcon />
      </Button>
      {description !== undefined && (
        <Text slot="description" className={styles.description ?? ''}>
          {description}
        </Text>
      )}
      <ErrorText error={error} />
      <Popover className={popover.popover ?? ''}>
        <ListBox className={popover.list ?? ''} items={choices}>
          {(choice) => (
            <ListBoxItem id={choice.value} textValue={choice.label} className={popover.item ?? ''}>
              <Text slot="label">{choice.label}</Text>
              {choice.description !== undefined && (
                <Text slot="description" className={popover.reason ?? ''}>
                  {choice.description}
                </Text>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

interface CheckboxProps {
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
  readonly isIndeterminate?: boolean;
  readonly isDisabled?: boolean;
  /** The text beside the box; without it, `label` is for screen readers. */
  readonly children?: ReactNode;
  readonly label?: string;
  /** The server's message about this field, which is shown under it. */
  readonly error?: string | undefined;
}

export function Checkbox({ children, label, error, ...rest }: CheckboxProps) {
  return (
    <CheckboxField
      {...rest}
      {...(label === undefined ? {} : { 'aria-label': label })}
      className={styles.checkboxField ?? ''}
      isInvalid={error !== undefined}
      validationBehavior="aria"
    >
      <CheckboxButton className={styles.checkbox ?? ''}>
        {({ isIndeterminate }) => (
          <>
            <span className={styles.box}>{isIndeterminate ? <DashIcon /> : <CheckIcon />}</span>
            {children}
          </>
        )}
      </CheckboxButton>
      <ErrorText error={error} />
    </CheckboxField>
  );
}
