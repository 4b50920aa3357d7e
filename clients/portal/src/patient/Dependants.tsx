import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Member } from "../chain/views";
import { type Consent, readConsent, readIn, readVoucher, type Voucher } from "../chain/statements";
import { explained } from "../i18n/failure";
import { keystores } from "../keyring/database";
import { Keyring } from "../keyring/keyring";
import type { PublicIdentity } from "../keyring/protocol";
import { ShowPhrase } from "../signup/Phrase";
import { password as passwordSchema, username as usernameSchema } from "../signup/schema";
import { Named } from "../records/Named";
import { useConnection, useLive } from "../session/Connection";
import { keep, useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Card, Notice, Row, Stack } from "../ui/basics";
import { PlainField } from "../ui/fields";
import { HandOver } from "../ui/HandOver";
import { List, ListItem } from "../ui/List";

/** An account of somebody else, whose keys are unlocked here beside our own. */
interface Unlocked {
  readonly ring: Keyring;
  readonly identity: PublicIdentity;
  readonly username: string;
}

type Step =
  | { readonly type: "shut" }
  | { readonly type: "credentials"; readonly failure: string | null }
  | { readonly type: "phrase"; readonly phrase: string; readonly password: string; readonly of: Unlocked }
  | { readonly type: "voucher"; readonly of: Unlocked };

/** Those whose accounts the patient keeps: registering a newborn, and handing over to whoever has grown up. */
export function Dependants() {
  const { t } = useTranslation();
  const me = useMember();
  const dependants = useLive(`dependants ${me.id}`, async (reads) => {
    const wards = await Promise.all((await reads.wards(me.id)).map(({ patient }) => reads.member(patient)));
    return wards.flatMap((one) => (one?.dependantOf === me.id ? [one] : []));
  });
  const [handing, setHanding] = useState<number | null>(null);
  const all = dependants.type === "ready" ? dependants.value : [];
  return (
    <Card title={t("dependants.title")}>
      <p>{t("dependants.intro")}</p>
      {all.length === 0 ? null : (
        <List items={all} keyOf={(one) => one.id} label={t("dependants.title")}>
          {(one) => (
            <>
              <ListItem
                title={<Named id={one.id} />}
                actions={
                  <Button
                    small
                    aria-expanded={handing === one.id}
                    onPress={() => setHanding(handing === one.id ? null : one.id)}
                  >
                    {t("dependants.handOver")}
                  </Button>
                }
              >
                {t("member.roleAndNumber", { role: t("role.patient"), id: one.id })}
              </ListItem>
              {handing === one.id ? <HandOverForm dependant={one} onDone={() => setHanding(null)} /> : null}
            </>
          )}
        </List>
      )}
      <Register />
    </Card>
  );
}

