import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import styles from "./ui.module.css";

/** Longer lists draw only what is in view. */
const VIRTUAL_FROM = 150;
const ROW_ESTIMATE = 84;

/** A list of anything, smooth at ten thousand rows. */
export function List<T>({
  items,
  keyOf,
  label,
  children,
}: {
  items: readonly T[];
  keyOf: (item: T) => string | number;
  label: string;
  children: (item: T) => ReactNode;
}) {
  return items.length < VIRTUAL_FROM ? (
    <ul className={styles.list} aria-label={label}>
      {items.map((item) => (
        <li key={keyOf(item)}>{children(item)}</li>
      ))}
    </ul>
  ) : (
    <VirtualList items={items} keyOf={keyOf} label={label}>
      {children}
    </VirtualList>
  );
}

function VirtualList<T>({ items, keyOf, label, children }: Parameters<typeof List<T>>[0]) {
  const scroller = useRef<HTMLDivElement>(null);
  const count = useRef(items.length);
  useEffect(() => {
    // A filter leaves fewer: they are shown from the first.
    if (items.length < count.current) {
      scroller.current?.scrollTo({ top: 0 });
    }
    count.current = items.length;
  }, [items.length]);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_ESTIMATE,
    overscan: 8,
  });
  return (
    <section className={styles.virtual} ref={scroller} tabIndex={0} aria-label={label}>
      <ul style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const item = items[row.index];
          return item === undefined ? null : (
            <li
              key={keyOf(item)}
              ref={rows.measureElement}
              data-index={row.index}
              aria-setsize={items.length}
              aria-posinset={row.index + 1}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              {children(item)}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function ListItem({
  title,
  children,
  actions,
  heading = false,
}: {
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** Whether it stands above the items that follow. */
  heading?: boolean;
}) {
  return (
    <>
      <div className={styles.item}>
        <div className={heading ? styles.group : undefined}>
          <strong>{title}</strong>
        </div>
        {children === undefined ? null : <div className={styles.soft}>{children}</div>}
      </div>
      {actions === undefined ? null : <div className={styles.row}>{actions}</div>}
    </>
  );
}
