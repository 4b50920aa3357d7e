import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { NodeSettings } from "../chain/acts";
import { explain, type Failure } from "../chain/failure";
import { Reads } from "../chain/reads";
import { type ConnectionStatus, Rpc } from "../chain/rpc";
import type { Member, RecordKind } from "../chain/views";

export interface Connection {
  readonly node: NodeSettings;
  readonly rpc: Rpc;
  readonly reads: Reads;
  /** Members by number, asked once: names and roles do not change. */
  readonly name: (member: number) => Promise<Member | null>;
  /** The kind of a record, asked once; `null` if there is no such record. */
  readonly kind: (record: number) => Promise<RecordKind | null>;
  /** Tells of every new block, and after every reconnection, until the returned function is called. */
  readonly onBlock: (listener: () => void) => () => void;
}

const Context = createContext<Connection | null>(null);

/** Connects to the node for everything below it, for as long as the page lives. */
export function ConnectionProvider({ node, children }: { node: NodeSettings; children: ReactNode }) {
  const connection = useMemo<Connection>(() => {
    const rpc = new Rpc(node.url);
    const reads = new Reads(rpc);
    const name = once((member: number) => reads.member(member));
    const kind = once(async (record: number) => (await reads.record(record))?.kind ?? null);
    return { node, rpc, reads, name, kind, onBlock: blocksOf(rpc) };
  }, [node]);
  return <Context value={connection}>{children}</Context>;
}

/** Asks once for each number, and again if that failed. */
function once<T>(ask: (id: number) => Promise<T>): (id: number) => Promise<T> {
  const answers = new Map<number, Promise<T>>();
  return (id) => {
    const known = answers.get(id) ?? ask(id);
    answers.set(id, known);
    known.catch(() => answers.delete(id));
    return known;
  };
}

/** One subscription for all who want to know of blocks, for as long as anybody does. */
function blocksOf(rpc: Rpc): Connection["onBlock"] {
  const listeners = new Set<() => void>();
  let end: (() => void) | undefined;
  return (listener) => {
    listeners.add(listener);
    end ??= rpc.subscribe("chain_subscribeNewHeads", "chain_unsubscribeNewHeads", () => {
      for (const one of listeners) {
        one();
      }
    });
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) {
        end?.();
        end = undefined;
      }
    };
  };
}

export function useConnection(): Connection {
  const connection = useContext(Context);
  if (connection === null) {
    throw new Error("there is no connection above this component");
  }
  return connection;
}

export function useConnectionStatus(): ConnectionStatus {
  const { rpc } = useConnection();
  return useSyncExternalStore(
    (changed) => rpc.onStatus(changed),
    () => rpc.status,
  );
}

export type Live<T> =
  | { readonly type: "loading" }
  | { readonly type: "ready"; readonly value: T }
  | { readonly type: "failed"; readonly failure: Failure };

/** How often at most a live value is read again, in milliseconds; longer for what takes long to read. */
const QUIET = 1_500;
/** For how many times as long as it took to read a value is left alone. */
const REST = 5;

/**
 * A value of the chain that stays current: read again with every block and after every reconnection. `key` names what is
 * read; `null` reads nothing.
 */
export function useLive<T>(key: string | null, read: (reads: Reads) => Promise<T>): Live<T> {
  const { onBlock, reads } = useConnection();
  const [live, setLive] = useState<Live<T> & { readonly key?: string | null }>({ type: "loading" });
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    if (key === null) {
      return;
    }
    let ended = false;
    let busy = false;
    let last = 0;
    let rest = QUIET;
    let text = "";
    let later: ReturnType<typeof setTimeout> | undefined;
    const refresh = async () => {
      if (ended) {
        return;
      }
      if (busy || Date.now() - last < rest) {
        later ??= setTimeout(() => {
          later = undefined;
          void refresh();
        }, rest);
        return;
      }
      busy = true;
      last = Date.now();
      try {
        const value = await latest.current(reads);
        rest = Math.max(QUIET, REST * (Date.now() - last));
        const serialized = JSON.stringify(value);
        if (!ended && serialized !== text) {
          text = serialized;
          setLive({ type: "ready", value, key });
        }
      } catch (error) {
        if (!ended && text === "") {
          setLive({ type: "failed", failure: explain(error), key });
        }
      } finally {
        busy = false;
      }
    };
    void refresh();
    const unsubscribe = onBlock(() => void refresh());
    return () => {
      ended = true;
      clearTimeout(later);
      unsubscribe();
    };
  }, [key, onBlock, reads]);
  return live.key === key ? live : { type: "loading" };
}

/** The name by which people know a member: a professional's own, a username otherwise. */
export function memberName(member: Member | null, id: number): string {
  return member?.details?.name ?? member?.username ?? `#${id}`;
}

/** A record's kind, once it is known. */
export function useRecordKind(id: number): RecordKind | null {
  const { kind } = useConnection();
  const [known, setKnown] = useState<RecordKind | null>(null);
  useEffect(() => {
    let ended = false;
    kind(id).then(
      (found) => !ended && setKnown(found),
      () => !ended && setKnown(null),
    );
    return () => {
      ended = true;
    };
  }, [id, kind]);
  return known;
}

/** A member's name, once it is known. */
export function useMemberName(id: number): string {
  const { name } = useConnection();
  const [text, setText] = useState(`#${id}`);
  useEffect(() => {
    let ended = false;
    name(id).then(
      (member) => !ended && setText(memberName(member, id)),
      () => !ended && setText(`#${id}`),
    );
    return () => {
      ended = true;
    };
  }, [id, name]);
  return text;
}
