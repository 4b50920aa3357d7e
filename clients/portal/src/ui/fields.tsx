import { type ReactNode, useId } from "react";
import { TextField as AriaTextField, FieldError, Input, Label, Text, TextArea } from "react-aria-components";
import { type Control, Controller, type FieldPath, type FieldValues } from "react-hook-form";
import styles from "./ui.module.css";

interface FieldProps<Values extends FieldValues> {
  readonly control: Control<Values>;
  readonly name: FieldPath<Values>;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly optional?: string;
  readonly type?: "text" | "email" | "password" | "date" | "number";
  readonly multiline?: boolean;
  readonly autoComplete?: string;
  /** Turns the validator's message, a catalogue key, into words. */
  readonly words: (message: string) => string;
}

/** A labelled text field of a form, with its error beneath it. */
export function FormField<Values extends FieldValues>(props: FieldProps<Values>) {
  const { control, name, label, hint, optional, type = "text", multiline, autoComplete, words } = props;
  return (
    <Controller
      control={control}
      name={name}
      render={({ field, fieldState }) => (
        <AriaTextField
          className={styles.field ?? ""}
          name={field.name}
          value={field.value ?? ""}
          onChange={field.onChange}
          onBlur={field.onBlur}
          isInvalid={fieldState.invalid}
          validationBehavior="aria"
          type={type === "number" || type === "date" ? "text" : type}
        >
          <Label className={styles.label ?? ""}>
            {label} {optional === undefined ? null : <span className={styles.optional}>({optional})</span>}
          </Label>
          {multiline === true ? (
            <TextArea className={styles.input ?? ""} ref={field.ref} rows={3} />
          ) : (
            <Input
              className={styles.input ?? ""}
              ref={field.ref}
              {...(type === "number" || type === "date" ? { type } : {})}
              {...(autoComplete === undefined ? {} : { autoComplete })}
            />
          )}
          {hint === undefined ? null : (
            <Text slot="description" className={styles.hint ?? ""}>
              {hint}
            </Text>
          )}
          <FieldError className={styles.error ?? ""}>
            {fieldState.error?.message === undefined ? null : words(fieldState.error.message)}
          </FieldError>
        </AriaTextField>
      )}
    />
  );
}

/** A labelled field outside of a validated form. */
export function PlainField({
  label,
  value,
  onChange,
  type = "text",
  hint,
  error,
  autoComplete,
  min,
  multiline,
  readOnly = false,
  optional,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "search" | "date" | "time" | "number" | "password";
  hint?: string;
  error?: string | undefined;
  autoComplete?: string;
  min?: string;
  multiline?: boolean;
  readOnly?: boolean;
  optional?: string;
}) {
  return (
    <AriaTextField
      className={styles.field ?? ""}
      value={value}
      onChange={onChange}
      isReadOnly={readOnly}
      isInvalid={error !== undefined}
      validationBehavior="aria"
    >
      <Label className={styles.label ?? ""}>
        {label} {optional === undefined ? null : <span className={styles.optional}>({optional})</span>}
      </Label>
      {multiline === true ? (
        <TextArea className={styles.input ?? ""} rows={3} />
      ) : (
        <Input
          className={styles.input ?? ""}
          type={type}
          {...(autoComplete === undefined ? {} : { autoComplete })}
          {...(min === undefined ? {} : { min })}
        />
      )}
      {hint === undefined ? null : (
        <Text slot="description" className={styles.hint ?? ""}>
          {hint}
        </Text>
      )}
      {error === undefined ? null : <FieldError className={styles.error ?? ""}>{error}</FieldError>}
    </AriaTextField>
  );
}

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
}

/** A labelled choice; the platform's own control, which every assistive technology knows. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
  hint,
}: {
  label: string;
  value: T;
  options: readonly Option<T>[];
  onChange: (value: T) => void;
  hint?: string;
}) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className={styles.input}
        value={value}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen !== undefined) {
            onChange(chosen.value);
          }
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {hint === undefined ? null : (
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
        </span>
      )}
    </div>
  );
}
