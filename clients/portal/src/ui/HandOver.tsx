import { type ReactNode, useState } from "react";
import { Button, Row } from "./basics";
import { PlainField } from "./fields";

/** A text to pass on to somebody, with a button that copies it. */
export function HandOver({
  label,
  text,
  hint,
  copy,
  copied,
  children,
}: {
  label: string;
  text: string;
  hint?: string;
  copy: string;
  copied: string;
  /** What else can be done with it. */
  children?: ReactNode;
}) {
  const [done, setDone] = useState(false);
  return (
    <>
      <PlainField
        label={label}
        value={text}
        onChange={() => undefined}
        readOnly
        {...(hint === undefined ? {} : { hint })}
      />
      <Row>
        <Button onPress={() => void navigator.clipboard.writeText(text).then(() => setDone(true))}>
          {done ? copied : copy}
        </Button>
        {children}
      </Row>
    </>
  );
}