/** Makes the key of a newborn in this browser, then registers it by a hospital's word. Can be left in between. */
function Register() {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const { reads } = useConnection();
  const act = useAct();
  const [step, setStep] = useState<Step>({ type: "shut" });
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [text, setText] = useState("");
  const ring = useRef<Keyring | null>(null);
  useEffect(() => () => ring.current?.end(), []);
  const shut = () => {
    ring.current?.end();
    ring.current = null;
    setPassword("");
    setText("");
    setStep({ type: "shut" });
  };
  const fits = usernameSchema.safeParse(username).success && passwordSchema.safeParse(password).success;

  const begin = async () => {
    const fresh = new Keyring();
    ring.current?.end();
    ring.current = fresh;
    try {
      const stored = await keystores.get(username);
      if (stored !== undefined) {
        const { identity } = await fresh.run("unlock", { file: stored.file, password });
        setStep({ type: "voucher", of: { ring: fresh, identity, username } });
        return;
      }
      if ((await reads.member(username)) !== null) {
        setStep({ type: "credentials", failure: t("error.usernameTaken") });
        return;
      }
      const { phrase } = await fresh.run("newPhrase", null);
      const identity = await fresh.run("usePhrase", { phrase });
      setStep({ type: "phrase", phrase, password, of: { ring: fresh, identity, username } });
    } catch (error) {
      setStep({ type: "credentials", failure: explained(error).reason });
    }
  };

  const written = async (from: Extract<Step, { type: "phrase" }>) => {
    await keep(from.of.ring, from.of.identity, from.of.username, from.password);
    setStep({ type: "voucher", of: from.of });
  };

  const register = async (of: Unlocked, by: Voucher) => {
    const done = await act({
      title: t("dependants.register"),
      recorded: t("dependants.registerRecorded", { username: of.username }),
      stays: t("dependants.registerStays"),
      confirm: t("dependants.register"),
      done: t("dependants.registerDone"),
      run: (report) => acts.registerDependant(me, of.username, of.ring, of.identity, by, report),
    });
    if (done) {
      setUsername("");
      shut();
    }
  };

  switch (step.type) {
    case "shut":
      return (
        <Row>
          <Button onPress={() => setStep({ type: "credentials", failure: null })}>{t("dependants.register")}</Button>
        </Row>
      );
    case "credentials":
      return (
        <Stack>
          <p>{t("dependants.credentials")}</p>
          <PlainField label={t("dependants.username")} value={username} onChange={setUsername} autoComplete="off" />
          <PlainField
            label={t("dependants.password")}
            value={password}
            onChange={setPassword}
            type="password"
            autoComplete="new-password"
            hint={t("signup.passwordHint")}
          />
          {step.failure === null ? null : <Notice tone="bad" title={step.failure} />}
          <Row justify="end">
            <Button onPress={shut}>{t("common.cancel")}</Button>
            <Button look="primary" isDisabled={!fits} onPress={() => void begin()}>
              {t("common.next")}
            </Button>
          </Row>
        </Stack>
      );
    case "phrase":
      return <ShowPhrase phrase={step.phrase} onDone={() => void written(step)} />;
    case "voucher": {
      const by = readIn(text, readVoucher);
      return (
        <Stack>
          <HandOver
            label={t("dependants.address")}
            text={step.of.identity.address}
            hint={t("dependants.addressHint")}
            copy={t("links.copy")}
            copied={t("links.copied")}
          />
          <PlainField
            label={t("dependants.voucher")}
            value={text}
            onChange={setText}
            autoComplete="off"
            error={text.trim() !== "" && by === null ? t("failure.StatementError") : undefined}
          />
          <Row justify="end">
            <Button onPress={shut}>{t("common.cancel")}</Button>
            <Button
              look="primary"
              isDisabled={by === null}
              onPress={() => {
                if (by !== null) {
                  void register(step.of, by);
                }
              }}
            >
              {t("dependants.register")}
            </Button>
          </Row>
        </Stack>
      );
    }
  }
}

/** Hands a dependant over to an account of its own: its keystore in this browser, and the text that the account made. */
function HandOverForm({ dependant, onDone }: { dependant: Member; onDone: () => void }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const [text, setText] = useState("");
  const [password, setPassword] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const consent = readIn(text, readConsent);
  const other = consent !== null && consent.member !== dependant.id;
  const handOver = async (from: Consent) => {
    const ring = new Keyring();
    try {
      const stored = (await keystores.all()).find(({ address }) => address === dependant.account);
      if (stored === undefined) {
        setFailure(t("account.notKept"));
        return;
      }
      await ring.run("unlock", { file: stored.file, password });
      setFailure(null);
      const done = await act({
        title: t("dependants.handOver"),
        recorded: t("dependants.handOverRecorded"),
        stays: t("dependants.handOverStays"),
        confirm: t("dependants.handOver"),
        done: t("dependants.handOverDone"),
        run: (report) => acts.handOver(dependant, ring, from, report),
      });
      if (done) {
        onDone();
      }
    } catch (error) {
      setFailure(explained(error).reason);
    } finally {
      ring.end();
    }
  };
  return (
    <Stack>
      <p>{t("dependants.handOverIntro", { id: dependant.id })}</p>
      <PlainField
        label={t("dependants.consent")}
        value={text}
        onChange={setText}
        autoComplete="off"
        error={(text.trim() !== "" && consent === null) || other ? t("failure.StatementError") : undefined}
      />
      <PlainField
        label={t("dependants.password")}
        value={password}
        onChange={setPassword}
        type="password"
        autoComplete="off"
      />
      {failure === null ? null : <Notice tone="bad" title={failure} />}
      <Row justify="end">
        <Button onPress={onDone}>{t("common.cancel")}</Button>
        <Button
          look="primary"
          isDisabled={consent === null || other}
          onPress={() => {
            if (consent !== null) {
              void handOver(consent);
            }
          }}
        >
          {t("dependants.handOver")}
        </Button>
      </Row>
    </Stack>
  );
}
