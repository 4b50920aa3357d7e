import { type ReactNode, useEffect, useRef } from "react";
import { Link, useLocation } from "react-router";
import { Mark } from "./Mark";
import styles from "./Shell.module.css";

export interface NavItem {
  readonly to: string;
  readonly label: string;
  readonly count?: number;
  readonly countLabel?: string;
  /** Beginnings of other paths whose pages belong to it. */
  readonly also?: readonly string[];
}

/** Whether a page is this item's, or one below it. */
function isCurrent({ to, also = [] }: NavItem, pathname: string): boolean {
  const under = (path: string) => pathname === path || pathname.startsWith(`${path}/`);
  return (to === "/" ? pathname === "/" : under(to)) || also.some(under);
}

/** The frame of every page: brand, navigation, who is signed in, and what is wrong with the connection. */
export function Shell({
  nav,
  who,
  tools,
  banner,
  words,
  children,
}: {
  nav: readonly NavItem[];
  who: { readonly name: string; readonly role: string } | null;
  tools: ReactNode;
  banner: string | null;
  words: { readonly skip: string; readonly navigation: string; readonly home: string; readonly footer: string };
  children: ReactNode;
}) {
  const main = useRef<HTMLElement>(null);
  const bar = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // On a phone the bar is wider than the screen: the page that is shown stays in sight.
  useEffect(() => {
    const shown = bar.current;
    if (shown === null) {
      return;
    }
    const follow = () => {
      const current = shown.querySelector<HTMLElement>("[aria-current='page']");
      if (current !== null) {
        shown.scrollLeft = current.offsetLeft - (shown.clientWidth - current.offsetWidth) / 2;
      }
    };
    follow();
    // A phone that is turned, and a window that is made narrow.
    const sizes = new ResizeObserver(follow);
    sizes.observe(shown);
    return () => sizes.disconnect();
  }, [pathname, nav.length]);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
    } else {
      main.current?.focus({ preventScroll: true });
      window.scrollTo({ top: 0 });
    }
  }, [pathname]);
  return (
    <div className={styles.shell}>
      <button type="button" className={styles.skip} onClick={() => main.current?.focus()}>
        {words.skip}
      </button>
      <header>
        <div role="status">{banner === null ? null : <div className={styles.banner}>{banner}</div>}</div>
        <div className={styles.top}>
          <Link className={styles.brand} to="/" aria-label={words.home}>
            <Mark />
            <span>MedChain</span>
          </Link>
          <div className={styles.spacer} />
          {who === null ? null : (
            <div className={styles.who}>
              <strong>{who.name}</strong>
              <span>{who.role}</span>
            </div>
          )}
          {tools}
        </div>
      </header>
      <div className={nav.length === 0 ? undefined : styles.body}>
        {nav.length === 0 ? null : (
          <nav className={styles.nav} aria-label={words.navigation} ref={bar}>
            <ul>
              {nav.map((item) => (
                <li key={item.to}>
                  <Link to={item.to} aria-current={isCurrent(item, pathname) ? "page" : undefined}>
                    {item.label}
                    {item.count === undefined || item.count === 0 ? null : (
                      <span className={styles.count} role="img" aria-label={item.countLabel}>
                        {item.count}
                      </span>
                    )}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
        )}
        <main
          className={[styles.main, nav.length === 0 ? styles.alone : ""].join(" ")}
          id="main"
          ref={main}
          tabIndex={-1}
        >
          {children}
          {nav.length === 0 ? <p className={styles.footer}>{words.footer}</p> : null}
        </main>
      </div>
    </div>
  );
}
