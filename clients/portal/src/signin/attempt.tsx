import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { explained } from "../i18n/failure";
import { Keyring } from "../keyring/keyring";
import type { PublicIdentity } from "../keyring/protocol";
import { useConnection } from "../session/Connection";
import { keep, useSession } from "../session/Session";
import { STRENGTH_MIN, strength } from "../signup/strength";
import { Checkbox } from "../ui/basics";
import { PlainField } from "../ui/fields";

/** What the page of signing in is told by the page that led to it. */
export interface Before {
  /** Where somebody was before a reload or before the session ended by itself. */
  readonly from: string;
}

function placeBefore(state: unknown): string {
  return typeof state === "object" && state !== null && "from" in state && typeof state.from === "string"
    ? state.from
    : "/";
}

/** One try at unlocking an account: a session if it works, its failure in words if not. */
export function useAttempt() {
  const { begin } = useSession();
  const navigate = useNavigate();
  const { state } = useLocation();
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const attempt = async (unlock: (keyring: Keyring) => Promise<{ identity: PublicIdentity; name: string }>) => {
    setBusy(true);
    setFailure(null);
    const keyring = new Keyring();
    try {
      const { identity, name } = await unlock(keyring);
      begin(keyring, identity, name);
      void navigate(placeBefore(state), { replace: true });
    } catch (error) {
      keyring.end();
      setFailure(explained(error).reason);
      setBusy(false);
    }
  };
  return { attempt, failure, setFailure, busy };
}

/** Keeps the account in this browser too, if wanted, under a password of this browser's own. */
export function useKeeping() {
  const { reads } = useConnection();
  const [wanted, setWanted] = useState(true);
  const [password, setPassword] = useState("");
  const weak = wanted && strength(password) < STRENGTH_MIN;
  const finish = async (keyring: Keyring, identity: PublicIdentity, name: string) => {
    const member = await reads.member(identity.address);
    const username = member?.username ?? (name === "" ? identity.address.slice(0, 8).toLowerCase() : name);
    if (wanted) {
      await keep(keyring, identity, username, password);
    }
    return { identity, name: username };
  };
  return { wanted, setWanted, password, setPassword, weak, finish };
}

/** The fields of keeping. */
export function KeepFields({ keeping, failed }: { keeping: ReturnType<typeof useKeeping>; failed: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <Checkbox isSelected={keeping.wanted} onChange={keeping.setWanted}>
        {t("signin.keep")}
      </Checkbox>
      {keeping.wanted ? (
        <PlainField
          label={t("signin.newPassword")}
          value={keeping.password}
          onChange={keeping.setPassword}
          type="password"
          autoComplete="new-password"
          hint={t("signup.passwordHint")}
          error={failed && keeping.weak ? t("error.passwordWeak") : undefined}
        />
      ) : null}
    </>
  );
}
