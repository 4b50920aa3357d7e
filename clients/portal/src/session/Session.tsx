import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { type Actor, Acts } from "../chain/acts";
import type { Administrator, Member, Staff } from "../chain/views";
import { keystores, type StoredKeystore } from "../keyring/database";
import { forgetInterrupted } from "../keyring/encrypting";
import type { Keyring } from "../keyring/keyring";
import type { PublicIdentity } from "../keyring/protocol";
import { type Live, useConnection, useLive } from "./Connection";
import { IDLE_LIMIT } from "./settings";

/** Somebody whose keys are unlocked in this tab. */
export interface Account {
  readonly name: string;
  readonly identity: PublicIdentity;
  readonly keyring: Keyring;
  readonly acts: Acts;
}

/** What an account is in the chain. */
export type Standing =
  /** A member, or a person of its staff. */
  | { readonly type: "member"; readonly member: Member; readonly staff: Staff | null }
  | { readonly type: "administrator"; readonly administrator: Administrator }
  /** An account whose membership has moved to another. */
  | { readonly type: "moved"; readonly member: number }
  | { readonly type: "stranger" };

export interface Session {
  readonly account: Account | null;
  /** Whether the last session ended because nobody was there. */
  readonly idled: boolean;
  /** Whether somebody has signed out here. */
  readonly left: boolean;
  readonly standing: Live<Standing>;
  /** Starts a session with unlocked keys. */
  readonly begin: (keyring: Keyring, identity: PublicIdentity, name: string) => Account;
  readonly signOut: () => void;
  /** Whether somebody who is signing up registers right now: until then nothing is left undone. */
  readonly registering: boolean;
  readonly setRegistering: (registering: boolean) => void;
}

const Context = createContext<Session | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const { node, rpc, reads } = useConnection();
  const [account, setAccount] = useState<Account | null>(null);
  const [idled, setIdled] = useState(false);
  const [left, setLeft] = useState(false);
  const [registering, setRegistering] = useState(false);
  const current = useRef<Account | null>(null);

  const end = useCallback((idle: boolean) => {
    current.current?.acts.end();
    current.current?.keyring.end();
    current.current = null;
    setAccount(null);
    setIdled(idle);
    setLeft(!idle);
  }, []);

  const begin = useCallback(
    (keyring: Keyring, identity: PublicIdentity, name: string) => {
      const begun: Account = { name, identity, keyring, acts: new Acts(node, rpc, reads, keyring, identity) };
      current.current = begun;
      setIdled(false);
      setLeft(false);
      setAccount(begun);
      void begun.acts.warmUp();
      // A browser that keeps nothing has nothing to forget, and no name to remember.
      keystores.used(name).catch(() => undefined);
      forgetInterrupted().catch(() => undefined);
      return begun;
    },
    [node, rpc, reads],
  );

  useEffect(() => {
    if (account === null) {
      return;
    }
    let last = Date.now();
    const touch = () => {
      last = Date.now();
    };
    const events = ["pointerdown", "pointermove", "keydown", "scroll"] as const;
    for (const event of events) {
      window.addEventListener(event, touch, { passive: true });
    }
    const timer = setInterval(() => {
      if (Date.now() - last > IDLE_LIMIT) {
        end(true);
      }
    }, 10_000);
    return () => {
      clearInterval(timer);
      for (const event of events) {
        window.removeEventListener(event, touch);
      }
    };
  }, [account, end]);

  const address = account?.identity.address ?? null;
  const standing = useLive<Standing>(address === null ? null : `standing ${address}`, async (source) => {
    const acting = address === null ? null : await source.acting(address);
    if (acting !== null) {
      await current.current?.acts.equip(acting);
      return { type: "member", ...acting };
    }
    const administrator = (await source.administrators()).find((candidate) => candidate.account === address);
    if (administrator !== undefined) {
      return { type: "administrator", administrator };
    }
    const member = address === null ? null : await source.movedFrom(address);
    return member === null ? { type: "stranger" } : { type: "moved", member };
  });

  const session = useMemo<Session>(
    () => ({ account, idled, left, standing, begin, signOut: () => end(false), registering, setRegistering }),
    [account, idled, left, standing, begin, end, registering],
  );
  return <Context value={session}>{children}</Context>;
}

export function useSession(): Session {
  const session = useContext(Context);
  if (session === null) {
    throw new Error("there is no session above this component");
  }
  return session;
}

/** The signed-in account; only below pages that need one. */
export function useAccount(): Account {
  const { account } = useSession();
  if (account === null) {
    throw new Error("nobody is signed in");
  }
  return account;
}

/** The signed-in member; only below pages of members. */
export function useMember(): Member {
  const { standing } = useSession();
  if (standing.type !== "ready" || standing.value.type !== "member") {
    throw new Error("the account is no member");
  }
  return standing.value.member;
}

/** The staff account that acts for the member; `null` for the member's own. */
export function useStaff(): Staff | null {
  const { standing } = useSession();
  return standing.type === "ready" && standing.value.type === "member" ? standing.value.staff : null;
}

/** Who acts, as the chain module takes it. */
export function useActor(): Actor {
  const { standing } = useSession();
  if (standing.type === "ready" && standing.value.type === "member") {
    return { type: "member", member: standing.value.member };
  }
  if (standing.type === "ready" && standing.value.type === "administrator") {
    return { type: "administrator", keyVersion: standing.value.administrator.keyVersion };
  }
  throw new Error("the account is neither member nor administrator");
}

/** Keeps an unlocked account in this browser under a password. */
export async function keep(
  keyring: Keyring,
  identity: PublicIdentity,
  name: string,
  password: string,
): Promise<StoredKeystore> {
  const stored: StoredKeystore = {
    username: name,
    address: identity.address,
    file: await keyring.run("lock", { name, password }),
  };
  await keystores.put(stored);
  return stored;
}
