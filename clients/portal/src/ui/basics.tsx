import type { ReactNode } from "react";
import {
  Button as AriaButton,
  type ButtonProps as AriaButtonProps,
  Checkbox as AriaCheckbox,
  type CheckboxProps,
  ProgressBar,
} from "react-aria-components";
import { Link, type LinkProps } from "react-router";
import styles from "./ui.module.css";

type Look = "primary" | "secondary" | "danger" | "quiet";

function classes(...names: (string | false | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}

export function Button({ look = "secondary", small, ...props }: AriaButtonProps & { look?: Look; small?: boolean }) {
  return <AriaButton {...props} className={classes(styles.button, styles[look], small && styles.small)} />;
}

export function ButtonLink({ look = "secondary", small, ...props }: LinkProps & { look?: Look; small?: boolean }) {
  return <Link {...props} className={classes(styles.button, styles[look], small && styles.small)} />;
}

export function Card({ title, children, label }: { title?: ReactNode; label?: string; children: ReactNode }) {
  return (
    <section className={styles.card} aria-label={label}>
      {title === undefined ? null : <h2>{title}</h2>}
      <div className={styles.stack}>{children}</div>
    </section>
  );
}

export function Stack({ children, gap }: { children: ReactNode; gap?: "tight" | "loose" }) {
  return <div className={classes(styles.stack, gap && styles[gap])}>{children}</div>;
}

export function Row({ children, justify }: { children: ReactNode; justify?: "between" | "end" }) {
  return <div className={classes(styles.row, justify && styles[justify])}>{children}</div>;
}

export function Grid({ children }: { children: ReactNode }) {
  return <div className={styles.grid}>{children}</div>;
}

export function Columns({ children, even = false }: { children: ReactNode; even?: boolean }) {
  return <div className={classes(styles.columns, even && styles.even)}>{children}</div>;
}

export type Tone = "good" | "warn" | "bad" | "info" | "plain";

export function Badge({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={classes(styles.badge, tone !== "plain" && styles[tone])}>{children}</span>;
}

/** A message that stays. Bad news is announced at once, other news when the reader is done. */
export function Notice({
  tone,
  title,
  children,
}: {
  tone: Exclude<Tone, "plain">;
  title: string;
  children?: ReactNode;
}) {
  return (
    <div className={classes(styles.notice, styles[tone])} role={tone === "bad" ? "alert" : "status"}>
      <strong>{title}</strong>
      {children === undefined ? null : <div>{children}</div>}
    </div>
  );
}

export function PageHead({ title, intro, children }: { title: string; intro?: string; children?: ReactNode }) {
  return (
    <div className={styles.pageHead}>
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {intro === undefined ? null : <p>{intro}</p>}
      </div>
      {children === undefined ? null : <div className={styles.row}>{children}</div>}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <strong>{title}</strong>
      {children}
    </div>
  );
}

export function Soft({ children }: { children: ReactNode }) {
  return <span className={styles.soft}>{children}</span>;
}

export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {facts.filter(([, value]) => value !== "").map(([term, value]) => (
        <div key={term} style={{ display: "contents" }}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Progress({ label, done, total }: { label: string; done: number; total: number }) {
  const part = total === 0 ? 0 : done / total;
  return (
    <ProgressBar className={styles.progress ?? ""} value={Math.round(part * 100)} aria-label={label}>
      {({ percentage = 0 }) => (
        <>
          <Row justify="between">
            <span>{label}</span>
            <span className={styles.number}>{percentage} %</span>
          </Row>
          <div className={styles.bar}>
            <div style={{ transform: `scaleX(${part})` }} />
          </div>
        </>
      )}
    </ProgressBar>
  );
}

export function Loading({ label }: { label: string }) {
  return (
    <div className={styles.stack} role="status" aria-label={label}>
      <div className={styles.skeleton} />
      <div className={styles.skeleton} />
      <div className={styles.skeleton} />
    </div>
  );
}

export function Checkbox({ children, ...props }: Omit<CheckboxProps, "children"> & { children: ReactNode }) {
  return (
    <AriaCheckbox {...props} className={styles.check ?? ""}>
      <span className={styles.box} aria-hidden="true" />
      <span>{children}</span>
    </AriaCheckbox>
  );
}

export function VisuallyHidden({ children }: { children: ReactNode }) {
  return <span className={styles.visuallyHidden}>{children}</span>;
}
